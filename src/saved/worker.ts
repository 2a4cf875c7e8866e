import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { perform, type Task } from './task.ts';

/** The thread of one task. On Linux threads have priorities of their own; it gives way to others. */
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
parentPort!.postMessage(await perform(workerData as Task));

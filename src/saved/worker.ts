import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { perform, type Task } from './task.ts';

/** The thread of one task; on Linux it has a priority of its own, and gives way to others. */
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
parentPort!.postMessage(await perform(workerData as Task));

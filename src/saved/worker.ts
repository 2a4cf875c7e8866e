import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { perform, type Task } from './task.ts';

/** The thread of one task. Where threads have a priority of their own, it gives way to others. */
const LOWEST_PRIORITY = 19;

if (process.platform === 'linux') setPriority(LOWEST_PRIORITY);
parentPort!.postMessage(await perform(workerData as Task));

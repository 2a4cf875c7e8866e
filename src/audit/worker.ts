import { parentPort } from 'node:worker_threads';
import { examine, type Task } from './examine.ts';

parentPort!.on('message', (task: Task) => {
  const examined = examine(task);
  const { leaves, roots } = examined;
  parentPort!.postMessage(examined, [leaves.buffer, roots.buffer] as ArrayBuffer[]);
});

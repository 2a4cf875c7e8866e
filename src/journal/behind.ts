import { constants, setPriority } from 'node:os';

/**
 * Makes this process one that works behind the service that started it: it takes the time that
 * others leave, and ends with the service and not before. A terminal, or a supervisor, may tell all
 * processes at once to end; the service tells this one.
 */
export function workBehind(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => {});
  // Without the service that asked nobody wants to know.
  process.once('disconnect', () => process.exit());
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Where the system forbids it, it works beside the service as its equal.
  }
}

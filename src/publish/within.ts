import { PublishError } from './published.ts';

/** Does something for which nobody waits any longer than until a signal. */
export async function within<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const end = () => ended.reject(new PublishError('There was no answer in time.'));
  if (signal.aborted) end();
  else signal.addEventListener('abort', end);
  try {
    return await (signal.aborted ? ended.promise : Promise.race([work(), ended.promise]));
  } finally {
    signal.removeEventListener('abort', end);
  }
}

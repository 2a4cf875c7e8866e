import type { Recorded } from '../../schemas/events/index.ts';
import type { Digest } from '../../schemas/ids.ts';
import type { Context } from './context.ts';

/** The event that a key made or that voided it: the first of its command, at its revision. */
export function earlierUnder(context: Context, key: Digest): Recorded | undefined {
  for (const revision of context.state.keys.candidates(key)) {
    const event = context.recall(revision);
    if (event.command.key === key) return { revision, event };
    if (event.type === 'KeyVoided' && event.data.voids === key) return { revision, event };
  }
  return undefined;
}

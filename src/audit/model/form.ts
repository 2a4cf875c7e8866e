import { canonical } from '../../../schemas/canonical.ts';
import { streamEventSchema, unreadable, type StreamEvent } from '../../../schemas/events/index.ts';
import { breach, type Breach } from './invariant.ts';

const EVENT_BYTES_MAX = 16 * 1024;

export const FORM = {
  name: 'form',
  says: 'every event is what its schema says, in its canonical bytes',
};

/** Reads one stored line; with a breach of its form, and without an event if it is of no use. */
export function formOf(line: string): { readonly event?: StreamEvent; readonly breach?: Breach } {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    return { breach: breach('JSON', line === '' ? 'an empty line' : (error as Error).message) };
  }
  const why = unreadable(json as { type?: unknown; v?: unknown });
  if (why !== undefined) return { breach: breach('a type and version that can be read', why) };
  const parsed = streamEventSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') || 'the event';
    return { breach: breach('an event as its schema says', `${field}: ${issue?.message ?? ''}`) };
  }
  const event = parsed.data;
  const bytes = Buffer.byteLength(line);
  if (bytes > EVENT_BYTES_MAX) {
    return { event, breach: breach(`at most ${EVENT_BYTES_MAX} bytes`, `${bytes} bytes`) };
  }
  const expected = canonical(event);
  if (expected === line) return { event };
  return { event, breach: breach(`the bytes ${shown(expected, line)}`, shown(line, expected)) };
}

/** The part of a line from where it first differs from another. */
function shown(line: string, other: string): string {
  let at = 0;
  while (at < line.length && line[at] === other[at]) at += 1;
  return JSON.stringify(line.slice(Math.max(0, at - 20), at + 60));
}

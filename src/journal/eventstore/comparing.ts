import type { Mirror } from './mirror.ts';
import type { Received } from './received.ts';
import type { Server } from './server.ts';

/** Where the stream ends, or why nobody can tell. */
export type End = { readonly last: number } | { readonly why: string };

/** How the server's stream differs from what this instance has read of it. */
export type Difference =
  /** It ends too soon: it was cut, or a node answers that was left behind by its cluster. */
  | { readonly kind: 'shorter'; readonly why: string }
  /** It is not that stream. */
  | { readonly kind: 'other'; readonly why: string };

const AT_ONCE = 8;

/**
 * Compares the server's stream with the mirror: that it begins at revision 0, and has, at some
 * revisions, the events that the mirror has there.
 * @throws ServerError where the server cannot be asked
 */
export async function compare(
  server: Server,
  mirror: Mirror,
  revisions: readonly number[],
): Promise<Difference | undefined> {
  const [first] = await server.from(0, 1);
  if (first !== undefined && first.revision !== 0) {
    return { kind: 'other', why: `its events before revision ${first.revision} are gone` };
  }
  if (first === undefined && mirror.end >= 0) return shorter(-1, mirror.end);
  const lines = await mirror.linesAt(revisions);
  for (let start = 0; start < revisions.length; start += AT_ONCE) {
    const asked = revisions.slice(start, start + AT_ONCE);
    const events = await Promise.all(asked.map((revision) => server.from(revision, 1)));
    for (const [index, revision] of asked.entries()) {
      const event = events[index]?.[0];
      const difference =
        event === undefined
          ? shorter(revision - 1, mirror.end)
          : differenceAt(revision, lines[start + index]!, event);
      if (difference !== undefined) return difference;
    }
  }
  return undefined;
}

/**
 * Reads on after the mirror's last event, which is read along and compared: an event tells where
 * it stands, not what it follows, and a stream that was put back from an older backup and has
 * grown since goes on beyond the mirror too.
 * @throws ServerError where the server cannot be asked
 */
export async function goingOn(
  server: Server,
  mirror: Mirror,
  count: number,
): Promise<Received[] | Difference> {
  const { end } = mirror;
  if (end < 0) return server.from(0, count);
  const [last, ...events] = await server.from(end, count);
  if (last === undefined) return shorter(end - 1, end);
  const [line] = await mirror.linesAt([end]);
  return differenceAt(end, line!, last) ?? events;
}

/** How an event of the server's differs from the line that the mirror has at its revision. */
export function differenceAt(
  revision: number,
  line: string,
  event: Received,
): Difference | undefined {
  if (event.revision !== revision) {
    return { kind: 'other', why: `its event at revision ${revision} is gone` };
  }
  if ('line' in event && event.line === line) return undefined;
  const more = 'foreign' in event ? ` (${event.foreign})` : '';
  const why = `its event at revision ${revision} is not the one that was read there${more}`;
  return { kind: 'other', why };
}

export function shorter(last: number, end: number): Difference {
  const there = last === -1 ? 'it has no events' : `it has no event after revision ${last}`;
  return { kind: 'shorter', why: `${there}, but this instance has read up to revision ${end}` };
}

/** Some revisions at random, in rising order, among them the last. */
export function spread(end: number, count: number, random: (bytes: number) => Uint8Array) {
  const chosen = new Set(end >= 0 ? [end] : []);
  for (let index = 0; index < count && end > 0; index += 1) {
    const bytes = random(6);
    const fraction = bytes.reduce((sum, byte) => sum * 256 + byte, 0) / 256 ** bytes.length;
    chosen.add(Math.floor(fraction * (end + 1)));
  }
  return [...chosen].sort((one, other) => one - other);
}

import { canonical } from '../../schemas/canonical.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { UnreadableEventError, type Appended } from '../../schemas/stream.ts';
import type { Stream } from './stream.ts';
import type { Timing } from './timing.ts';

const RESEND_MS = 100;
const GIVEN_UP = { outcome: 'unknown', why: 'the process ends before it is known' } as const;

export type Surroundings = {
  readonly stream: Stream;
  readonly timing: Timing;
  /** Told why it is not known yet. */
  readonly note: (why: string) => void;
  /** Told where a conflict turns out to be with the very same bytes. */
  readonly foundWritten: () => void;
  /** The process ends, even if it is not known by then. */
  isGivenUp: boolean;
};

/**
 * Appends; what is unknown is sent again until it is known. Only events can have landed.
 * @returns `unknown` only where it is given up
 */
export async function appendUntilKnown(
  surroundings: Surroundings,
  { events, lines }: { readonly events: readonly StreamEvent[]; readonly lines: readonly string[] },
  expectedRevision: number,
): Promise<Appended> {
  const { stream, timing, note, foundWritten } = surroundings;
  let doubtful = false;
  for (;;) {
    const appended = await stream.append(lines, expectedRevision);
    if (appended.outcome === 'conflict' && doubtful) {
      const there = await isThere(surroundings, events, expectedRevision + 1);
      if (there === undefined) return GIVEN_UP;
      if (!there) return appended;
      foundWritten();
      return { outcome: 'written' };
    }
    const trying = appended.outcome === 'unknown' || appended.outcome === 'unavailable';
    if (!trying || (appended.outcome === 'unavailable' && !doubtful)) return appended;
    doubtful = events.length > 0;
    if (surroundings.isGivenUp)
      return doubtful ? GIVEN_UP : { ...appended, outcome: 'unavailable' };
    note(appended.why);
    await new Promise<void>((resolve) => timing.later(resolve, RESEND_MS));
  }
}

/**
 * Whether the stream goes on from a revision with exactly these bytes, or with others: waits until
 * that can be read, since what is read may come later than what is appended.
 * @returns nothing where it is given up
 */
async function isThere(
  surroundings: Surroundings,
  events: readonly StreamEvent[],
  fromRevision: number,
): Promise<boolean | undefined> {
  const { stream, timing } = surroundings;
  for (;;) {
    const found: StreamEvent[] = [];
    try {
      for await (const page of stream.read(fromRevision, events.length)) {
        found.push(...page.map(({ event }) => event));
      }
    } catch (error) {
      // This code can read whatever it wrote.
      if (error instanceof UnreadableEventError) return false;
      throw error;
    }
    if (canonical(found) !== canonical(events.slice(0, found.length))) return false;
    if (found.length === events.length) return true;
    if (surroundings.isGivenUp) return undefined;
    await new Promise<void>((resolve) => timing.later(resolve, RESEND_MS));
  }
}

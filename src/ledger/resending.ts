import { canonical } from '../../schemas/canonical.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { UnreadableEventError, type Appended } from '../../schemas/stream.ts';
import type { Stream } from './stream.ts';
import type { Timing } from './timing.ts';

const RESEND_MS = 100;

export type Surroundings = {
  readonly stream: Stream;
  readonly timing: Timing;
  /** Told why it is not known yet. */
  readonly note: (why: string) => void;
  /** Told where a conflict turns out to be with the very same bytes. */
  readonly foundWritten: () => void;
};

/**
 * Appends; what is unknown is sent again until it is known. Only events can have landed.
 * @returns anything but `unknown`
 */
export async function appendUntilKnown(
  { stream, timing, note, foundWritten }: Surroundings,
  { events, lines }: { readonly events: readonly StreamEvent[]; readonly lines: readonly string[] },
  expectedRevision: number,
): Promise<Appended> {
  let doubtful = false;
  for (;;) {
    const appended = await stream.append(lines, expectedRevision);
    if (appended.outcome === 'conflict' && doubtful) {
      if (!(await isThere({ stream, timing }, events, expectedRevision + 1))) return appended;
      foundWritten();
      return { outcome: 'written' };
    }
    const trying = appended.outcome === 'unknown' || appended.outcome === 'unavailable';
    if (!trying || (appended.outcome === 'unavailable' && !doubtful)) return appended;
    doubtful = events.length > 0;
    note(appended.why);
    await new Promise<void>((resolve) => timing.later(resolve, RESEND_MS));
  }
}

/**
 * Whether the stream goes on from a revision with exactly these bytes, or with others: waits until
 * that can be read, since what is read may come later than what is appended.
 */
async function isThere(
  { stream, timing }: Pick<Surroundings, 'stream' | 'timing'>,
  events: readonly StreamEvent[],
  fromRevision: number,
): Promise<boolean> {
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
    await new Promise<void>((resolve) => timing.later(resolve, RESEND_MS));
  }
}

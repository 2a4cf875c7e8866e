import type { StreamEvent } from '../../schemas/events/index.ts';
import type { Appended, Page } from '../../schemas/stream.ts';
import { encode, linesOf } from './encode.ts';
import { DamagedJournalError, type Journal } from './journal.ts';

const PAGE_EVENTS = 1000;
const PICKED_EVENTS = 500;

/** What a test may ask of one append: to fail, to lose its answer, or to let another in first. */
export type Fault =
  | { readonly kind: 'unavailable' | 'broken' | 'unknown_not_written' | 'unknown_written' }
  | { readonly kind: 'overtaken'; readonly by: readonly StreamEvent[] };

export type MemoryJournal = Journal & {
  /** The faults of the next appends, in order; after them all goes well. */
  readonly faults: Fault[];
  readonly lines: string[];
};

/** A journal in memory, for tests and trials: nothing outlives the process. */
export function memoryJournal(lines: string[] = []): MemoryJournal {
  const faults: Fault[] = [];
  const write = (events: readonly StreamEvent[], expectedRevision: number): Appended => {
    if (lines.length - 1 !== expectedRevision) return { outcome: 'conflict' };
    const encoded = encode(linesOf(events));
    if ('malformed' in encoded) return { outcome: 'malformed', ...encoded.malformed };
    lines.push(...encoded.lines);
    return { outcome: 'written' };
  };
  return {
    faults,
    lines,
    async append(events, expectedRevision) {
      const fault = faults.shift();
      const why = 'a test asked for it';
      if (fault === undefined) return write(events, expectedRevision);
      switch (fault.kind) {
        case 'overtaken':
          write(fault.by, expectedRevision);
          return write(events, expectedRevision);
        case 'unknown_written':
          write(events, expectedRevision);
          return { outcome: 'unknown', why };
        case 'unknown_not_written':
          return { outcome: 'unknown', why };
        default:
          return { outcome: fault.kind, why };
      }
    },
    async *read(fromRevision, limit = Infinity): AsyncGenerator<Page> {
      const end = Math.min(lines.length, fromRevision + limit);
      for (let first = fromRevision; first < end; first += PAGE_EVENTS) {
        const page = lines.slice(first, Math.min(end, first + PAGE_EVENTS));
        yield { firstRevision: first, lines: page };
      }
    },
    async *pick(revisions): AsyncGenerator<readonly string[]> {
      for (let first = 0; first < revisions.length; first += PICKED_EVENTS) {
        yield revisions.slice(first, first + PICKED_EVENTS).map((revision) => {
          const line = lines[revision];
          if (line !== undefined) return line;
          throw new DamagedJournalError(revision, 'no row is stored there');
        });
      }
    },
    async close() {},
  };
}

import { csvHeadings, csvOf } from './csv.ts';
import { HledgerJournal } from './hledger.ts';
import { ExportError, linesOf } from './lines.ts';
import { Entries, type Entry, type Opening } from './movement.ts';

export const FORMATS = ['hledger', 'csv', 'ndjson'] as const;

export type Format = (typeof FORMATS)[number];

/** What an export is written as, piece by piece. */
type Writing = {
  readonly begin: (opening: Opening) => string;
  readonly take: (entries: readonly Entry[]) => string;
  readonly end: (count: number) => string;
};

/** How the export of a stream is made. */
export type Exporting = {
  /** The events, a line each. */
  readonly file: string;
  readonly format: Format;
  readonly write: (text: string) => void;
  /** Told after each piece how many events were read. */
  readonly progress?: (events: number) => void;
};

/** What was exported. */
export type Exported = { readonly events: number; readonly movements: number };

/**
 * Exports a stream from its lines, a piece at a time, whatever its length.
 * @throws ExportError at the first line that is not one of a stream; what was written is no use
 */
export async function exportStream({ file, ...given }: Exporting): Promise<Exported> {
  const { write, progress } = given;
  const writing = writingIn(given.format);
  let entries: Entries | undefined;
  for await (const lines of linesOf(file)) {
    if (entries === undefined) {
      entries = new Entries(lines[0]!);
      write(writing.begin(entries.opening));
    }
    const read = entries;
    write(writing.take(lines.map((line) => read.read(line))));
    progress?.(read.count);
  }
  if (entries === undefined) throw new ExportError(0, 'LedgerOpened', 'an empty file');
  write(writing.end(entries.count));
  return { events: entries.count, movements: entries.movements };
}

function writingIn(format: Format): Writing {
  switch (format) {
    case 'hledger': {
      const journal = new HledgerJournal();
      return {
        begin: (opening) => journal.begin(opening),
        take: (entries) => journal.take(entries),
        end: (count) => journal.end(count),
      };
    }
    case 'csv':
      return { begin: csvHeadings, take: csvOf, end: () => '' };
    case 'ndjson':
      return {
        begin: () => '',
        take: (entries) => entries.map(({ line }) => `${line}\n`).join(''),
        end: () => '',
      };
  }
}

import { hash } from 'node:crypto';
import type { Journal } from '../journal/journal.ts';
import { derivedFrom, type Derived } from './derived.ts';
import { DoesNotFitError, open, type Header } from './file.ts';

export type Loaded = { readonly header: Header; readonly derived: Derived };

/**
 * Reads a file, if there is one, where this code made it, and of this stream.
 * @throws DoesNotFitError, DamagedJournalError
 */
export async function loaded(
  file: string,
  code: string,
  key: string,
  journal: Pick<Journal, 'read'>,
): Promise<Loaded | undefined> {
  const saved = open(file, code, key);
  if (saved === undefined) return undefined;
  try {
    const { header } = saved;
    if ((await eventHashAt(journal, header.revision)) !== header.event) {
      throw new DoesNotFitError(
        `its revision ${header.revision} is another event, or is not there`,
      );
    }
    return { header, derived: derivedFrom(saved.parts()) };
  } finally {
    saved.close();
  }
}

/** SHA-256 of an event's bytes. */
export function eventHash(line: string): string {
  return hash('sha256', line, 'hex');
}

async function eventHashAt(journal: Pick<Journal, 'read'>, revision: number) {
  for await (const { lines } of journal.read(revision, 1)) return eventHash(lines[0]!);
  return undefined;
}

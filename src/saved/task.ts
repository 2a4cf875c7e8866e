import { DamagedJournalError, recordedIn, type Journal } from '../journal/journal.ts';
import { sqliteReader } from '../journal/sqlite/index.ts';
import { codeHash } from './code.ts';
import { fold, nothingDerived, partsOf, type Derived } from './derived.ts';
import { DoesNotFitError, hashed, write, type Header } from './file.ts';
import { eventHash, loaded } from './load.ts';

/** What a worker is asked for: to prove what was loaded, if anything was, and to save. */
export type Task = {
  readonly file: string;
  readonly journalFile: string;
  /** The code that the service runs. */
  readonly code: string;
  /** The key under which a file is known to be this ledger's own. */
  readonly key: string;
  /** What the service loaded and is still to be proved. */
  readonly unproved: Header | undefined;
  /** How many events a file must lack to be written anew. */
  readonly fewest: number;
};

export type Done = {
  /** The parts that are not what the stream makes of them: what was loaded was wrong. */
  readonly wrong: readonly string[];
  readonly saved: { readonly revision: number; readonly bytes: number } | undefined;
  /** Why nothing could be saved, which says nothing against what was loaded. */
  readonly unsaved?: string;
};

const CHANGED = 'the code on disk is no longer the one that runs';

type Reader = Pick<Journal, 'read'>;
type Folded = { readonly derived: Derived; readonly lastLine: string | undefined };

/**
 * Folds the stream from its file, which it only reads, beside the service that writes it. What was
 * loaded is proved by folding from the first event again, whatever the file says; else it goes on
 * from the file, or from nothing where none fits.
 * @throws DamagedJournalError, UnreadableEventError, Error where nothing could be proved
 */
export async function perform(task: Task): Promise<Done> {
  const { code, unproved } = task;
  const changed = codeHash() !== code;
  if (changed && unproved === undefined) throw new Error(CHANGED);
  const reader = sqliteReader(task.journalFile);
  try {
    if (unproved === undefined) return await savedFrom(await startOf(task, reader), task, reader);
    const derived = nothingDerived();
    await folded(derived, reader, unproved.revision + 1);
    const wrong = differing(unproved, derived);
    if (wrong.length > 0) return { wrong, saved: undefined };
    // It is proved all the same: other code that makes the same of it proves as much.
    if (changed) return { wrong, saved: undefined, unsaved: CHANGED };
    return await savedFrom(derived, task, reader);
  } finally {
    await reader.close();
  }
}

/** Folds the rest, and saves what comes of it if there was enough. */
async function savedFrom(
  derived: Derived,
  { file, code, key, fewest }: Task,
  reader: Reader,
): Promise<Done> {
  const since = derived.ledger.revision;
  try {
    const { lastLine } = await folded(derived, reader);
    const { revision, format } = derived.ledger;
    if (lastLine === undefined || revision - since < fewest) return { wrong: [], saved: undefined };
    const at = { code, format, revision, event: eventHash(lastLine) };
    return { wrong: [], saved: { revision, bytes: write(file, at, partsOf(derived), key) } };
  } catch (error) {
    if (error instanceof DamagedJournalError) throw error;
    return { wrong: [], saved: undefined, unsaved: (error as Error).message };
  }
}

async function startOf({ file, code, key }: Task, reader: Reader): Promise<Derived> {
  try {
    return (await loaded(file, code, key, reader))?.derived ?? nothingDerived();
  } catch (error) {
    if (error instanceof DoesNotFitError) return nothingDerived();
    throw error;
  }
}

async function folded(derived: Derived, reader: Reader, events?: number): Promise<Folded> {
  let lastLine: string | undefined;
  for await (const page of reader.read(derived.ledger.revision + 1, events)) {
    fold(derived, recordedIn(page));
    lastLine = page.lines.at(-1);
  }
  return { derived, lastLine };
}

function differing({ revision, parts }: Header, derived: Derived): string[] {
  if (derived.ledger.revision !== revision) return ['revision'];
  const made = new Map(hashed(partsOf(derived)).map(({ name, sha256 }) => [name, sha256]));
  return parts.filter(({ name, sha256 }) => made.get(name) !== sha256).map(({ name }) => name);
}

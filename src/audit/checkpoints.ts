import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCheckpoint, type Opened } from '../proofs/checkpoint.ts';
import { NoteError, verifierIn, type Verifier } from '../proofs/note.ts';
import { breach, type Breach } from './model/invariant.ts';

/** A checkpoint as it is found in a file. */
export type Note = {
  /** Where it is from, in words. */
  readonly name: string;
  readonly note: string;
  /** What the file says of it besides, which nobody signed. */
  readonly size?: number;
  readonly recordedAt?: string;
  /** Why it is no note at all, if it is none. */
  readonly unread?: string;
  /** What was undone of what mail or an editor did to it, in words. */
  readonly undone?: string;
};

/** A checkpoint that was signed with a known key. */
export type Signed = Opened & { readonly name: string; readonly recordedAt?: string | undefined };

const LIST = 'checkpoints.ndjson';
const NEWEST = 'checkpoint';

/** The checkpoints of an auditor's directory, oldest first, the newest last. */
export function notesIn(directory: string): Note[] {
  const [all, newest] = [join(directory, LIST), join(directory, NEWEST)];
  return [
    ...(existsSync(all) ? notesOf(readFileSync(all, 'utf8'), LIST) : []),
    ...(existsSync(newest) ? [{ name: NEWEST, note: readFileSync(newest, 'utf8') }] : []),
  ];
}

/** The checkpoints in the text of a file: one note, or a line of JSON for each. */
export function notesOf(text: string, file: string): Note[] {
  if (!text.startsWith('{')) return [{ name: file, note: text }];
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => ({ name: `${file} line ${index + 1}`, ...noteIn(line) }));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a line of JSON says of a checkpoint, without what it does not say. */
function noteIn(line: string): Omit<Note, 'name'> {
  try {
    const said = JSON.parse(line) as Record<string, unknown> | null;
    const { note, size, recordedAt } = said ?? {};
    return {
      note: typeof note === 'string' ? note : '',
      ...(size !== undefined && { size: Number(size) }),
      ...(recordedAt !== undefined && { recordedAt: textOf(recordedAt) }),
    };
  } catch {
    return { note: '' };
  }
}

/**
 * The keys in the text of a file, one a line.
 * @throws NoteError for a line that is no key, or where there is no key at all
 */
export function verifiersIn(text: string, file: string): Verifier[] {
  const verifiers = text.split('\n').flatMap((row, index) => {
    const line = row.trim();
    if (line === '' || line.startsWith('#')) return [];
    try {
      return [verifierIn(line)];
    } catch (error) {
      throw new NoteError(`${file} line ${index + 1}: ${(error as Error).message}`);
    }
  });
  if (verifiers.length === 0) throw new NoteError(`${file} has no keys, so nothing can be proved.`);
  return verifiers;
}

type Opening = {
  /** Every checkpoint of the ledger that somebody trusted signed, the smallest first. */
  readonly signed: readonly Signed[];
  /** How many events the directory itself says that it has. */
  readonly size: number;
  /** Whether its last checkpoint says so, so that its tiles must be those of this size. */
  readonly whole: boolean;
  /** Why its last checkpoint proves nothing, if it does not. */
  readonly unsigned: string | undefined;
  readonly breaches: readonly Breach[];
};

/**
 * Opens checkpoints with the keys that are trusted.
 * @param saved those that were kept elsewhere
 */
export function openAll(
  own: readonly Note[],
  saved: readonly Note[],
  verifiers: readonly Verifier[],
): Opening {
  const breaches: Breach[] = [];
  const refused = new Map<string, string>();
  const opened = (notes: readonly Note[]): Signed[] =>
    notes.flatMap(({ name, note, size, recordedAt, unread }) => {
      if (unread !== undefined) {
        breaches.push(breach(`a checkpoint in ${name}`, unread));
        return [];
      }
      try {
        const checkpoint = openCheckpoint(note, verifiers);
        if (size !== undefined && size !== checkpoint.size) {
          const expected = `${name} to be of size ${checkpoint.size}, as its note is`;
          breaches.push(breach(expected, Number.isNaN(size) ? 'no number' : size));
        }
        return [{ name, recordedAt, ...checkpoint }];
      } catch (error) {
        const { message } = error as Error;
        refused.set(note, message);
        breaches.push(breach(`${name} to be signed with a known key`, message));
        return [];
      }
    });
  const [kept, found] = [opened(saved), opened(own)];
  if (found.length + kept.length === 0 && breaches.length === 0) {
    breaches.push(breach('a signed checkpoint', 'none, so nothing is proved'));
  }
  const [first] = [...found, ...kept];
  const isForeign = ({ origin }: Signed) => origin !== first?.origin;
  const all = [...found, ...kept];
  const bySize = all
    .filter((one) => !isForeign(one))
    .toSorted((one, other) => one.size - other.size);
  breaches.push(
    ...all.filter(isForeign).map(({ name, origin }) => {
      return breach(`${name} to be of ${first!.origin}, as ${first!.name} is`, `one of ${origin}`);
    }),
    ...fallenIn(found.filter((one) => !isForeign(one))),
    ...forkedIn(bySize),
  );
  breaches.push(...endIn(own, found));
  const mirrored = bySize.findLast((one) => found.includes(one)) ?? bySize.at(-1);
  const newest = own.at(-1);
  const whole = newest === undefined || newest.note === mirrored?.note;
  const why = newest && refused.get(newest.note);
  const unsigned = why === undefined ? undefined : `${newest!.name}: ${why}`;
  return { signed: bySize, size: mirrored?.size ?? 0, whole, unsigned, breaches };
}

/** The newest checkpoint is also the last of all that were fetched. */
function endIn(own: readonly Note[], found: readonly Signed[]): Breach[] {
  const listed = own.findLast(({ name }) => name !== NEWEST);
  const last = found.find(({ name }) => name === listed?.name);
  const newest = found.find(({ name }) => name === NEWEST);
  if (newest === undefined || last === undefined || last.origin !== newest.origin) return [];
  if (last.size >= newest.size) return [];
  const expected = `${LIST} to end with the checkpoint of size ${newest.size}, as ${NEWEST} says`;
  return [breach(expected, `that it ends at ${last.size}: lines are missing`)];
}

/** Of one size there is one root; who signs two has shown two histories. */
function forkedIn(bySize: readonly Signed[]): Breach[] {
  return bySize.flatMap((one, index) => {
    const before = bySize[index - 1];
    if (before?.size !== one.size || Buffer.compare(before.root, one.root) === 0) return [];
    const found = `another in ${one.name}: the ledger signed two histories; keep both, as proof`;
    return [breach(`one root of size ${one.size}, as in ${before.name}`, found)];
  });
}

/** A directory's checkpoints grow, and the newest stands last. */
function fallenIn(found: readonly Signed[]): Breach[] {
  return found.flatMap((one, index) => {
    const before = found[index - 1];
    if (before === undefined || before.size <= one.size) return [];
    const expected = `${one.name} to be of size ${before.size} or more, as ${before.name} is`;
    return [breach(expected, one.size)];
  });
}

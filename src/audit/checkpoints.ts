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
  /** What the file says of it besides. */
  readonly size?: number;
};

/** A checkpoint that was signed with a known key. */
export type Signed = Opened & { readonly name: string };

/** The checkpoints of an auditor's directory, oldest first, the newest last. */
export function notesIn(directory: string): Note[] {
  const all = join(directory, 'checkpoints.ndjson');
  const newest = join(directory, 'checkpoint');
  return [
    ...(existsSync(all) ? notesOf(readFileSync(all, 'utf8'), 'checkpoints.ndjson') : []),
    ...(existsSync(newest) ? notesOf(readFileSync(newest, 'utf8'), 'checkpoint') : []),
  ];
}

/** The checkpoints in the text of a file: one note, or a line of JSON for each. */
export function notesOf(text: string, file: string): Note[] {
  if (!text.startsWith('{')) return [{ name: file, note: text }];
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => {
    const name = `${file} line ${index + 1}`;
    try {
      const { note, size } = JSON.parse(line) as { note: unknown; size: unknown };
      return { name, note: String(note), size: Number(size) };
    } catch {
      return { name, note: '' };
    }
  });
}

/** A note that follows another in the same file, behind the signatures of that one. */
const NEXT_NOTE = /(?<=^— .*\n)\s*(?=[^—\s])/m;

/**
 * The checkpoints in a file that somebody kept: as `notesOf` reads them, or several notes one after
 * another. What mail and editors do to the ends of lines is undone; it is nothing that is signed.
 */
export function keptIn(text: string, file: string): Note[] {
  const tidy = `${text.replaceAll('\r\n', '\n').trim()}\n`;
  if (tidy.startsWith('{')) return notesOf(tidy, file);
  const notes = tidy.split(NEXT_NOTE);
  if (notes.length === 1) return notesOf(tidy, file);
  return notes.map((note, index) => ({ name: `${file} note ${index + 1}`, note }));
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
  const opened = (notes: readonly Note[]): Signed[] =>
    notes.flatMap(({ name, note, size }) => {
      try {
        const checkpoint = openCheckpoint(note, verifiers);
        if (size !== undefined && size !== checkpoint.size) {
          breaches.push(breach(`${name} to be of size ${checkpoint.size}, as its note is`, size));
        }
        return [{ name, ...checkpoint }];
      } catch (error) {
        breaches.push(breach(`${name} to be signed with a known key`, (error as Error).message));
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
  const mirrored = bySize.findLast((one) => found.includes(one)) ?? bySize.at(-1);
  const whole = own.length === 0 || own.at(-1)!.note === mirrored?.note;
  return { signed: bySize, size: mirrored?.size ?? 0, whole, breaches };
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

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCheckpoint, type Opened } from '../proofs/checkpoint.ts';
import { verifierIn, type Verifier } from '../proofs/note.ts';
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

/**
 * The keys in the text of a file, one a line.
 * @throws NoteError for a line that is no key
 */
export function verifiersIn(text: string): Verifier[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map(verifierIn);
}

type Opening = {
  /** Every checkpoint of the ledger that somebody trusted signed, the smallest first. */
  readonly signed: readonly Signed[];
  /** How many events the directory itself says that it has. */
  readonly size: number;
  readonly breaches: readonly Breach[];
};

/**
 * Opens checkpoints with the keys that are trusted.
 * @param saved those that were kept elsewhere: they say what ledger it is
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
  const origin = (kept[0] ?? found.at(-1))?.origin;
  const foreign = [...kept, ...found].filter((one) => one.origin !== origin);
  breaches.push(
    ...foreign.map((one) => breach(`${one.name} to be of ${origin}`, `one of ${one.origin}`)),
    ...fallenIn(found),
  );
  const signed = [...kept, ...found].filter((one) => one.origin === origin);
  const bySize = signed.toSorted((one, other) => one.size - other.size);
  const mirrored = bySize.findLast((one) => found.includes(one)) ?? bySize.at(-1);
  return { signed: bySize, size: mirrored?.size ?? 0, breaches };
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

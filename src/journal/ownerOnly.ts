import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const FOLDER = 0o700;
const FILE = 0o600;
const OTHERS = 0o077;
const STICKY = 0o1000;

/** Makes a folder that only its owner may enter; one that is there stays as it is. */
export function ownFolder(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: FOLDER });
}

/**
 * Makes an empty file that only its owner may read, where there is none, for SQLite to fill: what
 * SQLite puts beside a database is as open as the database.
 */
export function ownFile(file: string): void {
  ownFolder(dirname(file));
  closeSync(openSync(file, 'a', FILE));
}

/**
 * Takes from everybody but the owner what a ledger's data would let them do: its folder, and in it
 * the files whose names begin with one of those given. A folder that many share, such as `/tmp`, is
 * left alone.
 * @returns what was open to others, and whether it is closed now
 */
export function closeToOthers(
  directory: string,
  files: readonly string[],
): { readonly closed: string[]; readonly open: string[] } {
  const found = { closed: [] as string[], open: [] as string[] };
  const isOwn = (path: string) => files.some((file) => path.startsWith(file));
  const beside = [...new Set([directory, ...files.map(dirname)])].flatMap(filesIn);
  for (const path of [directory, ...beside.filter(isOwn)]) {
    const { mode } = statSync(path, { throwIfNoEntry: false }) ?? { mode: 0 };
    if ((mode & OTHERS) === 0) continue;
    found[isClosed(path, mode) ? 'closed' : 'open'].push(basename(path));
  }
  return found;
}

function isClosed(path: string, mode: number): boolean {
  if ((mode & STICKY) !== 0) return false;
  try {
    chmodSync(path, mode & 0o777 & ~OTHERS);
    return true;
  } catch {
    return false;
  }
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => join(directory, name));
  } catch {
    return [];
  }
}

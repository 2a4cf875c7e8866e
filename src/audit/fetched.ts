import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { breach, type Breach } from './model/invariant.ts';

/*
 * The note that a fetch makes of the files that nobody signs as a whole: how many checkpoints
 * were listed, the hash of their lines, and that tiles were taken. It finds what got lost or was
 * touched later, though not somebody who changes this note as well.
 */

export const FETCHED = 'fetched';
const LIST = 'checkpoints.ndjson';

const fetchedSchema = z.object({
  checkpoints: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  tiles: z.boolean(),
});

/** What is to be noted of a directory once all is in it. */
export function noteOf(directory: string): string {
  const lines = linesIn(directory);
  const note = { checkpoints: lines.length, sha256: hashOf(lines), tiles: hasTiles(directory) };
  return `${JSON.stringify(note)}\n`;
}

/** What is no longer as it was noted; nothing where nothing was noted. */
export function changedSince(directory: string): { list?: Breach; tiles?: Breach } {
  const file = join(directory, FETCHED);
  if (!existsSync(file)) return {};
  const noted = notedIn(readFileSync(file, 'utf8'));
  if (noted === undefined) {
    return { list: breach(`${FETCHED} to say what was fetched`, 'something else') };
  }
  // A fetch that broke off may have listed more than it noted.
  const lines = linesIn(directory).slice(0, noted.checkpoints);
  const expected = `the ${noted.checkpoints} lines of ${LIST} to be those that were fetched`;
  const found =
    lines.length < noted.checkpoints ? `only ${lines.length}` : 'that they were changed';
  return {
    ...(hashOf(lines) !== noted.sha256 && { list: breach(expected, found) }),
    ...(noted.tiles &&
      !hasTiles(directory) && { tiles: breach('the tiles that were fetched, in tile/', 'none') }),
  };
}

/** Why nothing may be fetched into a directory any more: a new note would hide what was lost. */
export function touchedSince(directory: string): string | undefined {
  const { list } = changedSince(directory);
  if (list === undefined) return undefined;
  return (
    `Somebody has changed ${directory} since it was fetched: expected ${list.expected}; found ` +
    `${list.found}. Put it aside, and fetch into a new one.`
  );
}

function notedIn(text: string): z.output<typeof fetchedSchema> | undefined {
  try {
    return fetchedSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function linesIn(directory: string): string[] {
  const file = join(directory, LIST);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}

function hashOf(lines: readonly string[]): string {
  return hash('sha256', lines.map((line) => `${line}\n`).join(''));
}

function hasTiles(directory: string): boolean {
  return existsSync(join(directory, 'tile', '0'));
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Whatever decides what an event becomes, and how that is written down. */
const FOLDERS = ['schemas', 'src/ledger', 'projections', 'src/saved'];

/**
 * A hash of the code that folds a stream and saves what comes of it, and of what that depends on:
 * which machine counts bytes how, and the runtime, whose calendars say when a day begins.
 */
export function codeHash(): string {
  const hash = createHash('sha256');
  hash.update([process.version, process.versions['tz'], process.versions['icu']].join(' '));
  hash.update(endianness());
  for (const file of FOLDERS.flatMap(sourcesIn)) {
    hash.update(`\0${file}\0`);
    hash.update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}

function sourcesIn(folder: string): string[] {
  const all = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  const sources = all.filter((file) => file.endsWith('.ts'));
  return sources.toSorted().map((file) => join(folder, file));
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Whatever decides what an event becomes, and how that is written down. */
const FOLDERS = ['schemas', 'src/ledger', 'projections', 'src/saved'];
/** The one package that it counts with. */
const DECIMALS = fileURLToPath(import.meta.resolve('decimal.js/package.json'));

/**
 * A hash of the code that folds a stream and saves what comes of it, and of what that depends on:
 * which machine counts bytes how, what amounts are reckoned with, and the runtime, whose calendars
 * say when a day begins.
 * @param root the folder that the code is in
 */
export function codeHash(root = ROOT): string {
  const hash = createHash('sha256');
  hash.update([process.version, process.versions['tz'], process.versions['icu']].join(' '));
  hash.update(endianness());
  hash.update(readFileSync(DECIMALS));
  for (const file of sourcesIn(root)) {
    hash.update(`\0${file}\0`);
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** The sources that are hashed, below a root. */
export function sourcesIn(root = ROOT): string[] {
  return FOLDERS.flatMap((folder) => {
    const all = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    const sources = all.filter((file) => file.endsWith('.ts'));
    return sources.toSorted().map((file) => join(folder, file));
  });
}

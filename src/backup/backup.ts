import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { backup as copyOnline, type DatabaseSync } from 'node:sqlite';
import type { Shown } from '../checkpoints/store.ts';
import { endOf, openReader } from '../journal/sqlite/file.ts';
import { tileReader } from '../journal/sqlite/tree.ts';
import { unverifiedIn } from '../proofs/checkpoint.ts';
import { rootAt } from '../proofs/tiles.ts';
import { notCopied, requireWhole } from './copied.ts';
import {
  BackupError,
  CHECKPOINT,
  MANIFEST,
  partsIn,
  toDisk,
  type Manifest,
  type Parts,
} from './parts.ts';

/** Pages copied in one go, beside which the thread is free. */
const STEP_PAGES = 1000;
const OWNER_ONLY = 0o600;

export type BackUpOptions = {
  readonly source: Parts;
  /** The folder of this one backup, which must not be there yet. */
  readonly to: string;
  readonly withKeys: boolean;
  readonly now_ms: () => number;
};

export type BackedUp = Pick<Manifest, 'root' | 'size' | 'files'> & {
  /** The last checkpoint in it. */
  readonly shown: Shown | undefined;
  readonly took_ms: number;
};

/**
 * Copies a ledger while its service runs. Checkpoints are copied before the stream, so that none
 * of them lies beyond it; what was copied is gone over, every event of it; and all of it appears
 * under its name at once, when it is whole and on disk.
 * @throws BackupError
 */
export async function backUp({ source, to, withKeys, now_ms }: BackUpOptions): Promise<BackedUp> {
  const began_ms = now_ms();
  if (existsSync(to)) {
    throw new BackupError('is_there', `${to} is there already: every backup has its own folder.`);
  }
  const partial = `${to}.partial`;
  if (existsSync(partial)) {
    throw new BackupError(
      'under_way',
      `${partial} is there: a backup is being made, or one did not come to its end. ` +
        'Delete it if none is being made.',
    );
  }
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  try {
    const shown = await copyCheckpoints(source, partial);
    const { size, root } = await copyLedger(source, partial, shown);
    await requireWhole(partsIn(partial), size);
    if (shown !== undefined) writeFileSync(join(partial, CHECKPOINT), shown.note);
    if (withKeys) copyKeys(source, partial);
    const files = sizesIn(partial);
    for (const name of Object.keys(files)) {
      chmodSync(join(partial, name), OWNER_ONLY);
      toDisk(join(partial, name));
    }
    const manifest: Manifest = { files, format: 1, madeAt: instant(now_ms()), root, size };
    const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
    writeFileSync(join(partial, MANIFEST), text, { flush: true, mode: OWNER_ONLY });
    toDisk(partial);
    renameSync(partial, to);
    toDisk(dirname(to));
    return { root, size, files, shown, took_ms: now_ms() - began_ms };
  } catch (error) {
    rmSync(partial, { recursive: true });
    throw notCopied(error, source);
  }
}

async function copyCheckpoints(source: Parts, to: string): Promise<Shown | undefined> {
  if (!existsSync(source.checkpoints)) return undefined;
  return copied(source.checkpoints, partsIn(to).checkpoints, async (database) => {
    const latest = database.prepare('SELECT * FROM checkpoint ORDER BY size DESC LIMIT 1').get();
    return latest as Shown | undefined;
  });
}

function copyLedger(source: Parts, to: string, shown: Shown | undefined) {
  return copied(source.ledger, partsIn(to).ledger, async (database) => {
    const tile = tileReader(database);
    const rootOf = async (size: number) => {
      const root = await rootAt(async (one) => tile(one), size);
      return Buffer.from(root).toString('base64');
    };
    const size = endOf(database).revision + 1;
    if (size === 0) {
      throw new BackupError('no_ledger', `${source.ledger} holds no ledger yet.`);
    }
    const expected = shown && Buffer.from(unverifiedIn(shown.note).root).toString('base64');
    if (shown && (size < shown.size || (await rootOf(shown.size)) !== expected)) {
      throw new BackupError(
        'history_changed',
        `The history has changed: the stream, of ${size} events, is not the one of the ` +
          `checkpoint over ${shown.size} that was shown at ${shown.recordedAt}. No backup is ` +
          'made of it; keep the earlier ones.',
      );
    }
    return { size, root: await rootOf(size) };
  });
}

/**
 * Copies a database as it is at one moment, whatever is written meanwhile: within a transaction
 * that reads, SQLite neither sees later writes nor begins the copy again because of them.
 */
async function copied<T>(
  file: string,
  to: string,
  read: (database: DatabaseSync) => Promise<T>,
): Promise<T> {
  const database = openReader(file);
  try {
    database.exec('BEGIN');
    const found = await read(database);
    await copyOnline(database, to, { rate: STEP_PAGES });
    return found;
  } finally {
    database.close();
  }
}

function copyKeys({ cardKey, signingKey }: Parts, to: string): void {
  for (const key of [cardKey, signingKey]) {
    if (!existsSync(key)) continue;
    copyFileSync(key, join(to, basename(key)));
  }
}

function sizesIn(directory: string): Record<string, number> {
  const parts = [...Object.values(partsIn(directory)), join(directory, CHECKPOINT)];
  const there = parts.filter((file) => existsSync(file));
  return Object.fromEntries(there.map((file) => [basename(file), statSync(file).size]));
}

function instant(time_ms: number): string {
  return new Date(time_ms).toISOString();
}

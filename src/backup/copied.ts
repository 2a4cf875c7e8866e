import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { DamagedJournalError } from '../journal/journal.ts';
import { damageIn, endOf, quickCheck } from '../journal/sqlite/file.ts';
import { compared, tileReader } from '../journal/sqlite/tree.ts';
import { unverifiedIn } from '../proofs/checkpoint.ts';
import { rootAt } from '../proofs/tiles.ts';
import { BackupError, type Parts } from './parts.ts';

/**
 * Goes over what was copied, from the first event to the last: the structure of both databases,
 * every row's checksum, every hash of the tree, and the root of every checkpoint.
 * @throws BackupError, DamagedJournalError naming the first thing that is not as it was written
 */
export async function requireWhole(copy: Pick<Parts, 'ledger' | 'checkpoints'>, size: number) {
  // A connection that may write leaves nothing beside the file when it is closed.
  const ledger = new DatabaseSync(copy.ledger);
  try {
    requireStructure(ledger, copy.ledger);
    const end = endOf(ledger).revision + 1;
    if (end !== size) throw damaged(`it ends after ${end} events, and not after ${size}`);
    for (const _ of compared(ledger, size));
    await requireCheckpoints(ledger, copy.checkpoints);
  } finally {
    ledger.close();
  }
}

/** The error itself, or, where it comes of what is in a file, that no backup is made of that. */
export function notCopied(error: unknown, { ledger }: Pick<Parts, 'ledger'>): unknown {
  const found = damageIn(error, ledger);
  return found instanceof DamagedJournalError ? damaged(found.message) : found;
}

async function requireCheckpoints(ledger: DatabaseSync, file: string): Promise<void> {
  if (!existsSync(file)) return;
  const store = new DatabaseSync(file);
  try {
    requireStructure(store, file);
    const tile = tileReader(ledger);
    for (const { size, note } of store.prepare('SELECT size, note FROM checkpoint').iterate()) {
      const found = await rootAt(async (one) => tile(one), Number(size));
      const { root } = unverifiedIn(String(note));
      if (Buffer.compare(Buffer.from(root), Buffer.from(found)) === 0) continue;
      throw damaged(`the checkpoint over ${Number(size)} events is not one of these events`);
    }
  } finally {
    store.close();
  }
}

function requireStructure(database: DatabaseSync, file: string): void {
  const verdict = quickCheck(database);
  if (verdict !== 'ok') throw damaged(`SQLite cannot use ${file}: ${verdict}`);
}

function damaged(why: string): BackupError {
  return new BackupError(
    'damaged',
    `What was copied is not as it was written: ${why}. No backup is made of it; keep the earlier ` +
      'ones. The ledger itself is damaged, or the disk of the backup: run timecredits check, and ' +
      'see README.md, Backup and restore.',
  );
}

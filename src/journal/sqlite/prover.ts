import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { workBehind } from '../behind.ts';
import { DamagedJournalError } from '../errors.ts';
import { isDamage, openReader, quickCheck } from './file.ts';
import { compared } from './tree.ts';

/**
 * The proving process. It reads a whole journal beside the service that has it open, in the time
 * that others leave: SQLite's own check, then every row's checksum and hash, which are compared
 * with the tiles. It is a process and not a thread because SQLite's check of a large file takes
 * seconds in which a thread cannot be stopped, and because all its memory is gone when it ends.
 */

export type Verdict =
  | { readonly proved: number }
  | { readonly damaged: { readonly revision: number; readonly why: string } }
  | { readonly failed: string };

const [file, size, share] = process.argv.slice(2);

workBehind();
const verdict = await proved(file!, Number(size), Number(share ?? 1)).catch(verdictOf);
process.send?.(verdict, () => process.disconnect());

/** @param share of a processor that it takes, at most; whoever takes all of one does not rest */
async function proved(file: string, size: number, share: number): Promise<Verdict> {
  let since_ms = performance.now();
  const rest = async () => {
    const took_ms = performance.now() - since_ms;
    await (share < 1 ? sleep(took_ms / share - took_ms) : turn());
    since_ms = performance.now();
  };
  const database = openReader(file);
  const pages = quickCheck(database);
  if (pages !== 'ok') return { damaged: { revision: 0, why: unreadable(pages) } };
  await rest();
  for (const _ of compared(database, size)) await rest();
  database.close();
  return { proved: size };
}

function verdictOf(error: unknown): Verdict {
  if (error instanceof DamagedJournalError) {
    return { damaged: { revision: error.revision, why: error.why } };
  }
  const { message } = error as Error;
  if (!isDamage(error)) return { failed: message };
  return { damaged: { revision: 0, why: unreadable(message) } };
}

function unreadable(why: string): string {
  return `SQLite cannot use ${file}: ${why}`;
}

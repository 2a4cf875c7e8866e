import { copyFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { linesOf } from '../../schemas/stream.ts';
import { DAY_MS } from '../../schemas/time.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { completeFolder } from './folder.ts';
import { APPEND_EVENTS, Commands, NETWORK, type StreamOptions } from './stream.ts';

const BEGAN_DAYS_AGO = 200;

/** A stream to write: the fewest events it shall have, and the database file. */
export type Target = { readonly events: number; readonly file: string };

export type SeedOptions = StreamOptions & {
  /** What opens a file as a journal; SQLite unless it is given. */
  readonly open?: (file: string) => Promise<Journal>;
};

/**
 * Writes one stream into several files, each a longer part of it, through the journal itself, so
 * that every event is checked with its schema.
 * @param targets the shortest first
 * @returns how many events each file has
 */
export async function seed(
  members: number,
  targets: readonly Target[],
  options: SeedOptions = {},
): Promise<number[]> {
  const commands = new Commands(Date.now() - BEGAN_DAYS_AGO * DAY_MS, options).all(members);
  const counts: number[] = [];
  let written = 0;
  for (const [index, { events, file }] of targets.entries()) {
    if (index > 0) copyFileSync(targets[index - 1]!.file, file);
    const journal = await (options.open ?? sqliteJournal)(file);
    let pending: Promise<unknown> = Promise.resolve();
    while (written < events) {
      const batch: StreamEvent[] = [];
      const wanted = Math.min(APPEND_EVENTS, events - written);
      while (batch.length < wanted) batch.push(...commands.next().value);
      const appended = journal.append(linesOf(batch), written - 1);
      written += batch.length;
      // One append is encoded and committed while the next is made.
      await pending;
      pending = appended.then(({ outcome }) => {
        if (outcome !== 'written') throw new Error(`the bench's own stream: ${outcome}`);
      });
    }
    await pending;
    await journal.close();
    if (basename(file) === 'ledger.sqlite') completeFolder(dirname(file), NETWORK);
    counts.push(written);
  }
  return counts;
}

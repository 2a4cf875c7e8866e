import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BackupError } from './parts.ts';

const EVENTS = 'events.ndjson';
const NEWEST = 'checkpoint';
const CHECKPOINTS = 'checkpoints.ndjson';
const CHUNK_BYTES = 1 << 20;

const keptSchema = z.object({ note: z.string(), recordedAt: z.string() });

/** A checkpoint that somebody kept, and where it was found. */
export type Kept = {
  readonly where: string;
  readonly note: string;
  readonly recordedAt?: string | undefined;
};

/** What an auditor has of a ledger: its events and the checkpoints it was shown. */
export class Mirror {
  readonly directory: string;

  /** @throws BackupError where there is none */
  constructor(directory: string) {
    this.directory = directory;
    if (existsSync(join(directory, EVENTS))) return;
    throw new BackupError('no_mirror', `${directory} is no auditor's folder: it has no ${EVENTS}.`);
  }

  /** Every checkpoint that the auditor was shown, as it stands in the folder. */
  checkpoints(): Kept[] {
    const all = join(this.directory, CHECKPOINTS);
    const text = existsSync(all) ? readFileSync(all, 'utf8') : '';
    const lines = text.split('\n').slice(0, -1);
    const kept: Kept[] = lines.map((line, index) => ({
      where: `${all}, line ${index + 1},`,
      ...keptIn(line, all),
    }));
    const newest = join(this.directory, NEWEST);
    if (existsSync(newest)) kept.push({ where: newest, note: readFileSync(newest, 'utf8') });
    return kept;
  }

  /** The events in order, some at a time; a last line that did not come to its end is none. */
  async *lines(): AsyncGenerator<string[]> {
    const file = join(this.directory, EVENTS);
    let rest = '';
    for await (const chunk of createReadStream(file, {
      encoding: 'utf8',
      highWaterMark: CHUNK_BYTES,
    })) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop()!;
      if (lines.length > 0) yield lines;
    }
  }
}

function keptIn(line: string, file: string): z.infer<typeof keptSchema> {
  try {
    return keptSchema.parse(JSON.parse(line));
  } catch {
    throw new BackupError('damaged', `${file} has a line that is no checkpoint: ${line}`);
  }
}

import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { UnwrittenError } from '../../schemas/stream.ts';
import type { Shown } from './store.ts';

const shownSchema = z.strictObject({
  size: z.int().min(0),
  note: z.string(),
  recordedAt: z.iso.datetime(),
});

/** The head cannot be read; says what that means and what to do. */
export class HeadError extends Error {
  override readonly name = 'HeadError';

  constructor(file: string, why: string) {
    super(
      `${file} is not as it was written: ${why}. It says how far the stream went when it was ` +
        'written last, so that no end of it is lost unnoticed. Put it aside to start without it; ' +
        'then only the last checkpoint says so.',
    );
  }
}

/**
 * Where the newest head of the tree is kept, signed, for the events beyond the last checkpoint.
 * One takes the place of the one before. It is a file of its own and not a row beside the
 * checkpoints, since it is written every second or so away from the thread that serves requests,
 * and since neither a backup nor a replica should say how far the stream went after it.
 */
export class HeadFile {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** @throws HeadError for one that nobody can read */
  read(): Shown | undefined {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new HeadError(this.file, (error as Error).message);
    }
    try {
      return shownSchema.parse(JSON.parse(text));
    } catch {
      throw new HeadError(this.file, 'it has no head');
    }
  }

  /**
   * Keeps one, durably, in the place of the one before.
   * @throws UnwrittenError where it cannot be written just now
   */
  async keep(shown: Shown): Promise<void> {
    const beside = `${this.file}.part`;
    try {
      await written(beside, `${JSON.stringify(shown)}\n`);
      await rename(beside, this.file);
      await listed(dirname(this.file));
    } catch (error) {
      // It is made anew each time, so that also one whose fsync failed may be tried again.
      const { message } = error as Error;
      throw new UnwrittenError(`the head of the tree cannot be written: ${message}`);
    }
  }
}

async function written(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Sees to it that what a folder lists is on disk. */
async function listed(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

import { closeSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { configFrom } from '../config.ts';

/** A backup cannot be made, or must not be put to service; says what was found and what to do. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The files of a ledger, wherever they are. */
export type Parts = {
  readonly ledger: string;
  readonly checkpoints: string;
  readonly cardKey: string;
  readonly signingKey: string;
};

/** Where the parts of a ledger are in a folder, of a service's data or of a backup. */
export function partsIn(directory: string): Parts {
  const config = configFrom({ DATA_DIR: directory });
  return {
    ledger: config.journalFile!,
    checkpoints: config.checkpointFile!,
    cardKey: config.cardKey.file!,
    signingKey: config.signing.file!,
  };
}

/** Where an instance keeps its mirror of a stream that is on a server: a journal's file, too. */
export function mirrorIn(directory: string): string {
  return configFrom({ DATA_DIR: directory, JOURNAL_URL: 'esdb://127.0.0.1' }).journalFile!;
}

const manifestSchema = z.strictObject({
  /** The bytes of each file: one that was cut off in copying is found at once. */
  files: z.record(z.string(), z.int().min(0)),
  format: z.literal(1),
  madeAt: z.string(),
  root: z.base64(),
  size: z.int().min(0),
});

/** What a backup says of itself. It is written last: without it a backup is not whole. */
export type Manifest = z.infer<typeof manifestSchema>;

export const MANIFEST = 'backup.json';
/** The last checkpoint as text, for whoever saves it elsewhere or opens a successor. */
export const CHECKPOINT = 'checkpoint';

/**
 * Reads what a backup says of itself.
 * @throws BackupError where there is no whole backup
 */
export function manifestIn(directory: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(join(directory, MANIFEST), 'utf8')));
  } catch {
    throw new BackupError(
      'not_whole',
      `${directory} is not a whole backup: it has no ${MANIFEST} that can be read, which is ` +
        'written last. Take an earlier one. If another program put ledger.sqlite there, such as ' +
        'Litestream, say so with --bare.',
    );
  }
}

/** Sees to it that a file, or what a folder lists, is on disk. */
export function toDisk(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

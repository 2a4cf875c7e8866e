import { statSync } from 'node:fs';
import { join } from 'node:path';

const NAMES = ['events.ndjson', 'checkpoint', 'checkpoints.ndjson', 'keys'];

/** An auditor's directory has something else under the name of a file; says what. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
}

/**
 * Whether what a directory has is files, which come to an end, and not devices or pipes.
 * @throws DirectoryError
 */
export function requireFiles(directory: string): void {
  for (const path of NAMES.map((name) => join(directory, name))) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile() === false) throw new DirectoryError(`${path} is not a file.`);
  }
}

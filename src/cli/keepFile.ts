import { faulty } from './failure.ts';
import type { Io } from './io.ts';

/** Writes a file that is not there; one that is must have the same bytes. Says which it was. */
export function keepFile(io: Io, path: string, text: string): string {
  if (io.files.exists(path)) {
    if (Buffer.from(text).equals(io.files.read(path))) return 'was already';
    throw faulty('EEXIST', `${path} is there already and is another file. Choose another name.`);
  }
  const file = io.files.create(path);
  try {
    file.write(text);
  } finally {
    file.close();
  }
  return 'is';
}

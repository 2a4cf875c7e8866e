import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';

const PIECE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** A line that nothing can be made of; says which, what was expected and what was found. */
export class ExportError extends Error {
  override readonly name = 'ExportError';

  constructor(revision: number, expected: string, found: string) {
    super(`At revision ${revision}: expected ${expected}; found ${found}.`);
  }
}

/**
 * The lines of a file, many at a time, in the order of the file; a line ends with a newline.
 * @throws ExportError where one does not end or is not UTF-8
 */
export async function* linesOf(file: string): AsyncGenerator<readonly string[]> {
  let [begun, revision] = [Buffer.alloc(0), 0];
  for await (const piece of createReadStream(file, { highWaterMark: PIECE_BYTES })) {
    const bytes = Buffer.concat([begun, piece as Buffer]);
    const end = bytes.lastIndexOf(NEWLINE);
    begun = bytes.subarray(end + 1);
    if (end === -1) continue;
    const whole = bytes.subarray(0, end);
    if (!isUtf8(whole)) {
      throw new ExportError(revision + strangeIn(whole), 'text in UTF-8', 'bytes that are not');
    }
    const lines = whole.toString('utf8').split('\n');
    yield lines;
    revision += lines.length;
  }
  if (begun.length > 0) throw new ExportError(revision, 'a newline at its end', 'the end of file');
}

/** How many lines stand before the first that is not UTF-8. */
function strangeIn(bytes: Buffer): number {
  for (let [index, start] = [0, 0]; ; index += 1) {
    const newline = bytes.indexOf(NEWLINE, start);
    if (newline === -1 || !isUtf8(bytes.subarray(start, newline))) return index;
    start = newline + 1;
  }
}

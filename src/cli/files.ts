import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { Files, GrowingFile } from './io.ts';

const OWNER_ONLY = 0o600;

/** The files of this machine. */
export const diskFiles: Files = {
  read: (path) => readFileSync(path),
  exists: existsSync,
  remove: (path) => rmSync(path),
  replace: (path, text) => writeFileSync(path, text, { mode: OWNER_ONLY }),
  create: (path) => growing(openSync(path, 'wx', OWNER_ONLY)),
  append: (path) => growing(openSync(path, 'a', OWNER_ONLY)),
};

function growing(file: number): GrowingFile {
  return {
    write(text) {
      writeSync(file, text);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}

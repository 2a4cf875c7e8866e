import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Parts } from './derived.ts';
import { FlatReader } from './flatReader.ts';
import { FlatWriter } from './flatWriter.ts';

/**
 * The file: a header of four kibibytes, which a person can read (`head -c 4096 ledger.state`),
 * then the parts one after another, flat (`flat.ts`). It is written beside the old one,
 * forced to disk, and put in its place at once, so that there is never half a file under its name.
 */

const MAGIC = 'time credits, derived state';
const VERSION = 2;
const HEADER_BYTES = 4096;
const WINDOW_BYTES = 1 << 20;
/** What is left of a disk is for the stream. */
const SPARE_BYTES = 64 * WINDOW_BYTES;

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);
const headerSchema = z.strictObject({
  magic: z.literal(MAGIC),
  version: z.literal(VERSION),
  /** The code that it was made with. */
  code: hashSchema,
  /** The format of the ledger. */
  format: z.int(),
  /** The last event that is in it, and the SHA-256 of that event's bytes. */
  revision: z.int().min(0),
  event: hashSchema,
  parts: z.array(z.strictObject({ name: z.string(), bytes: z.int().min(1), sha256: hashSchema })),
  /** HMAC-SHA-256 of all of the above, under a key that is not in the file. */
  mac: hashSchema,
});

export type Header = z.infer<typeof headerSchema>;
export type Part = Header['parts'][number];
export type At = Pick<Header, 'code' | 'format' | 'revision' | 'event'>;

/** A saved state that is not used; says why. */
export class DoesNotFitError extends Error {
  override readonly name = 'DoesNotFitError';
}

/** Where a file is written before it takes its place. */
export function partOf(file: string): string {
  return `${file}.part`;
}

/**
 * Writes a file in the place of the one that is there, if any.
 * @param key under which whoever takes it up knows that it is one of this ledger's own
 * @returns its bytes
 * @throws Error where it cannot be written, or would take the last of the disk
 */
export function write(file: string, at: At, parts: Parts, key: string): number {
  const beside = partOf(file);
  const fd = openSync(beside, 'w', 0o600);
  try {
    let end = HEADER_BYTES;
    const described = hashed(parts, (bytes) => {
      requireRoom(dirname(file));
      writeAll(fd, bytes, end);
      end += bytes.length;
    });
    const told = { magic: MAGIC, version: VERSION, ...at, parts: described } as const;
    const header: Header = { ...told, mac: macOf(told, key) };
    const text = `${JSON.stringify(header, undefined, 1)}\n`;
    if (text.length > HEADER_BYTES) throw new Error('the header of a saved state is too long');
    writeAll(fd, Buffer.from(text.padEnd(HEADER_BYTES)), 0);
    fsyncSync(fd);
    renameSync(beside, file);
    syncFolder(dirname(file));
    return end;
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** What parts would be as they are written, one after another. */
export function hashed(parts: Parts, sink: (bytes: Uint8Array) => void = () => undefined): Part[] {
  return Object.entries(parts).map(([name, value]) => {
    const hash = createHash('sha256');
    let bytes = 0;
    const writer = new FlatWriter((some) => {
      hash.update(some);
      bytes += some.length;
      sink(some);
    });
    writer.write(value).end();
    return { name, bytes, sha256: hash.digest('hex') };
  });
}

/**
 * Opens a file, if there is one, and reads its header.
 * @throws DoesNotFitError for one that this code did not write
 */
export function open(file: string, code: string, key: string): SavedFile | undefined {
  if (!existsSync(file)) return undefined;
  const fd = openSync(file, 'r');
  try {
    const header = headerIn(fd);
    if (header.code !== code)
      throw new DoesNotFitError('it was made by other code or another Node');
    requireOwn(header, key);
    return new SavedFile(fd, header);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** @throws DoesNotFitError where it was not made with the key */
function requireOwn({ mac, ...told }: Header, key: string): void {
  if (timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(told, key)))) return;
  throw new DoesNotFitError('it was not made with the signing key of this ledger');
}

function macOf(told: Omit<Header, 'mac'>, key: string): string {
  const { magic, version, code, format, revision, event, parts } = told;
  const text = JSON.stringify([magic, version, code, format, revision, event, parts]);
  return createHmac('sha256', key).update(text).digest('hex');
}

/** A file that is open: its parts are compared with their hashes before any is made use of. */
export class SavedFile {
  readonly header: Header;
  readonly #fd: number;

  constructor(fd: number, header: Header) {
    this.#fd = fd;
    this.header = header;
  }

  /** @throws DoesNotFitError where a part is not as it was written */
  parts(): Parts {
    let at = HEADER_BYTES;
    for (const part of this.header.parts) {
      if (this.#hashOf(at, part.bytes) !== part.sha256) {
        throw new DoesNotFitError(`its part ${part.name} is not as it was written`);
      }
      at += part.bytes;
    }
    const source = windowed(this.#fd, HEADER_BYTES);
    const reader = new FlatReader(source);
    return Object.fromEntries(this.header.parts.map(({ name }) => [name, reader.read()]));
  }

  close(): void {
    closeSync(this.#fd);
  }

  #hashOf(from: number, bytes: number): string {
    const hash = createHash('sha256');
    const window = Buffer.allocUnsafe(Math.min(WINDOW_BYTES, bytes));
    for (let at = 0; at < bytes; at += window.length) {
      const some = window.subarray(0, Math.min(window.length, bytes - at));
      readAll(this.#fd, some, from + at);
      hash.update(some);
    }
    return hash.digest('hex');
  }
}

function headerIn(fd: number): Header {
  const bytes = Buffer.alloc(HEADER_BYTES);
  readAll(fd, bytes, 0);
  try {
    return headerSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw new DoesNotFitError('its header is not one that this code writes');
  }
}

/** Fills what it is asked to from a position on; large typed arrays straight from the file. */
function windowed(fd: number, from: number): (target: Uint8Array) => void {
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  let position = from;
  let [at, end] = [0, 0];
  return (target) => {
    const filled = Math.min(target.length, end - at);
    target.set(window.subarray(at, at + filled));
    at += filled;
    const rest = target.length - filled;
    if (rest === 0) return;
    if (rest >= WINDOW_BYTES) {
      readAll(fd, target.subarray(filled), position);
      position += rest;
      return;
    }
    end = readSync(fd, window, 0, WINDOW_BYTES, position);
    position += end;
    if (end < rest) throw new DoesNotFitError('it is cut off');
    target.set(window.subarray(0, rest), filled);
    at = rest;
  };
}

function readAll(fd: number, target: Uint8Array, position: number): void {
  for (let at = 0; at < target.length;) {
    const read = readSync(fd, target, at, target.length - at, position + at);
    if (read === 0) throw new DoesNotFitError('it is cut off');
    at += read;
  }
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length;) {
    at += writeSync(fd, bytes, at, bytes.length - at, position + at);
  }
}

function requireRoom(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= SPARE_BYTES) return;
  const spare = SPARE_BYTES / WINDOW_BYTES;
  throw new Error(`the disk has less than ${spare} MiB left, which are for the stream`);
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Journal } from '../../src/journal/journal.ts';
import { checkpointText } from '../../src/proofs/checkpoint.ts';
import { HASH_BYTES, leafHash, rootOver } from '../../src/proofs/merkle.ts';
import { makeSigner, signNote } from '../../src/proofs/note.ts';
import { rootAt, TILE_BYTES, tilePath, tilesOf, type ReadTile } from '../../src/proofs/tiles.ts';

const SIGNER = makeSigner('bench.example/ledger', Buffer.alloc(32, 1));

/** Writes a stream as an auditor's directory, with every tile and a checkpoint over all of it. */
export async function writeMirror(reader: Pick<Journal, 'read'>, directory: string) {
  mkdirSync(directory, { recursive: true });
  const file = openSync(join(directory, 'events.ndjson'), 'w');
  const leaves: Buffer[] = [];
  for await (const { lines } of reader.read(0)) {
    writeSync(file, `${lines.join('\n')}\n`);
    leaves.push(Buffer.concat(lines.map((line) => leafHash(line))));
  }
  closeSync(file);
  const levels: Buffer[] = [Buffer.concat(leaves)];
  while (levels.at(-1)!.length >= TILE_BYTES) levels.push(above(levels.at(-1)!));
  const size = levels[0]!.length / HASH_BYTES;
  const read: ReadTile = async ({ level, index, width }) =>
    levels[level]!.subarray(index * TILE_BYTES, index * TILE_BYTES + width * HASH_BYTES);
  for (const tile of tilesOf(size)) {
    const path = join(directory, 'tile', tilePath(tile));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await read(tile));
  }
  const root = await rootAt(read, size);
  const text = checkpointText({ origin: SIGNER.verifier.name, size, root });
  writeFileSync(join(directory, 'checkpoint'), signNote(text, [SIGNER]));
  writeFileSync(join(directory, 'keys'), `${SIGNER.verifier.text}\n`);
}

/** The roots of the full tiles of a level. */
function above(level: Buffer): Buffer {
  const full = Math.floor(level.length / TILE_BYTES);
  return Buffer.concat(
    Array.from({ length: full }, (_, tile) =>
      rootOver(level.subarray(tile * TILE_BYTES, (tile + 1) * TILE_BYTES)),
    ),
  );
}

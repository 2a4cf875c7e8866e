import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkpointText } from '../../src/proofs/checkpoint.ts';
import { leafHash } from '../../src/proofs/merkle.ts';
import { makeSigner, signNote, type Signer } from '../../src/proofs/note.ts';
import { tilePath, tilesOf } from '../../src/proofs/tiles.ts';
import { CommandLine } from '../cli/support.ts';
import { naiveRoot, tilesOver } from '../proofs/tree.ts';

export const ORIGIN = 'credits.example/medway';
export const SIGNER = makeSigner(ORIGIN, Buffer.alloc(32, 1));

type Over = { readonly size?: number; readonly signer?: Signer; readonly origin?: string };

/** A checkpoint over the first so many lines, as its ledger would sign it. */
export function checkpointOver(
  lines: readonly string[],
  { size = lines.length, signer = SIGNER, origin = ORIGIN }: Over = {},
): string {
  const root = naiveRoot(leavesOf(lines.slice(0, size)));
  return signNote(checkpointText({ origin, size, root }), [signer]);
}

export function leavesOf(lines: readonly string[]): Uint8Array[] {
  return lines.map((line) => leafHash(line));
}

/** An auditor's directory, as it was fetched from a ledger with some lines. */
export class Mirror {
  readonly directory: string;
  readonly #cli = new CommandLine();

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Writes everything anew, as an honest ledger, or a forger with its key, would have it. */
  async write(lines: readonly string[], sizes = [lines.length], signer: Signer = SIGNER) {
    rmSync(this.directory, { recursive: true, force: true });
    this.writeEvents(lines);
    await this.writeTiles(lines.slice(0, sizes.at(-1)));
    const notes = sizes.map((size) => checkpointOver(lines, { size, signer }));
    const recordedAt = '2026-07-01T00:00:00.000Z';
    const rows = notes.map((note, at) => JSON.stringify({ note, recordedAt, size: sizes[at] }));
    this.put('checkpoints.ndjson', rows.map((row) => `${row}\n`).join(''));
    this.put('checkpoint', notes.at(-1)!);
    this.put('keys', `${signer.verifier.text}\n`);
  }

  writeEvents(lines: readonly string[]): void {
    this.put('events.ndjson', lines.map((line) => `${line}\n`).join(''));
  }

  async writeTiles(lines: readonly string[]): Promise<void> {
    const read = tilesOver(leavesOf(lines));
    for (const tile of tilesOf(lines.length)) {
      this.put(`tile/${tilePath(tile)}`, await read(tile));
    }
  }

  put(name: string, content: string | Uint8Array): string {
    const file = join(this.directory, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  get(name: string): Buffer {
    return readFileSync(join(this.directory, name));
  }

  /** What `timecredits audit verify` says of it. */
  async verify(...options: string[]): Promise<Told> {
    const { status, body } = await this.#cli.json<Omit<Told, 'status'>>(
      ...['audit', 'verify', this.directory, ...options],
    );
    return { status, ...body };
  }

  run(...argv: string[]) {
    return this.#cli.run(...argv);
  }
}

export type Told = {
  readonly status: number;
  readonly ok: boolean;
  readonly firstBad?: number;
  readonly firstFault?: string;
  readonly checkpoints: readonly object[];
  readonly faults: readonly {
    readonly rule: string;
    readonly revision?: number;
    readonly to?: number;
    readonly expected: string;
    readonly found: string;
  }[];
};

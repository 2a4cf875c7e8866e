import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CheckpointStore } from '../checkpoints/store.ts';
import { DamagedJournalError } from '../journal/journal.ts';
import { ownFolder } from '../journal/ownerOnly.ts';
import { takeLock } from '../journal/sqlite/lock.ts';
import { Mirror, type Kept } from './mirror.ts';
import { BackupError, manifestIn, partsIn, toDisk, type Manifest } from './parts.ts';
import { requireShown, signedIn, storedIn, type Signed } from './shown.ts';
import { StagedStream } from './staged.ts';

const STAGE = 'restoring';
const OWNER_ONLY = 0o600;

export type RestoreOptions = {
  readonly from: string;
  /** An empty folder, or one that is not there yet. */
  readonly to: string;
  /** Checkpoints that were saved elsewhere. */
  readonly checkpoints: readonly Kept[];
  /** The only keys to trust; those in the backup where there are none. */
  readonly keys?: readonly string[] | undefined;
  /** An auditor's folder, to take the missing end of the stream from. */
  readonly mirror?: Mirror | undefined;
  /** Takes also what the mirror has beyond the last checkpoint, which nobody signed. */
  readonly beyond: boolean;
  /** The files were not put together by a backup of ours, so that nothing says they are whole. */
  readonly bare: boolean;
};

export type Restored = {
  readonly size: number;
  readonly root: string;
  readonly origin: string | undefined;
  /** The last checkpoint that was shown, as far as is known here. */
  readonly shownSize: number | undefined;
  /** How many checkpoints the stream was compared with. */
  readonly checkpoints: number;
  readonly fromBackup: number;
  readonly fromMirror: number;
  /** What the mirror has besides, that no checkpoint covers. */
  readonly leftInMirror: number;
  /** Verifier keys that the backup names and that are not among those to trust. */
  readonly notTrusted: readonly string[];
  /** The names of the keys that are not there. */
  readonly missing: readonly string[];
};

/**
 * Puts a backup back, verified from its first event to its last and against every checkpoint,
 * before any of it stands where a service looks for it. The stream comes last: without it a
 * service that finds checkpoints does not start.
 * @throws BackupError, DamagedJournalError
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { to } = options;
  requireEmpty(to);
  ownFolder(to);
  // A service that is started on the empty folder meanwhile would open a new ledger in it.
  const lock = `${partsIn(to).ledger}-lock`;
  const release = takeLock(lock);
  const stage = join(to, STAGE);
  try {
    mkdirSync(stage, { mode: 0o700 });
    const manifest = options.bare ? undefined : manifestIn(options.from);
    copyParts(options.from, stage, manifest);
    const restored = await verified(stage, manifest, options);
    putInPlace(stage, to);
    release();
    return restored;
  } catch (error) {
    rmSync(stage, { recursive: true, force: true });
    release();
    rmSync(lock, { force: true });
    throw error;
  }
}

function requireEmpty(directory: string): void {
  const found = existsSync(directory) ? readdirSync(directory) : [];
  if (found.length === 0) return;
  throw new BackupError(
    'not_empty',
    `${directory} is not empty: it has ${found.slice(0, 5).join(', ')}. A ledger is restored ` +
      'into an empty folder only, so that nothing that is there is ever mixed with it.',
  );
}

function copyParts(from: string, stage: string, manifest: Manifest | undefined): void {
  const parts = partsIn(from);
  for (const [name, bytes] of Object.entries(manifest?.files ?? {})) {
    const file = join(from, name);
    const found = existsSync(file) ? statSync(file).size : 0;
    if (found === bytes) continue;
    throw new BackupError(
      'not_whole',
      `${from} is not whole: ${name} has ${found} bytes, and had ${bytes} when the backup was ` +
        'made. Copy it again, or take an earlier one.',
    );
  }
  if (!existsSync(parts.ledger)) {
    throw new BackupError('not_whole', `${from} has no ${basename(parts.ledger)}.`);
  }
  const logs = manifest === undefined ? [`${parts.ledger}-wal`, `${parts.checkpoints}-wal`] : [];
  for (const file of [...Object.values(parts), ...logs]) {
    if (!existsSync(file)) continue;
    const copy = join(stage, basename(file));
    copyFileSync(file, copy);
    chmodSync(copy, OWNER_ONLY);
  }
}

async function verified(
  stage: string,
  manifest: Manifest | undefined,
  options: RestoreOptions,
): Promise<Restored> {
  const parts = partsIn(stage);
  const store = storeIn(parts.checkpoints);
  let stream: StagedStream | undefined;
  try {
    stream = new StagedStream(parts.ledger);
    const fromBackup = stream.size;
    if (manifest !== undefined) await requireAsBackedUp(stream, manifest);
    const own = store.keys();
    const keys = options.keys ?? own;
    const elsewhere = [...options.checkpoints, ...(options.mirror?.checkpoints() ?? [])];
    const signed = signedIn([...storedIn(store), ...elsewhere], keys);
    const last = signed.at(-1);
    await requireShown(stream, reached(signed, fromBackup), 'the backup has');
    const { mirror } = options;
    const needed = Math.max(fromBackup, last?.size ?? 0);
    const inMirror = mirror && (await takeTail(stream, mirror, options.beyond ? Infinity : needed));
    if (stream.size < needed) throw shorter(stream.size, last!, options.mirror);
    const after = signed.filter(({ size }) => size > fromBackup);
    await requireShown(stream, after, 'the end from the mirror leads to');
    keep(store, signed, stream);
    for (const key of keys.toReversed()) store.keepKey(key);
    const { size } = stream;
    return {
      ...{ size, root: await stream.rootAt(size), origin: last?.origin },
      ...{ shownSize: last?.size, checkpoints: signed.length },
      ...{ fromBackup, fromMirror: size - fromBackup },
      notTrusted: own.filter((key) => !keys.includes(key)),
      leftInMirror: Math.max(0, (inMirror ?? 0) - size),
      missing: [parts.cardKey, parts.signingKey]
        .filter((key) => !existsSync(key))
        .map((key) => basename(key)),
    };
  } finally {
    store.close();
    stream?.close();
  }
}

function storeIn(file: string): CheckpointStore {
  try {
    return new CheckpointStore(file);
  } catch (error) {
    const { message } = error as Error;
    throw new BackupError(
      'damaged',
      `SQLite cannot use the checkpoints.sqlite of the backup: ${message}.`,
    );
  }
}

async function requireAsBackedUp(stream: StagedStream, { size, root }: Manifest): Promise<void> {
  const found = stream.size;
  if (found === size && (await stream.rootAt(size)) === root) return;
  throw new BackupError(
    'history_changed',
    `The backup was made of ${size} events with root ${root}, but holds ${found} now` +
      `${found < size ? '' : `, the first ${size} with root ${await stream.rootAt(size)}`}.`,
  );
}

function reached(signed: readonly Signed[], size: number): Signed[] {
  return signed.filter((one) => one.size <= size);
}

/**
 * Takes from a mirror what the stream lacks, up to a size.
 * @returns how many events the mirror has
 * @throws BackupError where the mirror is not of the same stream
 */
async function takeTail(stream: StagedStream, mirror: Mirror, upTo: number): Promise<number> {
  const had = stream.size;
  let seen = 0;
  for await (const lines of mirror.lines()) {
    const known = lines.slice(0, Math.max(0, had - seen));
    const stored = stream.lines(seen, known.length);
    const other = known.findIndex((line, index) => line !== stored[index]);
    if (other !== -1) {
      throw new BackupError(
        'mirror_differs',
        `The mirror ${mirror.directory} does not extend the backup: at revision ` +
          `${seen + other} it has ${known[other]}, and the backup ${stored[other]}.`,
      );
    }
    const more = lines.slice(known.length, Math.max(known.length, upTo - seen));
    if (more.length > 0) append(stream, more, mirror);
    seen += lines.length;
  }
  return seen;
}

function append(stream: StagedStream, lines: readonly string[], { directory }: Mirror): void {
  try {
    stream.append(lines);
  } catch (error) {
    if (!(error instanceof DamagedJournalError)) throw error;
    throw new BackupError(
      'mirror_damaged',
      `The mirror ${directory} is damaged at revision ${error.revision}: ${error.why}`,
    );
  }
}

function shorter(size: number, last: Signed, mirror: Mirror | undefined): BackupError {
  const shown =
    `A checkpoint over ${last.size} events was shown (${last.where}), but the backup ` +
    (mirror === undefined ? `has only ${size}` : `and the mirror have only ${size}`);
  const next =
    'Nothing is put to service: whoever was shown that checkpoint would see history taken back. ' +
    'Take the missing end from an auditor who has it (--tail-from AUDITOR_DIR), or open a ' +
    'successor in an empty folder, with ORIGIN set to a new name and PREDECESSOR to a file with ' +
    'that checkpoint.';
  return new BackupError(
    mirror === undefined ? 'shorter_than_shown' : 'mirror_too_short',
    `${shown}. ${next}`,
  );
}

/** Keeps what was shown and saved elsewhere, so that the service knows of it from now on. */
function keep(store: CheckpointStore, signed: readonly Signed[], stream: StagedStream): void {
  const stored = new Set(storedIn(store).map(({ note }) => checkpointSize(note)));
  for (const { size, note, recordedAt } of signed) {
    if (size === 0 || stored.has(size)) continue;
    stored.add(size);
    store.keep({ size, note, recordedAt: recordedAt ?? recordedAtOf(stream, size) });
  }
}

function checkpointSize(note: string): number {
  return Number(note.split('\n')[1]);
}

/** When a checkpoint was made is not in it: not before the last event that it covers. */
function recordedAtOf(stream: StagedStream, size: number): string {
  const [line] = stream.lines(size - 1, 1);
  return (JSON.parse(line!) as { recordedAt: string }).recordedAt;
}

function putInPlace(stage: string, to: string): void {
  const { ledger, ...others } = partsIn(stage);
  for (const file of [...Object.values(others), ledger]) {
    if (!existsSync(file)) continue;
    toDisk(file);
    renameSync(file, join(to, basename(file)));
  }
  rmSync(stage, { recursive: true });
  toDisk(to);
}

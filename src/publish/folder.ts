import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unverifiedIn } from '../proofs/checkpoint.ts';
import { continued, PublishError, type Destination, type Published } from './published.ts';

const LATEST = 'latest';
/** Far more than a checkpoint with every signature that it may have. */
const FILE_BYTES_MAX = 64 * 1024;
const NAME = /^(0|[1-9]\d{0,15})\.checkpoint$/;
/** Where two names for one file are not to be had, as on a memory stick or a share. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * A folder that gets a file for each checkpoint, `<size>.checkpoint`, and a copy of the newest,
 * `latest`. The names say what was published before, so nothing is remembered elsewhere; a file
 * that is there is never replaced by one that says something else.
 */
export function folderAt(folder: string): Destination {
  let underWay = false;
  return {
    kind: 'folder',
    name: folder,
    send: async (published) => {
      // Each call to a share that does not answer keeps a thread, of which there are four.
      if (underWay) throw new PublishError(`The folder ${folder} does not answer.`);
      underWay = true;
      try {
        return await publishInto(folder, published);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === undefined) throw error;
        throw new PublishError(`The folder ${folder} cannot be written (${code}): ${message}.`);
      } finally {
        underWay = false;
      }
    },
  };
}

async function publishInto(folder: string, published: Published): Promise<'published' | 'already'> {
  await mkdir(folder, { recursive: true });
  const { size } = unverifiedIn(published.note);
  const sizes = await sizesIn(folder);
  const newest = sizes.at(-1);
  if (newest !== undefined && newest !== size) {
    const file = fileOf(folder, newest);
    await continued(await textOf(file), published, file);
  }
  const file = fileOf(folder, size);
  const known = sizes.includes(size);
  const note = known ? await continued(await textOf(file), published, file) : published.note;
  if (note !== undefined) {
    if (known) await replace(file, note);
    // Another instance was faster: what it wrote is held to this one.
    else if (!(await add(file, note))) return publishInto(folder, published);
  }
  const changed = await keepLatest(folder, published, note ?? (await textOf(file)));
  return note !== undefined || changed ? 'published' : 'already';
}

function fileOf(folder: string, size: number): string {
  return join(folder, `${size}.checkpoint`);
}

/** The sizes of the checkpoints that a folder has, the smallest first. */
async function sizesIn(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  const sizes = names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
  return sizes.toSorted((one, other) => one - other);
}

/** Another instance may have published a newer one meanwhile: that one stays. */
async function keepLatest(folder: string, published: Published, note: string): Promise<boolean> {
  const file = join(folder, LATEST);
  const there = await textOf(file).catch(noneThere);
  if (there === note) return false;
  if (there !== undefined) await continued(there, published, file);
  await replace(file, note);
  return true;
}

function noneThere(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** What a file says, as far as a checkpoint could; a pipe or a device is not waited for. */
async function textOf(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await handle.stat();
    if (found.isFile() && found.size <= FILE_BYTES_MAX) return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
  throw new PublishError(`${file} is no checkpoint. Choose another folder.`);
}

/** Writes a file, whole or not at all, unless there is one already; says whether it did. */
async function add(file: string, text: string): Promise<boolean> {
  const temporary = await written(file, text);
  try {
    await link(temporary, file);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.includes(code)) throw error;
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  return true;
}

async function replace(file: string, text: string): Promise<void> {
  await rename(await written(file, text), file);
}

/** Writes a text into a file of this process beside another, and waits until it is on disk. */
async function written(file: string, text: string): Promise<string> {
  const temporary = `${file}.${randomUUID()}.new`;
  const handle = await open(temporary, 'wx', 0o644);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return temporary;
}

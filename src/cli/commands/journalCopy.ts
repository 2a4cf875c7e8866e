import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { requireShown, signedIn, storedIn, type Signed } from '../../backup/shown.ts';
import { CheckpointStore } from '../../checkpoints/store.ts';
import { networkSchema } from '../../../schemas/ids.ts';
import { mirrorIn } from '../../backup/parts.ts';
import { CopyError } from '../../journal/copy/fault.ts';
import { compareStreams, copyStream, rootOf, type Compared } from '../../journal/copy/index.ts';
import { told } from '../../journal/copy/reader.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Command, Given, Report } from '../command.ts';
import { EXIT, Failure, faulty, wrongUsage } from '../failure.ts';
import type { Io } from '../io.ts';
import {
  addressIn,
  checkpointsBeside,
  networkOf,
  openJournal,
  shownAs,
  type Address,
  type Opened,
} from '../journals.ts';
import { nextSteps } from '../nextSteps.ts';
import { counted } from '../table.ts';

const PROGRESS_EVENTS = 20_000;

export const journalCopy: Command = {
  words: 'journal copy',
  summary: 'move a ledger to another journal, such as from SQLite to EventStoreDB',
  about:
    'First stop the service: the source is locked while it is copied, since a ledger that moves ' +
    'must not grow meanwhile. On EventStoreDB nothing can lock a stream: stop every instance. ' +
    'The target must be empty, or have the beginning of the same ledger: whatever is there is ' +
    'compared byte by byte, and nothing is ever overwritten. A copy that was interrupted, ' +
    'however, goes on where it was when it is run again.\n' +
    'At the end all events of both sides are read once more and compared, and so are the root of ' +
    'the tree over them and every checkpoint that the source has shown, so that auditors go on ' +
    'with the same tree. Then it says what to do next.\n' +
    'Each side is a folder of data (./data), a file (sqlite:/backup/ledger.sqlite) or a server ' +
    '(esdb://127.0.0.1:2113?tls=false). For a server say in --data which folder the new instance ' +
    'will have: its mirror of the stream is made there, so that its first start has nothing to ' +
    'catch up on.',
  options: {
    from: { value: 'PLACE', help: 'where the ledger is: a folder, sqlite:<file> or esdb://…' },
    to: { value: 'PLACE', help: 'where it goes: a folder, sqlite:<file> or esdb://…' },
    data: { value: 'DIR', help: 'for --to esdb://…: the folder of the new instance' },
    network: { value: 'NAME', help: 'for --from esdb://…: whose ledger it is, such as medway' },
    checkpoints: {
      value: 'FILE',
      help: 'the checkpoints.sqlite of the source, if it is elsewhere',
    },
    'verify-only': { help: 'compares both sides and writes nothing' },
  },
  examples: [
    'timecredits journal copy --from ./data --to "esdb://127.0.0.1:2113?tls=false" --data ./data-1',
    'timecredits journal copy --from "esdb://h:2113?tls=false" --network medway --to ./back',
    'timecredits journal copy --from ./data --to ./other --verify-only',
  ],
  async run(given, io) {
    const plan = planOf(given, io);
    try {
      return await copied(plan, io);
    } catch (error) {
      if (!(error instanceof CopyError)) throw error;
      const { code, message, revision } = error;
      const exit = code === 'unreachable' ? EXIT.unreachable : EXIT.refused;
      throw new Failure(exit, code, `${message}${mirrorLeft(plan, code)}`, [], {
        text: [],
        json: { revision },
      });
    }
  },
};

/** The mirror of another ledger, which the next run with the same folder would stumble over. */
function mirrorLeft({ folder, keepMirror }: Plan, code: CopyError['code']): string {
  if (code !== 'differs' || !keepMirror) return '';
  return ` ${mirrorIn(folder)} mirrors that target by now: delete it before you take another.`;
}

async function copied(plan: Plan, io: Io): Promise<Report> {
  const source = await openJournal(plan.from, { ...plan, io, side: 'source', create: false });
  let target: Opened | undefined;
  try {
    const network = await requireNetwork(source.journal, plan);
    const shown = await requireShownBefore(source.journal, plan);
    const create = !plan.verifyOnly;
    target = await openJournal(plan.to, { ...plan, io, network, side: 'target', create });
    const sides = { source: source.journal, target: target.journal };
    const ways = { progress: progressOf(io), trouble: troubleOf(io), wait: io.wait };
    const done = plan.verifyOnly ? undefined : await copyStream({ ...sides, ...ways });
    if (done !== undefined) target = await target.anew();
    const compared = await compareStreams({ ...ways, ...sides, target: target.journal });
    return reportOf(plan, network, { ...compared, had: done?.had, shown });
  } finally {
    await target?.close();
    await source.close();
  }
}

/** What was asked for. */
type Plan = {
  readonly from: Address;
  readonly to: Address;
  /** The folder for what is kept here of a stream on a server. */
  readonly folder: string;
  readonly network: string | undefined;
  readonly checkpoints: string | undefined;
  readonly verifyOnly: boolean;
  readonly keepMirror: boolean;
};

function planOf(given: Given, io: Io): Plan {
  const from = addressIn('from', given.required('from'), io);
  const to = addressIn('to', given.required('to'), io);
  const network = given.checked('network', networkSchema);
  const verifyOnly = given.flag('verify-only');
  if (idOf(from) === idOf(to)) throw wrongUsage('--from and --to are the same place.');
  const checkpoints = given.text('checkpoints') ?? checkpointsBeside(from);
  if (given.text('checkpoints') !== undefined && !existsSync(checkpoints!)) {
    throw wrongUsage(`--checkpoints ${checkpoints}: there is no such file.`);
  }
  const plan = { from, to, network, checkpoints, verifyOnly };
  if (to.kind === 'sqlite') {
    if (given.text('data') !== undefined) throw wrongUsage('--data goes with --to esdb://… alone.');
    if (to.mirror) {
      throw wrongUsage(`--to ${to.directory} has the mirror of a stream on EventStoreDB.`);
    }
    return { ...plan, folder: dirname(to.file), keepMirror: false };
  }
  const folder = addressIn('data', given.required('data'), io);
  if (folder.kind === 'sqlite' && (folder.mirror || !existsSync(folder.file))) {
    return { ...plan, folder: folder.directory!, keepMirror: !verifyOnly };
  }
  throw wrongUsage(
    `--data ${given.text('data')} has a ledger of its own. Give the new instance another folder.`,
  );
}

function idOf(address: Address): string {
  return address.kind === 'sqlite' ? address.file : address.url;
}

async function requireNetwork(source: Journal, { from, network }: Plan): Promise<string> {
  const found = await networkOf(source);
  if (found === undefined) {
    throw faulty('no_ledger', `The source ${shownAs(from)} is empty: there is nothing to copy.`);
  }
  if (network === undefined || network === found) return found;
  throw faulty('another_network', `The source is the ledger of "${found}", not of "${network}".`);
}

/**
 * Compares the source with every checkpoint that was shown of it.
 * @throws Failure, BackupError where it is not the ledger that people were shown
 */
async function requireShownBefore(
  source: Journal,
  { checkpoints }: Plan,
): Promise<readonly Signed[]> {
  const rootAt = (size: number) => told('source', () => rootOf(source, size));
  // The tree over all events is compared with them before a tile of it is handed out.
  await rootAt(1);
  if (checkpoints === undefined || !existsSync(checkpoints)) return [];
  const store = new CheckpointStore(checkpoints);
  let signed: readonly Signed[];
  try {
    signed = signedIn(storedIn(store, checkpoints), store.keys());
  } finally {
    store.close();
  }
  const last = signed.at(-1);
  if (last !== undefined && last.size > 0 && !(await hasSize(source, last.size))) {
    throw faulty(
      'shorter_than_shown',
      `A checkpoint over ${counted(last.size, 'event')} was shown (${last.where}), but the ` +
        'source has fewer. Nothing is copied: restore the whole ledger first (timecredits ' +
        'restore).',
    );
  }
  await requireShown({ rootAt }, signed, 'the source has');
  return signed;
}

async function hasSize(source: Journal, size: number): Promise<boolean> {
  for await (const { lines } of source.read(size - 1, 1)) return lines.length > 0;
  return false;
}

function progressOf(io: Io): (done: 'compared' | 'copied', events: number) => void {
  let told = { done: '', events: 0 };
  return (done, events) => {
    if (told.done !== done || events < told.events) told = { done, events: 0 };
    if (events - told.events < PROGRESS_EVENTS) return;
    told = { done, events };
    io.progress(`  ${events} events ${done} …\n`);
  };
}

function troubleOf(io: Io): (why: string) => void {
  let told = '';
  return (why) => {
    if (why !== told) io.progress(`  ${why}; trying again …\n`);
    told = why;
  };
}

type Result = Compared & {
  /** How many events the target had before; nothing where nothing was to be copied. */
  readonly had: number | undefined;
  readonly shown: readonly Signed[];
};

function reportOf(plan: Plan, network: string, result: Result): Report {
  const { size, sourceSize, targetSize, root, had, shown } = result;
  const same = sourceSize === targetSize;
  const last = shown.at(-1);
  const compared =
    last === undefined
      ? 'none to compare with: nothing says that this is all that was there'
      : `${shown.length} hold, the last over ${counted(last.size, 'event')}`;
  const copied = had === undefined ? {} : { alreadyThere: had, copied: targetSize - had };
  const text = [
    verdict(plan, result),
    `  network      ${network}`,
    `  root         ${root}${same ? '' : ` (over the first ${size})`}`,
    `  checkpoints  ${compared}`,
    ...Object.entries(copied).map(
      ([name, events]) =>
        `  ${name === 'copied' ? 'copied       ' : 'had already  '}${counted(events, 'event')}`,
    ),
    ...(same && !plan.verifyOnly ? nextSteps({ ...plan, network }) : []),
  ];
  const json = {
    ...{ same, network, revision: size - 1, size, sourceSize, targetSize, root, ...copied },
    checkpoints: shown.length,
    ...(last !== undefined && { shownSize: last.size }),
  };
  return { text, json, exit: same ? EXIT.ok : EXIT.refused };
}

function verdict({ to, verifyOnly }: Plan, { size, sourceSize, targetSize }: Result): string {
  const target = shownAs(to);
  if (sourceSize === targetSize) {
    return (
      `${target} has the whole ledger: ${counted(size, 'event')}, to revision ${size - 1}, every ` +
      'one the same byte by byte'
    );
  }
  if (targetSize < sourceSize) {
    const rest = verifyOnly ? ' Without --verify-only the rest is copied.' : '';
    return (
      `${target} has the first ${size} of ${counted(sourceSize, 'event')}, the same byte by ` +
      `byte.${rest}`
    );
  }
  return (
    `${target} has all ${counted(size, 'event')} of the source, the same byte by byte, and ` +
    `${targetSize - size} more: it has been in service since.`
  );
}

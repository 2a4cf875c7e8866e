import { resolve } from 'node:path';
import { Mirror } from '../../backup/mirror.ts';
import { restore as putBack, type Restored } from '../../backup/restore.ts';
import type { Command, Report } from '../command.ts';
import type { Io } from '../io.ts';
import { counted } from '../table.ts';

const text = new TextDecoder();

export const restore: Command = {
  words: 'restore',
  summary: 'put a backup back into an empty folder, verified',
  about:
    'Goes over every event of the backup, the whole tree over them, and every checkpoint: those ' +
    'in the backup, those you saved elsewhere, and those that an auditor has. Nothing stands in ' +
    'the folder before all of it holds.\n' +
    'A stream that is shorter than a checkpoint that was shown is not put to service: take its ' +
    'missing end from an auditor (--tail-from). What the auditor has beyond the last checkpoint ' +
    'is told and not taken unless you ask for it: nobody signed it. Where the end is lost for ' +
    'good, open a successor: start the service on an empty folder with ORIGIN set to a new name ' +
    'and PREDECESSOR to a file with the last checkpoint (backups have one, called checkpoint).',
  options: {
    from: { value: 'BACKUP', help: 'the folder that "timecredits backup" made' },
    data: { value: 'DIR', help: 'the folder to restore into, empty or not there yet' },
    checkpoint: { value: 'FILE', many: true, help: 'a checkpoint saved elsewhere; any number' },
    'tail-from': { value: 'DIR', help: "an auditor's folder, with events.ndjson in it" },
    'beyond-checkpoint': { help: 'takes also what the auditor has beyond the last checkpoint' },
    keys: { value: 'FILE', help: 'trusts only the verifier keys in it, one a line' },
    bare: { help: 'the folder has bare files, such as Litestream restores, and no backup.json' },
  },
  examples: [
    'timecredits restore --from /backup/2026-11-22 --data ./data',
    'timecredits restore --from /backup/2026-11-22 --data ./data --tail-from ../audit',
  ],
  async run(given, io) {
    const from = resolve(given.required('from'));
    const to = resolve(given.required('data'));
    const began_ms = io.now_ms();
    const mirror = given.text('tail-from');
    const keys = given.text('keys');
    const restored = await putBack({
      from,
      to,
      checkpoints: given.texts('checkpoint').map((where) => ({ where, note: read(where, io) })),
      keys: keys === undefined ? undefined : read(keys, io).split(/\s+/).filter(Boolean),
      mirror: mirror === undefined ? undefined : new Mirror(mirror),
      beyond: given.flag('beyond-checkpoint'),
      bare: given.flag('bare'),
    });
    return reportOf(to, restored, io.now_ms() - began_ms);
  },
};

function read(file: string, { files }: Io): string {
  return text.decode(files.read(file));
}

function reportOf(directory: string, restored: Restored, took_ms: number): Report {
  const { size, root, origin, shownSize, checkpoints, fromBackup, fromMirror } = restored;
  const compared =
    shownSize === undefined
      ? 'none: nothing says that this is all that was there'
      : `${checkpoints} hold, the last over ${counted(shownSize, 'event')}`;
  return {
    text: [
      `${directory}: ${counted(size, 'event')}, at revision ${size - 1}, every one verified`,
      `  from backup  ${fromBackup}`,
      `  from mirror  ${fromMirror}`,
      `  root         ${root}`,
      `  checkpoints  ${compared}`,
      ...(origin === undefined
        ? []
        : [`  origin       ${origin}; if ORIGIN was set, set it again`]),
      `  took         ${took_ms} ms`,
      ...warnings(restored),
    ],
    json: { directory, revision: size - 1, ...restored, took_ms },
  };
}

function warnings({ missing, leftInMirror, notTrusted }: Restored): string[] {
  const warned = missing.map((name) => `${name} is not there: ${WITHOUT[name]}`);
  if (leftInMirror > 0) {
    warned.push(
      `The mirror has ${counted(leftInMirror, 'event')} beyond the last checkpoint, which were ` +
        'not taken: nobody signed them. --beyond-checkpoint takes them.',
    );
  }
  for (const key of notTrusted) warned.push(`The backup names a key that is not in --keys: ${key}`);
  return warned;
}

const WITHOUT: Readonly<Record<string, string>> = {
  'card.key': 'put it back before the service starts, or no card is known.',
  'signing.key': 'put it back, or the service makes a new key, which you then have to publish.',
};

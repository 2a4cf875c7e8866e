import { basename, resolve } from 'node:path';
import { backUp, type BackedUp } from '../../backup/backup.ts';
import { partsIn } from '../../backup/parts.ts';
import { DATA_OPTIONS, type Command, type Report } from '../command.ts';
import { dataConfig, dataFile } from '../offline.ts';
import { counted } from '../table.ts';

export const backup: Command = {
  words: 'backup',
  summary: 'copy the ledger while its service runs',
  about:
    'Copies the stream and its checkpoints as they are at one moment, by the online backup ' +
    'of SQLite itself, into a folder that is not there yet. It appears under its name only when ' +
    'all of it is on disk; until then it is called DIR.partial, and restore does not take it.\n' +
    'The keys are left out unless you ask for them. Keep them apart from the backup: without ' +
    'card.key no card is known, whoever has it and the stream can find out card numbers, and ' +
    'whoever has signing.key can sign checkpoints in the name of this ledger.',
  options: {
    to: { value: 'DIR', help: 'the folder of this backup; a new one for each' },
    'with-keys': { help: 'copies card.key and signing.key too, for their owner only to read' },
    ...DATA_OPTIONS,
  },
  examples: [
    'timecredits backup --to /backup/2026-11-22',
    'timecredits backup --to /backup/2026-11-22 --data ./data --with-keys',
  ],
  async run(given, io) {
    const to = resolve(given.required('to'));
    const directory = given.text('data');
    const ledger = dataFile(directory, io);
    const config = dataConfig(directory, io);
    const source = {
      ledger,
      checkpoints: config.checkpointFile!,
      cardKey: config.cardKey.file!,
      signingKey: config.signing.file!,
    };
    const withKeys = given.flag('with-keys');
    return reportOf(to, await backUp({ source, to, withKeys, now_ms: io.now_ms }), withKeys);
  },
};

function reportOf(
  directory: string,
  { size, root, files, shown, took_ms }: BackedUp,
  withKeys: boolean,
): Report {
  const { cardKey, signingKey } = partsIn(directory);
  const held = [cardKey, signingKey].map((file) => basename(file)).filter((name) => name in files);
  const listed = Object.entries(files).map(([name, bytes]) => `${name} (${bytes} bytes)`);
  const last =
    shown === undefined
      ? 'none was shown yet'
      : `over ${counted(shown.size, 'event')}, shown at ${shown.recordedAt}`;
  return {
    text: [
      `${directory}: ${counted(size, 'event')}, at revision ${size - 1}`,
      `  root        ${root}`,
      `  checkpoint  ${last}`,
      `  holds       ${listed.join(', ')}`,
      `  took        ${took_ms} ms`,
      ...(withKeys && held.length > 0 ? secret(held) : apart(basename(cardKey))),
    ],
    json: {
      ...{ directory, revision: size - 1, size, root, files, took_ms },
      ...(shown !== undefined && { checkpoint: shown }),
    },
  };
}

function secret(held: readonly string[]): string[] {
  return [
    `It holds ${held.join(' and ')}, so it is secret: whoever has card.key and the stream can`,
    'find out card numbers, and whoever has signing.key can sign in the name of this ledger.',
  ];
}

function apart(cardKey: string): string[] {
  return [
    `It holds no keys. Keep ${cardKey} and signing.key elsewhere: without ${cardKey} no card is`,
    'known, and every member needs a new one.',
  ];
}

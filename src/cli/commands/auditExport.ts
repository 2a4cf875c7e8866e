import { join } from 'node:path';
import { z } from 'zod';
import { requireFiles } from '../../audit/directory.ts';
import { exportStream, FORMATS } from '../../audit/export/index.ts';
import type { Command } from '../command.ts';
import { wrongUsage } from '../failure.ts';
import type { Io } from '../io.ts';
import { counted } from '../table.ts';

const PROGRESS_EVENTS = 100_000;

export const auditExport: Command = {
  words: 'audit export',
  summary: 'write the events of a mirror for other programs to read',
  operands: ['dir'],
  about:
    'Reads events.ndjson in the folder and nothing else. hledger: a journal of every movement, ' +
    'dated by recording, that "hledger check --strict" accepts, with the balance of each account ' +
    'that moved at each month end, and of all at the end. csv: a line for each movement. ndjson: ' +
    'the bytes of the events themselves, for scripts/verify.py and programs of your own.\n' +
    'It ends at the first line that is no event, and names it. Whether the events are the ' +
    'right ones it does not judge: verify first.',
  options: {
    format: { value: 'FORMAT', help: `one of ${FORMATS.join(', ')}` },
    out: { value: 'FILE', help: 'a new file to write; the standard output if left out' },
  },
  examples: [
    'timecredits audit export mirror --format hledger --out ledger.journal',
    'timecredits audit export mirror --format csv > movements.csv',
  ],
  async run(given, io) {
    const directory = given.operand(0, z.string());
    requireFiles(directory);
    const format = given.requiredAs('format', z.enum(FORMATS));
    const out = given.text('out');
    if (out === undefined && given.flag('json')) {
      throw wrongUsage('audit export with --json needs --out FILE: one output cannot be both');
    }
    let told = 0;
    const progress = (events: number) => {
      if (events - told < PROGRESS_EVENTS) return;
      told = events;
      io.progress(`  ${counted(events, 'event')} exported …\n`);
    };
    const file = join(directory, 'events.ndjson');
    const writing = (write: (text: string) => void) =>
      exportStream({ file, format, write, progress });
    const exported = await (out === undefined ? writing(io.output) : intoFile(out, io, writing));
    const { events, movements } = exported;
    const said = `${counted(events, 'event')} read, ${counted(movements, 'movement')} among them`;
    if (out === undefined) io.progress(`${said}\n`);
    const text = out === undefined ? [] : [`${out}: ${said}`];
    return { text, json: { format, out, ...exported } };
  },
};

/** Writes a new file; one that could not be finished is not left behind. */
async function intoFile<T>(
  path: string,
  { files }: Io,
  writing: (write: (text: string) => void) => Promise<T>,
): Promise<T> {
  const file = files.create(path);
  let whole = false;
  try {
    const written = await writing((text) => file.write(text));
    whole = true;
    return written;
  } finally {
    file.close();
    if (!whole) files.remove(path);
  }
}

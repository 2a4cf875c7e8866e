import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { progress, type Part, type Settings } from './figures.ts';
import { bookings } from './bookings.ts';
import { floods } from './floods.ts';
import { growth } from './growth.ts';
import { instances } from './instances.ts';
import { issuing } from './issuing.ts';
import { cpuUnknown, machine } from './machine.ts';
import { proofs } from './proofs.ts';
import { redemptions } from './redemptions.ts';
import { replay } from './replay.ts';
import { start } from './start.ts';
import { statements } from './statements.ts';
import { verify } from './verify.ts';

const HELP = `npm run bench -- [--only <parts>] [--seconds 4] [--rounds 3] [--events <n>] [--json]

Measures the service on this machine: both sides of every comparison in one run, in turn, and the
median of the rounds. The data is made up, in a temporary folder that is removed at the end.

  --only      some of redemptions,bookings,issuing,replay,start,growth,statements,proofs,
              floods,verify, with commas
  --seconds   how long each side is loaded in each round
  --rounds    how many rounds; fewer than three say little
  --events    how many events the largest stream of start and growth has, a million unless told;
              ten million take some 20 GB of disk in growth
  --journal   eventstore: what several instances on an EventStoreDB come to, at the address that
              --url gives, or on the stand-in of the tests
  --json      print an object instead of tables
`;

const PARTS: Readonly<Record<string, (settings: Settings) => Promise<Part>>> = {
  redemptions,
  bookings,
  issuing,
  replay,
  start,
  growth,
  statements,
  proofs,
  floods,
  verify,
};

/** What is measured of each journal. */
const PARTS_ON: Readonly<Record<string, typeof PARTS>> = {
  sqlite: PARTS,
  eventstore: { instances },
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      journal: { type: 'string', default: 'sqlite' },
      url: { type: 'string' },
      seconds: { type: 'string', default: '4' },
      rounds: { type: 'string', default: '3' },
      events: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const { journal, url } = values;
  const known = PARTS_ON[journal];
  if (known === undefined) throw new Error('--journal is sqlite or eventstore.');
  const names = values.only?.split(',') ?? Object.keys(known);
  const unknown = names.filter((name) => !(name in known));
  if (unknown.length > 0) throw new Error(`There is no part named ${unknown.join(', ')}.`);
  const seconds = wholeAbove0('--seconds', values.seconds);
  const rounds = wholeAbove0('--rounds', values.rounds);
  const events = values.events === undefined ? undefined : wholeAbove0('--events', values.events);
  const folder = mkdtempSync(join(tmpdir(), 'time-credits-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  const parts: Record<string, Part> = {};
  const given = { seconds, rounds, events, folder, url };
  for (const name of names) parts[name] = await known[name]!(given);
  const settings = { seconds, rounds };
  process.stdout.write(values.json ? asJson(settings, parts) : asText(settings, parts));
}

type Loaded = Omit<Settings, 'folder'>;

function asJson(settings: Loaded, parts: Readonly<Record<string, Part>>): string {
  const results = Object.entries(parts).map(([name, { result }]) => [name, result] as const);
  const found = { machine: machine(), settings, ...Object.fromEntries(results) };
  return `${JSON.stringify(found, null, 2)}\n`;
}

function asText({ seconds, rounds }: Loaded, parts: Readonly<Record<string, Part>>): string {
  const { cores, processor, memory_gib, node, platform } = machine();
  const lines = [
    '',
    `Measured on ${cores} cores of ${processor}, ${memory_gib} GiB, node ${node}, ${platform}:`,
    `medians of ${rounds} rounds of ${seconds} s a side, both sides in turn, the load generator in`,
    'its own process on the same machine.',
    ...Object.values(parts).map(({ text }) => `\n${text}`),
    '',
  ];
  const missing = cpuUnknown();
  if (missing !== undefined) lines.push(missing, '');
  return `${lines.join('\n')}\n`;
}

function wholeAbove0(name: string, text: string): number {
  if (!/^[1-9][0-9]{0,7}$/.test(text)) throw new Error(`${name} must be a whole number above 0.`);
  return Number(text);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  progress(`The bench stopped. ${(error as Error).message}`);
  process.exit(1);
}

import { parseArgs } from 'node:util';
import { FailedRun, simulate } from '../../test/simulation/index.ts';

const HELP = `npm run simulate -- [--seed <n>] [--steps <n>] [--seeds <n>] [--trace]

Runs the write path on a simulated time over a simulated journal, with everything going wrong that
may, and judges every answer by an independent model. The same seed is the same run, always.

  --seed <n>   the first seed (default 1)
  --steps <n>  how many commands the clients of one run want done (default 60)
  --seeds <n>  how many seeds, one after another (default 1)
  --trace      print everything that happens
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      steps: { type: 'string', default: '60' },
      seeds: { type: 'string', default: '1' },
      trace: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return say(HELP);
  const first = whole('seed', values.seed);
  const steps = whole('steps', values.steps);
  const seeds = whole('seeds', values.seeds);
  const counts = new Map<string, number>();
  for (let seed = first; seed < first + seeds; seed += 1) {
    const told = await simulate({ seed, steps, ...(values.trace && { tell: say }) });
    for (const [what, count] of told.counts) counts.set(what, (counts.get(what) ?? 0) + count);
    if (seeds === 1) say(`Seed ${seed}: ${told.events} events, digest ${told.digest}`);
  }
  const all = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  say(`What happened: ${all.map((one) => one.join(' ')).join(', ')}`);
  say(`${seeds} of ${seeds} runs are as the model says.`);
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new FailedRun(`--${name} must be a whole number from 1 on.`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await main();
} catch (error) {
  const { message, stack } = error as Error;
  process.stderr.write(`${error instanceof FailedRun ? message : stack}\n`);
  process.exitCode = 1;
}

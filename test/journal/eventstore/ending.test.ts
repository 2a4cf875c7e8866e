import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { handTime } from '../../support/eventstore/handTime.ts';
import {
  failingTarget,
  onAnotherNetwork,
  openJournal,
  type Target,
} from '../../support/eventstore/target.ts';
import { line } from './lines.ts';

/** A process that has a journal must end by itself once the journal is closed: nobody ends it. */
const run = promisify(execFile);
const PATIENCE_MS = 60_000;
const INDEX = new URL('../../../src/journal/eventstore/index.ts', import.meta.url).href;

const server = await failingTarget(t);

/** Runs a script in a process of its own, which has the journal's options. */
async function said({ url, network }: Target, folder: string, script: string): Promise<string> {
  const file = join(folder, 'ledger-mirror.sqlite');
  const whole = `
    import { eventstoreJournal } from ${JSON.stringify(INDEX)};
    const open = () => eventstoreJournal({
      url: ${JSON.stringify(url)},
      network: ${JSON.stringify(network)},
      file: ${JSON.stringify(file)},
      random: (bytes) => new Uint8Array(bytes),
      log: () => undefined,
    });
    ${script}
  `;
  const program = join(folder, 'program.mjs');
  writeFileSync(program, whole);
  const { stdout } = await run(process.execPath, [program], { timeout: PATIENCE_MS, env: {} });
  return stdout.trim();
}

t.test('a process whose journal was closed', async (t) => {
  const output = await said(
    onAnotherNetwork(server),
    t.testdir(),
    `const journal = await open();
    await journal.append([${JSON.stringify(line(0))}], -1);
    await journal.close();
    process.stdout.write('closed');`,
  );
  t.equal(output, 'closed', 'ends by itself');
});

async function emptied(t: Test): Promise<{ readonly mine: Target; readonly folder: string }> {
  const mine = onAnotherNetwork(server);
  const folder = t.testdir();
  const journal = await openJournal(mine, folder);
  await journal.append([line(0)], -1);
  await journal.close();
  server.standIn.stranger.truncate(mine.stream, 0);
  return { mine, folder };
}

t.test('a process whose journal could not be opened', async (t) => {
  const { mine, folder } = await emptied(t);
  const script = `await open().catch(({ name }) => process.stdout.write(name));`;
  t.equal(await said(mine, folder, script), 'ReplacedJournalError', 'ends by itself');
});

t.test('connections that were made anew because nobody answered', async (t) => {
  const own = await failingTarget(t);
  const time = handTime();
  const journal = await time.until(openJournal(own, t.testdir(), { time }));
  own.standIn.faults.swallow({ times: 2 });
  const append = () => time.until(journal.append([line(0)], -1));
  const outcomes = [await append(), await append(), await append()].map(({ outcome }) => outcome);
  t.same(outcomes, ['unknown', 'unknown', 'written']);
  await time.until(journal.close());
  await time.untilHolds(() => own.standIn.connections === 0);
  t.pass('are all closed with the journal');
});

import { readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import t from 'tap';
import { HttpClient } from '../support/process.ts';
import { CommandLine } from './support.ts';

type Block = {
  readonly network: string;
  readonly address: string;
  readonly docs: string;
  readonly key: string;
  readonly venueId: string;
  readonly cards: Readonly<Record<'tenCredits' | 'empty' | 'revoked', string>>;
};
type Answer = { readonly code: string; readonly balance: string; readonly aloud: string };

/** Runs a sandbox while something is tried on it. */
async function during(
  trial: (block: Block) => Promise<void>,
  cli = new CommandLine(),
): Promise<{ readonly status: number; readonly output: string; readonly progress: string }> {
  const { stop, ...stopping } = stoppable();
  cli.stopped = stopping.stopped;
  const trials: Promise<void>[] = [];
  cli.said = (text) => {
    const tried = trial(JSON.parse(text) as Block);
    trials.push(tried);
    tried.then(stop, stop);
  };
  const ran = await cli.run('serve', '--sandbox', '--port', '0', '--json');
  await Promise.all(trials);
  return ran;
}

function stoppable() {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { stop: () => resolve(undefined), stopped: () => promise };
}

t.test('a sandbox', async (t) => {
  const ran = await during(async ({ network, address, docs, key, venueId, cards }) => {
    t.match(address, /^http:\/\/127\.0\.0\.1:\d+$/, 'listens on this machine alone');
    t.equal((await fetch(docs)).status, 200, 'has its page in the docs');
    const till = new HttpClient(address, key);
    const me = await till.get('/v1/me');
    t.match(me.body, { network: 'sandbox', role: 'partner', venues: [{ venueId }] }, 'has a till');
    t.equal(network, 'sandbox', 'that says whose ledger it is');
    const sell = (card: string, credits: string) =>
      till.post<Answer>('/v1/redemptions', { venueId, card, credits }, `${card}-${credits}`);
    t.match(await sell(cards.tenCredits, '10'), { status: 201, body: { balance: '0' } }, '10 once');
    const none = await sell(cards.empty, '1');
    t.match(none, { status: 422, body: { code: 'insufficient_credits' } }, 'none to take');
    const revoked = await sell(cards.revoked, '1');
    t.match(revoked, { status: 422, body: { code: 'card_revoked' } }, 'and a revoked card');
    await sell(cards.tenCredits, '10');
  });
  t.equal(ran.status, 0, 'ends well when it is stopped');
  t.same(
    ran.progress.trimEnd().split('\n'),
    [
      'GET /v1/me 200',
      'POST /v1/redemptions 201',
      'POST /v1/redemptions 422 insufficient_credits',
      'POST /v1/redemptions 422 card_revoked',
      'POST /v1/redemptions 201 replayed',
    ],
    'and has shown each call of the till',
  );
});

t.test('two sandboxes', async (t) => {
  const blocks: Block[] = [];
  const keep = async (block: Block) => void blocks.push(block);
  await during(keep);
  await during(keep);
  const secrets = blocks.flatMap(({ key, cards }) => [key, ...Object.values(cards)]);
  t.equal(new Set(secrets).size, 8, 'have nothing in common');
});

t.test('the data of this machine', async (t) => {
  const cli = new CommandLine();
  const folder = t.testdir({});
  cli.environment = { DATA_DIR: folder, JOURNAL_URL: 'sqlite:', NETWORK: 'medway', PORT: '1' };
  await during(async ({ network }) => {
    t.equal(network, 'sandbox', 'names no other network');
  }, cli);
  t.same(readdirSync(folder), [], 'is not touched');
});

t.test('the block that a person reads', async (t) => {
  const { output, status } = await new CommandLine().run('serve', '--sandbox', '--port', '0');
  t.equal(status, 0);
  t.match(output, /made up, and gone when it stops \(Ctrl-C\)/, 'says what this is');
  t.match(output, /http:\/\/127\.0\.0\.1:\d+\/docs\/till/, 'where to read');
  const names = [...output.matchAll(/^ {2}export ([A-Z]+)=\S+$/gm)].map(([, name]) => name);
  t.same(names, ['LEDGER', 'KEY', 'VENUE', 'OFFER', 'CARD', 'EMPTY', 'REVOKED'], 'and what to use');
});

t.test('serve', async (t) => {
  const bare = await new CommandLine().run('serve');
  t.match(bare, { status: 2, progress: /serve needs --sandbox.*npm start/ }, 'is for a sandbox');
  const far = await new CommandLine().run('serve', '--sandbox', '--port', '70000');
  t.match(far, { status: 2, progress: /--port "70000": must be a port number/ });

  const other = createServer().listen(0, '127.0.0.1');
  t.teardown(() => other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const taken = await new CommandLine().run('serve', '--sandbox', '--port', String(port));
  t.match(taken, { status: 1, output: '', progress: /^Port \d+ is taken\..*--port 0/ }, 'says so');
});

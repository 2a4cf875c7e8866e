import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import t from 'tap';
import { sandboxFor } from '../support/process.ts';

/* "Integrate a till in thirty minutes": the page's commands, as they stand there, in a sandbox. */

const page = readFileSync(new URL('../../src/http/docs/till.md', import.meta.url), 'utf8');
const packaged = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
const { scripts } = JSON.parse(packaged) as { scripts: Record<string, string> };
const [start, ...commands] = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block!);

type Answer = Readonly<Record<string, unknown>>;

const sold = (credits: string, balance: string) => ({ credits, balance, transactionId: /^txn_/ });
const refused = (status: number, code: string, aloud: RegExp) => ({ status, code, aloud });

/** What a developer sees, line by line. */
const SEEN: readonly (readonly [string, object])[] = [
  ['who am I', { network: 'sandbox', role: 'partner' }],
  ['a sale', sold('2', '8')],
  ['the offers', { items: [{ title: 'Swim', adultCredits: '1' }] }],
  ['a sale under an offer', sold('1.5', '6.5')],
  [
    'a card without credits',
    refused(422, 'insufficient_credits', /Only 0 credits left; this takes 2 credits/),
  ],
  ['a card that nobody has', refused(404, 'card_unknown', /not known. Nothing was taken/)],
  ['a revoked card', refused(422, 'card_revoked', /no longer valid/)],
  ['a mistyped card', { status: 400, code: 'invalid_request', errors: [{ pointer: '#/card' }] }],
  ['the refusals', { refusals: Array }],
  ['a sale sent again', sold('1', '5.5')],
  ['its key with another body', refused(422, 'key_reused', /mixed up two sales/)],
  ['what became of it', { outcome: 'recorded', events: [{ type: 'CreditsRedeemed' }] }],
  ['a void of a sale that arrived', { outcome: 'reversed', transactionId: /^txn_/ }],
  ['a void of a sale that did not', { outcome: 'key_spent' }],
  ['and its late arrival', refused(409, 'voided', /cancelled. Nothing was taken/)],
  ['a refund in part', { credits: '1' }],
  ['a refund of the rest', { credits: '1' }],
  ['a refund too many', refused(409, 'already_reversed', /given back before/)],
  ['one sale by its reference', { items: [{ reference: 'till-1/0006', credits: '1' }] }],
  ['the day', { items: Array }],
  ['the till', { balance: '2.5' }],
];

t.test('the page on integrating a till', async (t) => {
  const folder = t.testdir({});
  t.equal(start, 'npm run sandbox\n', 'starts with one command');
  const [node, ...words] = scripts['sandbox']!.split(' ');
  t.equal(node, 'node');
  const sandbox = await sandboxFor(t, words, folder);
  const exports = sandbox.printed().match(/^ {2}export .*$/gm) ?? [];
  t.equal(exports.length, 7, 'puts seven lines of the sandbox into another terminal');

  const script = [...exports, ...commands].join('\n');
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script]);
  const lines = stdout.split(/\r?\n/);
  const answers = lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Answer);
  for (const [index, [name, expected]] of SEEN.entries()) {
    t.match(answers[index], expected, `shows ${name}`);
  }
  t.equal(answers.length, SEEN.length, 'and nothing else');
  const replayed = lines.filter((line) => line.toLowerCase() === 'idempotent-replayed: true');
  t.equal(replayed.length, 1, 'and the header of an answer that is given again');
  const types = (answers[19]!['items'] as Answer[]).map(({ type }) => type);
  t.same(
    types.toSorted(),
    [...Array<string>(4).fill('CreditsRedeemed'), ...Array<string>(3).fill('TransactionReversed')],
    'and in the day every sale and refund',
  );

  const ended = await sandbox.end('SIGINT');
  t.same(ended, { code: 0, signal: null }, 'Ctrl-C ends the sandbox');
  t.match(sandbox.logged(), /^GET \/v1\/me 200\nPOST \/v1\/redemptions 201\n/, 'which showed each');
  t.same(readdirSync(folder), [], 'and left nothing behind');
});

t.test('a sandbox that is told to end', async (t) => {
  const sandbox = await sandboxFor(t, scripts['sandbox']!.split(' ').slice(1), t.testdir({}));
  t.same(await sandbox.end('SIGTERM'), { code: 0, signal: null }, 'ends in order');
});

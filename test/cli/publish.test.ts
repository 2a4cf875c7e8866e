import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { buildApp } from '../../src/http/app.ts';
import { openCheckpoint } from '../../src/proofs/checkpoint.ts';
import { verifierIn } from '../../src/proofs/note.ts';
import { mailServerFor } from '../publish/mailServer.ts';
import { witnessFor, type TestWitness } from '../publish/witness.ts';
import { smallWorld, type World } from '../support/world.ts';
import { CommandLine } from './support.ts';

async function publishing(t: Test) {
  const world = await smallWorld();
  const { body } = await world.admin.post<{ key: string }>('/v1/access', {
    role: 'auditor',
    label: 'city',
  });
  const keys = world.service.checkpoints.keys().map(verifierIn);
  const witness = await witnessFor(t, keys);
  const auditor = new CommandLine(world.app, body.key);
  auditor.outside.push(new URL(witness.url).host);
  return { world, auditor, witness, keys, folder: join(t.testdir(), 'kept') };
}

const named = ({ url, verifier }: TestWitness) => `${url}=${verifier.text}`;

type Answer = { size: number; sent: { kind: string; outcome: string; why?: string }[] };

t.test('a checkpoint is cosigned and put into a folder', async (t) => {
  const { world, auditor, witness, keys, folder } = await publishing(t);
  const argv = ['publish', '--new', '--to-folder', folder, '--witness', named(witness)];
  const first = await auditor.run(...argv);
  t.equal(first.status, 0);
  t.match(first.output, /^The checkpoint of credits.example\/test over \d+ events:$/m);
  t.match(first.output, /^ {2}published {2}witness witness.example\/w1$/m);
  t.match(first.output, new RegExp(`^ {2}published {2}folder ${folder}$`, 'm'));
  await world.enrol(60);
  const { body, status } = await auditor.json<Answer>(...argv);
  t.match({ status, body }, { status: 0, body: { sent: [{ outcome: 'published' }] } });
  const file = readFileSync(join(folder, `${body.size}.checkpoint`), 'utf8');
  t.equal(openCheckpoint(file, [...keys, witness.verifier]).verified.length, 2);
  t.equal(readdirSync(folder).length, 3, 'a file for each size, and the latest');
  t.same(
    witness.exchanges.map((one) => one.status),
    [200, 409, 200],
    'though nothing was remembered',
  );
});

t.test('an auditor verifies with what was published', async (t) => {
  const { auditor, witness, keys, folder } = await publishing(t);
  const mirror = join(t.testdir({}), 'mirror');
  await auditor.run('publish', '--new', '--to-folder', folder, '--witness', named(witness));
  await auditor.run('audit', 'fetch', '--to', mirror);
  const trusted = join(folder, 'keys');
  writeFileSync(trusted, [...keys, witness.verifier].map(({ text }) => `${text}\n`).join(''));
  const since = join(folder, 'latest');
  const verified = await auditor.run(
    ...['audit', 'verify', mirror, '--keys', trusted, '--since', since],
  );
  t.equal(verified.status, 0);
  t.match(verified.output, /signed by {4}witness.example\/w1\+.*: 1 checkpoint/);
});

t.test('without a key', async (t) => {
  const { world, witness, folder } = await publishing(t);
  const anybody = new CommandLine(world.app);
  anybody.outside.push(new URL(witness.url).host);
  const argv = ['publish', '--to-folder', folder, '--witness', named(witness)];
  t.match(await anybody.json(...argv), { status: 0 }, 'what is shown to everybody goes out');
  t.equal(
    anybody.sent.every(({ headers }) => headers['authorization'] === undefined),
    true,
  );
  await world.enrol(60);
  await world.admin.post('/v1/checkpoints', {}, null);
  const later = await anybody.json<Answer>(...argv);
  t.match(later.body.sent, [
    { kind: 'witness', outcome: 'failed', why: /takes a key of an auditor/ },
    { kind: 'folder', outcome: 'published' },
  ]);
  t.equal(later.status, 3);
  const forced = await anybody.run('publish', '--new', '--to-folder', folder);
  t.match(forced, { status: 2, progress: /--new takes the key of an auditor/ });
});

t.test('without a key, where proofs are for everybody', async (t) => {
  const { world, witness, folder } = await publishing(t);
  const open = await buildApp({ ...world.service, publicTiles: 'all' });
  const anybody = new CommandLine(open);
  anybody.outside.push(new URL(witness.url).host);
  const argv = ['publish', '--to-folder', folder, '--witness', named(witness)];
  t.match(await anybody.json(...argv), { status: 0 });
  await world.enrol(60);
  await world.admin.post('/v1/checkpoints', {}, null);
  t.match(await anybody.json<Answer>(...argv), {
    status: 0,
    body: { sent: [{ outcome: 'published' }, { outcome: 'published' }] },
  });
});

t.test('a ledger that was rewritten', async (t) => {
  const { auditor, folder } = await publishing(t);
  await auditor.run('publish', '--new', '--to-folder', folder);
  const rewritten: World = await smallWorld({ seed: 2 });
  await rewritten.enrol(60);
  const other = new CommandLine(rewritten.app);
  await rewritten.admin.post('/v1/checkpoints', {}, null);
  const key = await rewritten.admin.post<{ key: string }>('/v1/access', {
    role: 'auditor',
    label: 'city',
  });
  other.environment = { TIMECREDITS_KEY: key.body.key };
  const ran = await other.run('publish', '--new', '--to-folder', folder);
  t.equal(ran.status, 1);
  t.match(ran.output, /CONTRADICTED {2}folder .*do not begin so\. Keep both as they are/);
});

t.test('a mailbox', async (t) => {
  const { auditor } = await publishing(t);
  const { smtp, mails } = await mailServerFor(t);
  const argv = ['publish', '--to-mail', 'auditor@city.example'];
  t.match(await auditor.run(...argv), { status: 2, progress: /--to-mail needs a server/ });
  auditor.environment['PUBLISH_SMTP'] = smtp;
  const ran = await auditor.run(...argv, '--from', 'ledger@credits.example');
  t.match(ran, { status: 0, output: /published {2}mail auditor@city.example/ });
  t.equal(mails.length, 1);
});

t.test('a place that is none', async (t) => {
  const auditor = new CommandLine();
  const key = 'witness.example+00000000+AAAA';
  for (const [argv, why] of [
    [[], /needs a place/],
    [['--to-url', 'http://kept.example/x'], /--to-url .* must be an address https/],
    [['--to-mail', 'nobody'], /--to-mail .* must be an address such as/],
    [['--witness', 'https://witness.example'], /--witness .* must be URL=KEY/],
    [['--witness', `https://witness.example=${key}`], /--witness .* must be URL=KEY/],
    [['--to-mail', 'a@b.example', '--smtp', 'mail.example'], /--smtp .* must be smtps/],
  ] as const) {
    const ran = await auditor.run('publish', ...argv);
    t.match(ran, { status: 2, progress: why }, argv.join(' '));
  }
});

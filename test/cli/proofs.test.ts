import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { CheckpointStore } from '../../src/checkpoints/store.ts';
import { openCheckpoint } from '../../src/proofs/checkpoint.ts';
import { makeSigner, verifierIn } from '../../src/proofs/note.ts';
import { rootAt, tilePath } from '../../src/proofs/tiles.ts';
import { canonical } from '../../schemas/canonical.ts';
import { verifyReceipt, type Receipt } from '../../src/proofs/receipt.ts';
import { smallWorld, type World } from '../support/world.ts';
import { CommandLine, tillOf } from './support.ts';

async function auditorOf({ app, admin }: World): Promise<CommandLine> {
  const { body } = await admin.post<{ key: string }>('/v1/access', { role: 'auditor', label: 'a' });
  return new CommandLine(app, body.key);
}

/** A world, its auditor, and a directory that the auditor fetched. */
async function mirrored(t: Test, members = 2) {
  const world = await smallWorld();
  for (let member = 0; member < members; member += 1) await world.enrol(60);
  const auditor = await auditorOf(world);
  const directory = join(t.testdir(), 'mirror');
  const { body } = await auditor.json<{ size: number; newEvents: number }>(
    ...['audit', 'fetch', '--to', directory],
  );
  return { ...world, auditor, directory, fetched: body };
}

const read = (directory: string, name: string) => readFileSync(join(directory, name), 'utf8');

async function linesOf({ journal }: World): Promise<string[]> {
  const lines: string[] = [];
  for await (const page of journal.read(0)) lines.push(...page.lines);
  return lines;
}

t.test('an auditor fetches', async (t) => {
  t.test('every byte of the stream, its tree, its checkpoints and its keys', async (t) => {
    const world = await mirrored(t, 130);
    const { directory, fetched } = world;
    const lines = await linesOf(world);
    t.equal(read(directory, 'events.ndjson'), lines.map((line) => `${line}\n`).join(''));
    t.match(fetched, { size: lines.length, newEvents: lines.length });
    const verifiers = read(directory, 'keys').trim().split('\n').map(verifierIn);
    const { size, root } = openCheckpoint(read(directory, 'checkpoint'), verifiers);
    const tileIn = async (tile: Parameters<typeof tilePath>[0]) =>
      readFileSync(join(directory, 'tile', tilePath(tile)));
    t.same(await rootAt(tileIn, size), root, 'the tiles have the root that was signed');
    const checkpoints = read(directory, 'checkpoints.ndjson').trim().split('\n');
    t.equal((JSON.parse(checkpoints.at(-1)!) as { size: number }).size, size);
  });

  t.test('only what is new, the next time', async (t) => {
    const world = await mirrored(t, 130);
    const { auditor, directory, enrol, fetched } = world;
    await enrol(60);
    const again = await auditor.json('audit', 'fetch', '--to', directory);
    t.match(again.body, { size: fetched.size + 2, newEvents: 2, newCheckpoints: 1, newKeys: [] });
    t.equal(read(directory, 'events.ndjson').trimEnd(), (await linesOf(world)).join('\n'));
    t.same(readdirSync(join(directory, 'tile/0')).toSorted(), ['000', '001.p']);
    t.equal(readdirSync(join(directory, 'tile/0/001.p')).length, 1, 'one width of each tile');
  });

  t.test('nothing at all where nothing is new', async (t) => {
    const { auditor, directory } = await mirrored(t);
    const { body } = await auditor.json('audit', 'fetch', '--to', directory);
    t.match(body, { newEvents: 0, newTiles: 0, newCheckpoints: 0 });
  });

  t.test('on from a line that was torn', async (t) => {
    const world = await mirrored(t);
    const { auditor, directory } = world;
    const file = join(directory, 'events.ndjson');
    writeFileSync(file, readFileSync(file).subarray(0, -100));
    const { body } = await auditor.json('audit', 'fetch', '--to', directory);
    t.match(body, { newEvents: 1 });
    t.equal(read(directory, 'events.ndjson').trimEnd(), (await linesOf(world)).join('\n'));
  });

  t.test('but not with the key of a partner', async (t) => {
    const world = await smallWorld();
    const till = await tillOf(world);
    const ran = await till.run('audit', 'fetch', '--to', join(t.testdir(), 'mirror'));
    t.equal(ran.status, 1);
    t.match(ran.progress, /may not do this; it takes admin or auditor/);
  });
});

t.test('a ledger that takes back what it showed', async (t) => {
  const { directory } = await mirrored(t, 5);
  const key = makeSigner('credits.example/test', Buffer.alloc(32, 5));
  const checkpoints = { store: new CheckpointStore(':memory:'), signers: [key] };
  const shorter = await smallWorld({ checkpoints });
  const ran = await (await auditorOf(shorter)).run('audit', 'fetch', '--to', directory);
  t.equal(ran.status, 1);
  t.match(ran.progress, /which now shows only \d+\. What was shown has been taken back/);
});

t.test('a ledger that has rewritten what it showed', async (t) => {
  for (const more of [0, 3]) {
    const { directory } = await mirrored(t, 5);
    const before = readFileSync(join(directory, 'events.ndjson'));
    const key = makeSigner('credits.example/test', Buffer.alloc(32, 5));
    const checkpoints = { store: new CheckpointStore(':memory:'), signers: [key] };
    const rewritten = await smallWorld({ checkpoints });
    for (let member = 0; member < 5 + more; member += 1) await rewritten.enrol(120);
    const auditor = await auditorOf(rewritten);
    const ran = await auditor.run('audit', 'fetch', '--to', directory);
    t.equal(ran.status, 1);
    t.match(ran.progress, /do not begin with the \d+ of this directory/, `with ${more} more`);
    t.same(readFileSync(join(directory, 'events.ndjson')), before, 'nothing of it is taken');
    const [file] = readdirSync(directory).filter((name) => name.startsWith('conflict-'));
    const verify = ['audit', 'verify', directory] as const;
    t.match(await auditor.json(...verify), { status: 0 }, 'the directory still holds');
    const { body } = await auditor.json<{ faults: { found: string }[] }>(
      ...[...verify, '--since', join(directory, file!)],
    );
    const last = body.faults.at(-1)!.found;
    if (more === 0) t.match(last, /the ledger signed two histories/, 'and is the proof');
  }
});

t.test('a directory whose checkpoints were damaged', async (t) => {
  const { auditor, directory } = await mirrored(t);
  writeFileSync(join(directory, 'checkpoints.ndjson'), 'junk\n');
  const ran = await auditor.run('audit', 'fetch', '--to', directory);
  t.match(ran, { status: 1, progress: /ndjson is no checkpoint.*fetch into a new one/ });
});

t.test('a ledger with another key', async (t) => {
  const { directory } = await mirrored(t);
  const signers = [makeSigner('credits.example/other', Buffer.alloc(32, 6))];
  const other = await smallWorld({
    checkpoints: { store: new CheckpointStore(':memory:'), signers },
  });
  const ran = await (await auditorOf(other)).run('audit', 'fetch', '--to', directory);
  t.equal(ran.status, 1);
  t.match(ran.progress, /no longer names the key credits.example\/test\+/);
});

t.test('a checkpoint', async (t) => {
  const world = await smallWorld();
  const auditor = await auditorOf(world);
  const file = join(t.testdir(), 'today.checkpoint');
  const made = await auditor.run('checkpoint', '--new', '--to', file);
  t.equal(made.status, 0);
  t.match(made.output, /over \d+ events is in /);
  const note = readFileSync(file, 'utf8');
  t.match(note, /^credits.example\/test\n\d+\n/, 'is in a file');
  t.equal(statSync(file).mode & 0o777, 0o600, 'that only its owner reads');

  const till = await tillOf(world);
  const shown = await till.run('checkpoint');
  t.equal(shown.output.trim(), note.trim(), 'is shown to anybody with a key');
  const forbidden = await till.run('checkpoint', '--new');
  t.match(forbidden.progress, /takes admin or auditor/, 'is made by auditors and admins');

  await world.enrol();
  const again = await auditor.run('checkpoint', '--new', '--to', file);
  t.match(again.progress, /is there already and is another file/, 'is never overwritten');
  t.equal(readFileSync(file, 'utf8'), note);
});

t.test('a receipt is a file that is verified with nothing but a key', async (t) => {
  const world = await smallWorld();
  const memberId = await world.enrol(60);
  const { till: client, venue } = world.partner;
  const body = { venueId: venue, memberId, credits: '1' };
  const sold = await client.post<{ transactionId: string }>('/v1/redemptions', body);
  const file = join(t.testdir(), 'sale.json');
  const till = await tillOf(world);
  const ran = await till.run('receipt', sold.body.transactionId, '--to', file);
  t.match(ran, { status: 0, output: /^The receipt of txn_\S+ is in / });
  const receipt = JSON.parse(readFileSync(file, 'utf8')) as Receipt;
  const keys = await world.admin.get<string>('/v1/checkpoint/keys');
  const { revision } = verifyReceipt(receipt, keys.body.trim().split('\n').map(verifierIn));
  t.equal(canonical(receipt.event), (await linesOf(world))[revision]);
});

t.test('a key is rotated', async (t) => {
  const data = t.testdir();
  const file = join(data, 'signing.key');
  const line = new CommandLine();
  const none = await line.run('checkpoint', 'rotate', '--data', data);
  t.match(none, { status: 1, progress: /no signing key/ }, 'only where there is one');
  t.notOk(existsSync(file));

  const text = 'PRIVATE+KEY+credits.example/medway';
  const { signersIn } = await import('../../src/checkpoints/signingKey.ts');
  const random = (bytes: number) => Buffer.alloc(bytes, 9);
  const [first] = signersIn({ file, defaultOrigin: 'credits.example/medway', random });
  const both = await line.json<{ keys: string[] }>('checkpoint', 'rotate', '--data', data);
  t.equal(both.body.keys.length, 2, 'first beside the old one');
  t.equal(both.body.keys[1], first!.verifier.text);
  t.equal(readFileSync(file, 'utf8').split(text).length - 1, 2);
  t.equal(statSync(file).mode & 0o777, 0o600);

  const third = await line.run('checkpoint', 'rotate', '--data', data);
  t.match(third.output, /publish the first one; then checkpoint rotate --retire/);
  const one = await line.json<{ keys: string[] }>(
    'checkpoint',
    'rotate',
    '--retire',
    '--data',
    data,
  );
  t.equal(one.body.keys.length, 1, 'and then the old ones are retired');
  line.environment = { SIGNING_KEY: readFileSync(file, 'utf8').trim() };
  const inEnvironment = await line.run('checkpoint', 'rotate', '--data', data);
  t.match(inEnvironment, { status: 2, progress: /comes from SIGNING_KEY/ });
});

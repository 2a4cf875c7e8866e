import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import type { TransactionId } from '../../schemas/ids.ts';
import { UnwrittenError } from '../../schemas/stream.ts';
import { openCheckpoint } from '../../src/proofs/checkpoint.ts';
import { isConsistent, isIncluded, leafHash } from '../../src/proofs/merkle.ts';
import { verifierIn } from '../../src/proofs/note.ts';
import { verifyReceipt, type Receipt } from '../../src/proofs/receipt.ts';
import { tilePath, tilesOf } from '../../src/proofs/tiles.ts';
import { naiveRoot } from '../proofs/tree.ts';
import { Client } from '../support/service.ts';
import { smallWorld, type World } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

type Shown = { size: number; note: string; recordedAt: string };
type Proof = { proof: string[]; root: string; leaf: string; fromRoot: string; toRoot: string };

const bytes = (text: string) => Buffer.from(text, 'base64');

/** A world with some events, the keys that verify it, and its leaves. */
async function proved(members = 3) {
  const world = await smallWorld();
  for (let member = 0; member < members; member += 1) await world.enrol(60);
  const { note, size } = (await world.admin.post<Shown>('/v1/checkpoints', {}, null)).body;
  const keys = await new Client(world.app, undefined).get<string>('/v1/checkpoint/keys');
  const verifiers = keys.body.trim().split('\n').map(verifierIn);
  const leaves: Buffer[] = [];
  for await (const { lines } of world.journal.read(0)) leaves.push(...lines.map(leafHash));
  return { ...world, note, size, verifiers, leaves };
}

t.test('the last checkpoint is shown to anybody, and covers every event', async (t) => {
  const { app, note, verifiers, leaves } = await proved();
  const { body, headers } = await new Client(app, undefined).get<string>('/v1/checkpoint');
  t.equal(body, note);
  t.equal(headers['content-type'], 'text/plain; charset=utf-8');
  const { size, root, origin } = openCheckpoint(body, verifiers);
  t.same({ size, origin }, { size: leaves.length, origin: 'credits.example/test' });
  t.same(root, naiveRoot(leaves), 'with the root over the bytes of the stream');
});

t.test('another checkpoint is made only once there is more to cover', async (t) => {
  const { admin, enrol, size, clock } = await proved();
  clock.forward(5000);
  const again = await admin.post<Shown>('/v1/checkpoints', {}, null);
  t.match(again, { status: 200, body: { size, recordedAt: '2026-06-10T09:00:00.000Z' } });
  await enrol();
  const next = await admin.post<Shown>('/v1/checkpoints', {}, null);
  t.match(next.body, { size: size + 1, recordedAt: '2026-06-10T09:00:05.000Z' });
  const listed = await admin.get<{ items: Shown[] }>(`/v1/checkpoints?after=${size}`);
  t.same(listed.body.items, [next.body], 'and the list goes on from a size');
  const first = await admin.get<{ items: Shown[]; next: number }>('/v1/checkpoints?limit=1');
  t.equal(first.body.next, first.body.items[0]?.size, 'page by page');
});

t.test('an event is proved at its revision', async (t) => {
  const { group, size, leaves } = await proved();
  for (const revision of [0, 1, size - 1]) {
    const { body } = await group.coordinator.get<Proof>(
      `/v1/proofs/inclusion?revision=${revision}`,
    );
    const proof = body.proof.map(bytes);
    const claim = { index: revision, size, leaf: leaves[revision]!, proof, root: bytes(body.root) };
    t.ok(isIncluded(claim), `revision ${revision}`);
    t.same(bytes(body.leaf), leaves[revision]);
    t.same(claim.root, naiveRoot(leaves));
  }
});

t.test('every earlier tree is proved to be the beginning of the last', async (t) => {
  const { partner, size, leaves } = await proved();
  for (let from = 1; from <= size; from += 1) {
    const url = `/v1/proofs/consistency?from=${from}&to=${size}`;
    const { body } = await partner.till.get<Proof>(url);
    const [fromRoot, toRoot] = [naiveRoot(leaves.slice(0, from)), naiveRoot(leaves)];
    const proof = body.proof.map(bytes);
    t.ok(isConsistent({ from, to: size, fromRoot, toRoot, proof }), `${from} to ${size}`);
    t.same([bytes(body.fromRoot), bytes(body.toRoot)], [fromRoot, toRoot]);
  }
});

t.test('what lies beyond the tree is not there, and is no fault of ours', async (t) => {
  const { admin, size } = await proved();
  const beyond = [
    `/v1/proofs/inclusion?revision=${size}`,
    `/v1/proofs/inclusion?revision=0&size=${size + 1}`,
    '/v1/proofs/inclusion?revision=0&size=0',
    '/v1/proofs/inclusion?revision=999999999999999&size=999999999999999',
    '/v1/proofs/consistency?from=0',
    `/v1/proofs/consistency?from=${size + 1}`,
    `/v1/proofs/consistency?from=1&to=${size + 1}`,
    `/v1/tile/0/000.p/${size + 1}`,
    '/v1/tile/0/000',
    '/v1/tile/1/000.p/1',
    '/v1/tile/63/x999/x999/x999/x999/999',
    '/v1/tile/entries/001',
  ];
  for (const url of beyond) {
    const answer = await admin.get<Problem>(url);
    isProblem(t, answer, { status: 404, code: 'beyond_the_tree' }, url);
    t.match(answer.body.detail, /covers \d+ events/, url);
  }
  for (const url of [
    '/v1/tile/0/0',
    '/v1/tile/0/001/',
    '/v1/tile/entries/x',
    '/v1/tile/entries/',
  ]) {
    isProblem(t, await admin.get<Problem>(url), { status: 404, code: 'not_found' }, url);
  }
  for (const url of ['/v1/tile/64/000', '/v1/tile/-1/000', '/v1/proofs/inclusion?revision=-1']) {
    isProblem(t, await admin.get<Problem>(url), { status: 400, code: 'invalid_request' }, url);
  }
});

t.test('tiles and entries are the whole of the tree', async (t) => {
  const { app, admin, leaves, size } = await proved(140);
  const { key } = (await admin.post<{ key: string }>('/v1/access', { role: 'auditor', label: 'a' }))
    .body;
  const auditor = async (url: string) => {
    const headers = { authorization: `Bearer ${key}` };
    const { rawPayload, headers: answered } = await app.inject({ url, headers });
    t.equal(answered['content-type'], 'application/octet-stream', url);
    return rawPayload;
  };
  t.ok(size > 256, 'there are several tiles');
  const read: Buffer[] = [];
  for (const { level, index, width } of tilesOf(size)) {
    const tile = await auditor(`/v1/tile/${tilePath({ level, index, width })}`);
    t.equal(tile.length, width * 32);
    if (level > 0) {
      t.same(tile, naiveRoot(leaves.slice(0, 256)), 'the root of the full tile below');
      continue;
    }
    read.push(tile);
    const path = tilePath({ level, index, width }).slice('0/'.length);
    t.same(entriesIn(await auditor(`/v1/tile/entries/${path}`)).map(leafHash), split(tile));
  }
  t.same(Buffer.concat(read), Buffer.concat(leaves.slice(0, size)));
});

function split(hashes: Buffer): Buffer[] {
  return Array.from({ length: hashes.length / 32 }, (_, at) =>
    hashes.subarray(at * 32, at * 32 + 32),
  );
}

function entriesIn(bundle: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length; at += 2 + entries.at(-1)!.length) {
    entries.push(bundle.subarray(at + 2, at + 2 + bundle.readUInt16BE(at)));
  }
  return entries;
}

t.test('a receipt', async (t) => {
  const world = await proved();
  const { partner, group, enrol, admin, verifiers } = world;
  const memberId = await enrol(120);
  const sold = await partner.till.post<{ transactionId: TransactionId; revision: number }>(
    '/v1/redemptions',
    { venueId: partner.venue, memberId, credits: '1' },
  );
  const { transactionId, revision } = sold.body;
  const url = `/v1/transactions/${transactionId}/receipt`;

  t.test('can be had at once, and is verified with nothing but a key', async (t) => {
    const { status, body } = await partner.till.get<Receipt>(url);
    t.equal(status, 200);
    const proven = verifyReceipt(body, verifiers);
    t.ok(proven.checkpoint.size > revision, 'under a checkpoint that covers it');
    t.match(body.event, { type: 'CreditsRedeemed', data: { credits: '1' } });
  });

  t.test('proves the bytes of the stream', async (t) => {
    const { body } = await partner.till.get<Receipt>(url);
    for await (const { lines } of world.journal.read(revision, 1)) {
      t.equal(canonical(body.event), lines[0]);
    }
  });

  t.test('is for those who see the transaction', async (t) => {
    const other = await stranger(world);
    const answer = await other.get<Problem>(url);
    isProblem(t, answer, { status: 404, code: 'transaction_not_found' }, 'not others');
    t.equal((await group.coordinator.get(url)).status, 200, "the member's own group does");
  });

  t.test('of a refund says nothing of where the credits went on to', async (t) => {
    const pot = `pot:${group.id}`;
    await admin.post(`/v1/members/${memberId}/closure`, { restTo: pot });
    const refunded = await partner.till.post<{ transactionId: TransactionId }>(
      `/v1/transactions/${transactionId}/reversals`,
      { reason: 'goodwill' },
    );
    const refund = `/v1/transactions/${refunded.body.transactionId}/receipt`;
    const withheld = await partner.till.get<Problem>(refund);
    isProblem(t, withheld, { status: 403, code: 'receipt_withheld' }, 'to the venue');
    const { body } = await admin.get<Receipt>(refund);
    t.match(body.event, { data: { credit: pot } }, 'but to the scheme');
  });
});

async function stranger({ admin, app }: World): Promise<Client> {
  const { body } = await admin.post<{ organisationId: string }>('/v1/organisations', {
    name: 'Rainham Cinema',
    roles: ['spend'],
  });
  const access = { role: 'partner', organisationId: body.organisationId, label: 'till' };
  const { key } = (await admin.post<{ key: string }>('/v1/access', access)).body;
  return new Client(app, key);
}

t.test('what is over events that cannot be stored just now', async (t) => {
  const { admin, journal, enrol } = await proved();
  await enrol(60);
  journal.tile = () => Promise.reject(new UnwrittenError('the disk is full'));
  const answer = await admin.post<Problem>('/v1/checkpoints', {}, null);
  isProblem(t, answer, { status: 503, code: 'not_writing' }, 'is refused for now');
  t.match(answer.body.detail, /the disk is full/, 'and says why');
});

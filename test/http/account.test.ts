import t from 'tap';
import { credits, hundredths } from '../../schemas/amounts.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { DAY_MS, addDays } from '../../schemas/time.ts';
import { TODAY, type Client } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';

/* What an account holds and what went in and out of it, against a fold of the stream itself. */

type Balance = { readonly balance: string; readonly revision: number };
type Line = { readonly revision: number; readonly amount: string; readonly balance: string };
type Entries = {
  readonly opening: string;
  readonly closing: string;
  readonly entries: readonly Line[];
  readonly next?: number;
};
type Stream = readonly { readonly revision: number; readonly event: StreamEvent }[];

/** A few days of one member: hours given today and before, sales, a refund, a sale of before. */
async function someDays() {
  const world = await smallWorld();
  const { group, partner, clock, enrol } = world;
  const memberId = await enrol(300);
  const issue = (daysAgo: number, minutes: number, day: string) =>
    group.coordinator.post('/v1/issues', {
      organisationId: group.id,
      occurredOn: addDays(day, -daysAgo),
      activity: `${daysAgo}-days-ago`,
      entries: [{ memberId, minutes }],
    });
  const redeem = async (amount: string, occurredAt?: string) => {
    const sale = { venueId: partner.venue, memberId, credits: amount, occurredAt };
    const { body } = await partner.till.post<{ transactionId: string }>('/v1/redemptions', sale);
    return body.transactionId;
  };
  await issue(5, 90, TODAY);
  const sale = await redeem('2.5');
  clock.forward(DAY_MS);
  await issue(3, 50, addDays(TODAY, 1));
  await redeem('1', `${TODAY}T18:00:00+01:00`);
  clock.forward(DAY_MS);
  await partner.till.post(`/v1/transactions/${sale}/reversals`, {
    credits: '0.5',
    reason: 'goodwill',
  });
  await redeem('0.25');
  return { ...world, memberId };
}

async function streamOf(admin: Client): Promise<Stream> {
  const { body } = await admin.get<{ events: Stream }>('/v1/events?limit=500');
  return body.events;
}

/** The balance of an account by nothing but addition. */
function folded(stream: Stream, account: string, counts: (one: Stream[number]) => boolean): string {
  let balance = 0;
  for (const one of stream.filter(counts)) {
    const { debit, credit, credits: amount } = one.event.data as Record<string, string>;
    if (amount === undefined) continue;
    if (debit === account) balance -= hundredths(amount);
    if (credit === account) balance += hundredths(amount);
  }
  return credits(balance);
}

t.test('the balance of an account', async (t) => {
  const { admin, memberId, group, partner } = await someDays();
  const stream = await streamOf(admin);
  const last = stream.at(-1)!.revision;
  const wallet = `wallet:${memberId}`;
  const accounts = [wallet, `till:${partner.venue}`, `pot:${group.id}`, 'programme'];
  const read = async (account: string, query = '') =>
    (await admin.get<Balance>(`/v1/accounts/${account}${query}`)).body;

  for (const account of accounts) {
    const now = await read(account);
    const balance = folded(stream, account, () => true);
    t.match(now, { balance, held: '0', available: balance, revision: last }, `${account} now`);
    for (const { revision, event } of stream) {
      const at = await read(account, `?atRevision=${revision}`);
      const expected = folded(stream, account, (one) => one.revision <= revision);
      t.match(at, { balance: expected, revision }, `${account} at revision ${revision}`);
      const by = await read(account, `?recordedBy=${event.recordedAt}`);
      const recorded = folded(stream, account, (one) => one.event.recordedAt <= event.recordedAt);
      t.equal(by.balance, recorded, `${account} as recorded by ${event.recordedAt}`);
    }
    for (let days = -7; days <= 3; days += 1) {
      const day = addDays(TODAY, days);
      const on = await read(account, `?occurredBy=${day}`);
      const occurred = folded(stream, account, (one) => one.event.occurredOn <= day);
      t.equal(on.balance, occurred, `${account} by what occurred by ${day}`);
    }
  }
  const before = await read(wallet, '?recordedBy=2020-01-01T00:00:00%2B01:00');
  t.match(before, { balance: '0', revision: -1 }, 'before the ledger began nothing was there');
  const offset = await read(wallet, `?recordedBy=${TODAY}T10:00:00%2B01:00`);
  const utc = await read(wallet, `?recordedBy=${TODAY}T09:00:00Z`);
  t.same(offset, utc, 'and a time means the same with any offset');
});

t.test('the entries of an account', async (t) => {
  const { admin, memberId } = await someDays();
  const url = `/v1/accounts/wallet:${memberId}/entries`;
  const whole = (await admin.get<Entries>(url)).body;
  const now = await admin.get<Balance>(`/v1/accounts/wallet:${memberId}`);
  t.equal(whole.closing, now.body.balance, 'end with the balance');
  t.equal(whole.opening, '0', 'and begin with nothing');
  const revisions = whole.entries.map(({ revision }) => revision);
  t.same(
    revisions,
    revisions.toSorted((a, b) => b - a),
    'come newest first',
  );
  const stream = await streamOf(admin);
  for (const { revision, balance } of whole.entries) {
    const account = `wallet:${memberId}`;
    const expected = folded(stream, account, (one) => one.revision <= revision);
    t.equal(balance, expected, `say what was there after revision ${revision}`);
  }

  const joined: Line[] = [];
  let closing = whole.closing;
  let next: number | undefined;
  do {
    const after = next === undefined ? '' : `&after=${next}`;
    const { body } = await admin.get<Entries>(`${url}?limit=2${after}`);
    t.equal(body.closing, closing, 'each page closes where the page after it opened');
    closing = body.opening;
    joined.push(...body.entries);
    next = body.next;
  } while (next !== undefined);
  t.same(joined, whole.entries, 'and pages joined are the whole');
  t.equal(closing, '0', 'down to nothing');
});

t.test('an account without entries', async (t) => {
  const { admin, enrol } = await smallWorld();
  const { body, status } = await admin.get(`/v1/accounts/wallet:${await enrol()}/entries`);
  const empty = { opening: '0', closing: '0', entries: [], next: undefined };
  t.match({ status, ...body }, { status: 200, ...empty }, 'is there, and empty');
});

t.test('a page of entries past the last', async (t) => {
  const { admin, memberId } = await someDays();
  const url = `/v1/accounts/wallet:${memberId}/entries?after=0`;
  const { body } = await admin.get<Entries>(url);
  t.same([body.opening, body.closing, body.entries], ['0', '0', []], 'is empty, before anything');
});

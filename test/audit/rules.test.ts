import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import type { EventOf, EventType } from '../../schemas/events/index.ts';
import { invariants, Judge } from '../../src/audit/model/judge.ts';
import { altered } from '../cli/altered.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { Mirror } from './mirror.ts';

/* Whoever has the signing key can make every hash fit; the rules of the ledger still catch them. */

const lines = await busyLines();

type Broken = { readonly lines: readonly string[]; readonly revision: number };
type Change<T extends EventType> = (event: EventOf<T>) => unknown;

function changed<T extends EventType>(type: T, change: Change<T>, which = 0): Broken {
  return altered(lines, type, (event) => void change(event), which);
}

/** A line that is there once more, as the command of its own that it may be. */
function again(type: EventType, change: (event: EventOf<EventType>) => unknown = () => 0): Broken {
  const { revision } = altered(lines, type, () => undefined);
  const event = JSON.parse(lines[revision]!) as EventOf<EventType>;
  const { recordedAt } = JSON.parse(lines.at(-1)!) as { recordedAt: string };
  const { key: _, body: __, ...command } = event.command;
  const copy = { ...event, recordedAt, command: { ...command, index: 0, count: 1 } };
  change(copy);
  return { lines: [...lines, canonical(copy)], revision: lines.length };
}

const found = (type: EventType) => altered(lines, type, () => undefined).revision;
const NOBODY = 'mem_0123456789abcdef';

const BROKEN: Readonly<Record<string, () => Broken>> = {
  opening: () => again('LedgerOpened'),
  formats: () => changed('LedgerOpened', (event) => (event.data.format = 1)),
  'recorded-time': () =>
    changed('CreditsRedeemed', (event) => (event.recordedAt = '2026-01-01T00:00:00.000Z')),
  commands: () => {
    const revision = lines.findIndex((line) => line.includes('"index":1}'));
    return { lines: lines.toSpliced(revision, 1), revision };
  },
  'idempotency-keys': () => {
    const { key } = (JSON.parse(lines[found('CreditsAllocated')]!) as EventOf<EventType>).command;
    return changed('CreditsRedeemed', (event) => (event.command.key = key));
  },
  accesses: () => changed('CreditsRedeemed', (event) => (event.by.access = 'acc_0123456789abcdef')),
  holders: () => changed('CardIssued', (event) => (event.data.memberId = NOBODY)),
  movements: () => changed('CreditsRedeemed', (event) => (event.data.credit = 'lapsed')),
  'zero-sum': () => changed('CreditsIssued', (event) => delete event.data.debit),
  'guarded-accounts': () => changed('CreditsRedeemed', (event) => (event.data.credits = '20')),
  'hours-given': () => changed('CreditsIssued', (event) => (event.data.carriedMinutes = 29)),
  reversals: () => changed('TransactionReversed', (event) => (event.data.credits = '2.75')),
  offers: () => changed('OfferPublished', (event) => (event.data.caps!.memberDay = 1)),
  bookings: () =>
    changed('HoldExpired', (event) => (event.recordedAt = '2026-06-10T09:01:00.000Z')),
  'clearing-accounts': () =>
    changed('NetworkLimitsChanged', (event) => (event.data.theyOweAtMost = '1')),
  'visit-references': () => changed('VisitRecorded', (event) => (event.data.reference = 'c-1'), 1),
  settlements: () => changed('TillSettled', (event) => (event.data.firstRevision += 1)),
  endings: () => changed('MemberClosed', (event) => (event.data.credits = '0.25')),
  suspensions: () => {
    const [closed, sold] = [found('MemberClosed'), lines.length];
    const { data } = JSON.parse(lines[closed]!) as EventOf<'MemberClosed'>;
    const sale = again('CreditsRedeemed', (event) => {
      (event as EventOf<'CreditsRedeemed'>).data.debit = `wallet:${data.memberId}`;
    });
    return { lines: sale.lines, revision: sold };
  },
};

t.test('every rule', async (t) => {
  const names = invariants().map(({ name }) => name);
  t.same(Object.keys(BROKEN).sort(), names.toSorted(), 'is broken here by some event');
});

for (const [rule, breakIt] of Object.entries(BROKEN)) {
  t.test(`an event that breaks ${rule}, with hashes and signature that fit`, async (t) => {
    const mirror = new Mirror(t.testdir());
    const broken = breakIt();
    await mirror.write(broken.lines);
    const told = await mirror.verify();
    t.equal(told.status, 1);
    const fault = told.faults.find((one) => one.rule === rule);
    t.ok(fault, 'is found');
    t.ok(fault!.expected !== '' && fault!.found !== '', `${fault?.expected}; ${fault?.found}`);
    t.notOk(
      told.faults.some((one) => ['checkpoints', 'tiles', 'form'].includes(one.rule)),
      'though nothing is wrong with the bytes',
    );
    if (['formats', 'offers', 'clearing-accounts'].includes(rule)) return;
    t.equal(fault!.revision, broken.revision, 'and is named by its revision');
  });
}

t.test('every figure that an event publishes', async (t) => {
  const figures: readonly (() => Broken)[] = [
    () => changed('CreditsIssued', (event) => (event.data.credits = '9')),
    () => changed('TransactionReversed', (event) => (event.data.issue!.carriedMinutes = 1), 3),
    () => changed('TillSettled', (event) => (event.data.credits = '2')),
    () => changed('TillSettled', (event) => (event.data.lastRevision -= 1)),
    () => changed('TillSettled', (event) => (event.data.number = 2)),
    () => changed('TillSettled', (event) => (event.data.pounds = '4.87')),
    () => changed('HoldCaptured', (event) => (event.data.released = '0.5')),
    () => changed('HoldCancelled', (event) => (event.data.held = '0.25')),
  ];
  for (const figure of figures) {
    const { lines: all, revision } = figure();
    const judge = new Judge();
    for (const [at, line] of all.entries()) {
      const event = JSON.parse(line) as EventOf<EventType>;
      const cited =
        event.type === 'TransactionReversed' ? Number(event.data.reverses.split('_')[1]) : 0;
      judge.take(at, event, JSON.parse(all[cited]!) as EventOf<EventType>);
    }
    const [first] = judge.findings;
    t.equal(first?.revision, revision, `${first?.expected}; ${first?.found}`);
  }
});

t.test('people who are merged in a circle are found, and nothing turns for ever', async (t) => {
  const { revision } = altered(lines, 'MembersMerged', () => undefined);
  const { from, into } = (JSON.parse(lines[revision]!) as EventOf<'MembersMerged'>).data;
  const circles = {
    'into oneself': { from: into, into },
    'back again': { from: into, into: from },
  };
  for (const [name, data] of Object.entries(circles)) {
    const broken = again('MembersMerged', (event) => {
      event.data = data;
    });
    const judge = new Judge();
    for (const [at, line] of broken.lines.entries()) {
      judge.take(at, JSON.parse(line) as EventOf<EventType>);
    }
    judge.end(broken.revision);
    const found = judge.findings.filter(({ invariant }) => invariant === 'endings');
    t.match(found, [{ revision: broken.revision, found: /circle/ }], name);
  }
});

t.test('a stream of format 3', async (t) => {
  const { revision } = altered(lines, 'CreditsRedeemed', () => undefined);
  const bare = altered(lines, 'CreditsRedeemed', (event) => delete event.salt);
  const judge = new Judge();
  bare.lines.forEach((line, at) => judge.take(at, JSON.parse(line) as EventOf<EventType>));
  const [finding] = judge.findings;
  t.match(finding, { invariant: 'formats', revision, found: 'none' }, 'has a salt in every event');
});

import fc from 'fast-check';
import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import type { Recorded } from '../../schemas/events/index.ts';
import {
  holderOf,
  kindOf,
  revisionIn,
  transactionIdAt,
  type Account,
  type MemberId,
  type OrganisationId,
} from '../../schemas/ids.ts';
import { guarded, movements, zeroSum } from '../../src/audit/model/balances.ts';
import { endings, suspensions } from '../../src/audit/model/endings.ts';
import { hoursGiven } from '../../src/audit/model/hours.ts';
import { Judge } from '../../src/audit/model/judge.ts';
import { reversals } from '../../src/audit/model/reversals.ts';
import { bookOf, decided, record, type Book } from '../support/given.ts';
import {
  allocation,
  brought,
  enrolled,
  hours,
  memberId,
  organisationId,
  pot,
  sale,
  venueId,
  wallet,
  world,
} from '../support/past.ts';
import { property } from '../support/property.ts';
import { TimeGiven } from '../support/timeGiven.ts';

/* Whatever is suspended, closed, merged and refunded, in whatever order. */

const MEMBERS = ['asha', 'ben', 'carol', 'dora', 'eve', 'finn'];
const GROUPS = ['garden', 'kitchen'];
const KINDS = [
  ...['sale', 'sale', 'issue', 'issue', 'gift', 'thanks', 'refund', 'refund', 'refund'],
  ...['suspend', 'reinstate', 'close', 'merge', 'merge', 'closeGroup', 'closeVenue'],
] as const;
type Draw = { kind: (typeof KINDS)[number]; one: number; two: number; amount: number };

const draws = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    one: fc.nat(99),
    two: fc.nat(99),
    amount: fc.integer({ min: 1, max: 9 }),
  }),
  { minLength: 20, maxLength: 80 },
);

function pick<T>(items: readonly T[], at: number): T {
  return items[at % items.length]!;
}

/** What a draw asks, of a book as it stands. */
function asked({ kind, one, two, amount }: Draw, { stream }: Book): Ask | undefined {
  const [name, other, group] = [pick(MEMBERS, one), pick(MEMBERS, two), pick(GROUPS, two)];
  const rests: Account[] = [...MEMBERS.map(wallet), ...GROUPS.map(pot), 'lapsed'];
  const credits = String(amount);
  switch (kind) {
    case 'sale':
      return sale(name, credits);
    case 'issue': {
      const activity = `a${two}`;
      const give = pick(['wallet', 'pot'] as const, two);
      const entries = [{ member: { memberId: memberId(name) }, minutes: amount * 25, give }];
      return hours({}, { organisationId: organisationId(group), activity, entries });
    }
    case 'gift':
      return moved(
        wallet(name),
        pick(rests.slice(0, -1), two),
        credits,
        pick(['gift', 'donation'], one),
      );
    case 'thanks':
      return two % 3 === 0
        ? moved(
            allocation(group, group === 'garden' ? 'health' : 'lottery'),
            pot(group),
            credits,
            'thanks',
          )
        : moved(pot(group), wallet(name), credits, 'thanks');
    case 'refund': {
      const able = stream.filter(({ event }) =>
        ['CreditsIssued', 'CreditsRedeemed', 'CreditsTransferred'].includes(event.type),
      );
      if (able.length === 0) return undefined;
      const { revision, event } = pick(able, one);
      const writeOff = two % 4 === 0;
      const transactionId = transactionIdAt(revision, event.command.id);
      return { type: 'ReverseTransaction', transactionId, reason: 'mistake', writeOff };
    }
    case 'suspend':
      return { type: 'SuspendMember', memberId: memberId(name) };
    case 'reinstate':
      return { type: 'ReinstateMember', memberId: memberId(name) };
    case 'close':
      return { type: 'CloseMember', memberId: memberId(name), restTo: pick(rests, two) };
    case 'merge':
      return { type: 'MergeMembers', from: memberId(name), into: memberId(other) };
    case 'closeGroup':
      if (amount > 3) return undefined;
      return {
        type: 'CloseOrganisation',
        organisationId: organisationId(group),
        potTo: pick(rests, one),
      };
    case 'closeVenue':
      return amount > 1 ? undefined : { type: 'CloseVenue', venueId: venueId('pool') };
  }
}

function moved(from: Account, to: Account, credits: string, reason: string): Ask {
  return {
    ...{ type: 'TransferCredits', entries: [{ from, to, credits }] },
    ...{ reason, agreed: 'card' },
  } as Ask;
}

/** Whether an account goes on, by what the ledger itself knows of its holder. */
function goesOn({ ledger }: Book, account: Account): boolean {
  const holder = holderOf(account);
  switch (kindOf(account)) {
    case 'wallet': {
      const { standing } = ledger.member.get(holder as MemberId)!;
      return standing === undefined || standing === 'suspended';
    }
    case 'pot':
    case 'allocation':
      return ledger.organisations.get(holder as OrganisationId)?.standing !== 'closed';
    default:
      return account === 'lapsed' || account === 'programme';
  }
}

const seen = new Map<string, number>();

/** Plays some draws, and tells the first thing that is not as it must be. */
function played(all: readonly Draw[]): string | undefined {
  const book = bookOf([
    ...world(),
    enrolled('eve', 'garden'),
    enrolled('finn'),
    ...MEMBERS.map((name) => brought(wallet(name), '9')),
  ]);
  for (const draw of all) {
    const ask = asked(draw, book);
    const decision = ask && decided(book, ask, 'system', {});
    if (decision?.outcome !== 'accepted') continue;
    record(book, decision.events);
    for (const event of decision.events) {
      seen.set(event.type, (seen.get(event.type) ?? 0) + 1);
      if (event.type !== 'TransactionReversed' || event.data.credit === undefined) continue;
      if (!goesOn(book, event.data.credit)) return `a refund to ${event.data.credit}`;
      const original = book.stream[revisionIn(event.data.reverses)]!.event.data as object;
      if (!Object.values(original).includes(event.data.credit)) seen.set('onward', 1);
    }
  }
  const balances = [...(book.ledger.balances as Map<Account, number>)];
  const left = balances.find(([account, balance]) => {
    return ['wallet', 'pot', 'allocation'].includes(kindOf(account)) && !goesOn(book, account)
      ? balance !== 0
      : false;
  });
  if (left !== undefined) return `${left[1]} left in ${left[0]}`;
  return judged(book.stream);
}

function judged(stream: readonly Recorded[]): string | undefined {
  const timeGiven = new TimeGiven();
  for (const { event } of stream) timeGiven.take(event);
  if (timeGiven.broken().length > 0) return `hours given by ${timeGiven.broken().join()}`;
  const judge = new Judge([
    ...[zeroSum(), guarded(), movements(), hoursGiven(), reversals()],
    ...[endings(), suspensions()],
  ]);
  for (const { revision, event } of stream) {
    const original =
      event.type === 'TransactionReversed'
        ? stream[revisionIn(event.data.reverses)]!.event
        : undefined;
    judge.take(revision, event, original);
    const [found] = judge.findings;
    if (found === undefined) continue;
    return `${revision} ${event.type}: ${found.invariant}: ${found.expected}; ${found.found}`;
  }
  return undefined;
}

t.test('whatever is closed, merged and refunded', async (t) => {
  property(
    t,
    'all sums to zero, nothing is left where something ended, every refund ends where one goes on',
    draws,
    (all) => {
      const wrong = played(all);
      if (wrong !== undefined) throw new Error(wrong);
      return true;
    },
    300,
  );
  for (const type of ['MemberClosed', 'MembersMerged', 'OrganisationClosed', 'onward']) {
    t.ok(seen.has(type), `which was seen: ${type}`);
  }
});

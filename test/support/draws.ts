import fc from 'fast-check';
import type { Ask, Bearer, Command, IssueCredits } from '../../schemas/commands.ts';
import { canonical } from '../../schemas/canonical.ts';
import { bodyDigest, keyDigest } from '../../schemas/digest.ts';
import type {
  AccessId,
  CardId,
  HoldId,
  MemberId,
  OfferId,
  OrganisationId,
  TransactionId,
  VenueId,
} from '../../schemas/ids.ts';
import { isLifecycle, LIFECYCLE_KINDS, lifecycleAsk, type Picks } from './drawsLifecycle.ts';
import { freeIn } from './modelBookings.ts';
import {
  balanceOf,
  dayInLondon,
  daysBefore,
  endOfWay,
  type Books,
  type Transaction,
} from './modelBooks.ts';
import { hashOf, idOf } from './names.ts';

/**
 * Random commands. A draw is a kind and some numbers; what the numbers choose is settled when its
 * turn comes, among what is registered by then, so that most commands mean something.
 */
export const KINDS = {
  ...{ issue: 12, redeem: 20, reverse: 12, transfer: 9, correct: 8, retry: 3, clash: 1, void: 4 },
  ...{ allocate: 2, returnAllocation: 2, bring: 3, rules: 2, enrol: 2, join: 1, card: 2 },
  ...{ venue: 1 },
  ...{ revokeCard: 3, grant: 2, revokeAccess: 1, raise: 1 },
  ...{ offer: 4, withdraw: 2, hold: 16, capture: 8, cancel: 2 },
  ...{ settle: 6, agree: 1, network: 1, limits: 2, visit: 7 },
  ...LIFECYCLE_KINDS,
};
export type Kind = keyof typeof KINDS;

export type Draw = { readonly kind: Kind; readonly numbers: readonly number[] };

const kind = fc.oneof(
  ...Object.entries(KINDS).map(([name, weight]) => ({
    arbitrary: fc.constant(name as Kind),
    weight,
  })),
);

export const draw: fc.Arbitrary<Draw> = fc.record({
  kind,
  numbers: fc.array(fc.nat(9999), { minLength: 16, maxLength: 16, size: 'max' }),
});

/** Whether a list of hours is previewed before it is sent, or without being sent at all. */
export function previewOf({ kind, numbers }: Draw): 'and do' | 'alone' | undefined {
  if (kind !== 'issue' && kind !== 'correct') return undefined;
  return ([undefined, undefined, undefined, 'and do', 'alone'] as const)[numbers[0]! % 5];
}

const MINUTES = [0, 10, 20, 25, 30, 45, 60, 75, 90, 120, 150, 180, 200, 241];
const CREDITS = ['0.25', '0.5', '1', '1', '1.5', '2', '3', '12', '51'];
const DAYS_AGO = [0, 0, 0, 0, 0, 0, 1, 1, 2, 31, 32, -1];
const OCCURRED_MS = [-60_000, 60_000, 120_000, 120_001, -86_400_000, -172_800_000, -259_200_000];
const REASONS = ['gift', 'gift', 'donation', 'thanks', 'trip', 'bequest'] as const;
const WAYS = [
  ['wallet', 'wallet', 'gift'],
  ['wallet', 'pot', 'donation'],
  ['wallet', 'pot', 'trip'],
  ['pot', 'wallet', 'thanks'],
  ['allocation', 'pot', 'trip'],
] as const;
const FUNDS = ['a', 'a', 'b', 'c'];
/** What a rule may be changed to. */
const MOVEMENT_MAX = 100_000_000;
const RULES = [
  ...([{ creditStep: '1' }, { creditStep: '0.5' }, { creditStep: '0.25' }] as const),
  ...[{ issueBackdatingDays: 31 }, { issueBackdatingDays: 3 }, { redemptionBackdatingDays: 0 }],
  ...[{ redemptionBackdatingDays: 2 }, { memberDayMinutes: 240 }, { memberDayMinutes: 180 }],
  ...[{ longestHoldDays: 31 }, { longestHoldDays: 1 }, { largestRedemption: '2' }],
  ...[{ largestRedemption: '50' }],
];
const NOBODY: MemberId = idOf('mem', 'nobody');
const NOBODY_HAS: AccessId = idOf('acc', 'unknown');

/** Turns draws into commands, against the books as they are. */
export class Resolver {
  readonly #books: Books;
  readonly #sent: Command[] = [];
  #numbers: readonly number[] = [];
  #used = 0;

  constructor(books: Books) {
    this.#books = books;
  }

  /** @param knownCards cards that a client can know of: issued before this batch */
  resolve({ kind, numbers }: Draw, now_ms: number, knownCards: readonly string[]): Command {
    this.#numbers = numbers;
    this.#used = 0;
    const id = idOf('cmd', `command ${this.#sent.length}`);
    if ((kind === 'retry' || kind === 'clash') && this.#keyed().length > 0) {
      const earlier = this.#pick(this.#keyed());
      const body = kind === 'retry' ? earlier.body : hashOf('another body');
      return this.#note({ ...earlier, id, body });
    }
    const older = this.#books.format < 3 && this.#number(6) === 0;
    const { ask, by } = this.#ask(older ? 'raise' : kind, now_ms, knownCards);
    if (this.#number(10) < 3) return this.#note({ id, by, ask });
    const scope = this.#scope(by);
    const late = ask.type === 'RedeemCredits' && this.#number(5) === 0;
    const name = late ? `late ${this.#number(3)}` : `key ${this.#sent.length}`;
    const body = bodyDigest(ask.type, JSON.parse(canonical(ask)));
    return this.#note({ id, by, ask, key: keyDigest(scope, name), body });
  }

  #note(command: Command): Command {
    this.#sent.push(command);
    return command;
  }

  #keyed(): Command[] {
    return this.#sent.filter(({ key }) => key !== undefined);
  }

  #scope(by: Command['by']): string {
    return this.#books.accesses[by]?.organisation ?? 'network';
  }

  #number(below: number): number {
    this.#used += 1;
    return this.#numbers[this.#used % this.#numbers.length]! % below;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#number(list.length)]!;
  }

  #organisation(): OrganisationId {
    return this.#pick(Object.keys(this.#books.organisations)) as OrganisationId;
  }

  /** Mostly one that is not closed, with whose it is. */
  #venue(): [VenueId, string] {
    const all = Object.entries(this.#books.venues);
    const open = all.filter(([id]) => this.#books.standings[id]?.standing !== 'closed');
    const some = open.length === 0 || this.#number(10) === 0 ? all : open;
    const used = this.#books.uses.map(({ offer }) => this.#books.offers[offer]!.terms.venueId);
    const again = some.filter(([id]) => used.includes(id as VenueId));
    const fitting = again.length > 0 && this.#number(3) > 0 ? again : some;
    return this.#pick(fitting) as [VenueId, string];
  }

  #earnGroup(): OrganisationId {
    const groups = Object.entries(this.#books.organisations);
    const earn = groups.filter(([, { roles }]) => roles.includes('earn'));
    return this.#pick(this.#number(12) === 0 ? groups : earn)[0] as OrganisationId;
  }

  #member(): MemberId {
    if (this.#number(25) === 0) return NOBODY;
    const { members, mergedInto } = this.#books;
    const merged = [...Object.keys(mergedInto), ...Object.values(mergedInto)];
    const some = merged.length > 0 && this.#number(2) === 0 ? merged : Object.keys(members);
    return this.#pick(some) as MemberId;
  }

  /** Who has a card mostly shows it. */
  #bearer(cards: readonly string[]): Bearer {
    if (this.#number(20) === 0) {
      return { cardHmac: this.#pick([...cards, hashOf('unknown card')]) };
    }
    const memberId = this.#member();
    const own = cards.filter((hmac) => this.#books.cards[hmac]?.member === memberId);
    if (own.length === 0 || this.#number(6) === 0) return { memberId };
    return { cardHmac: this.#pick(own) };
  }

  #picks(): Picks {
    return {
      number: (below) => this.#number(below),
      pick: (list) => this.#pick(list),
      member: () => this.#member(),
      organisation: () => this.#organisation(),
      venue: () => this.#venue()[0],
      access: () => this.#access(),
      books: this.#books,
      by: (role) => this.#by(role),
    };
  }

  #access(): AccessId {
    if (this.#number(8) === 0) return idOf('acc', 'unknown');
    const all = Object.entries(this.#books.accesses);
    const revoked = all.filter(([, access]) => access.revoked);
    const some = revoked.length > 0 && this.#number(5) === 0 ? revoked : all;
    return this.#pick(some)[0] as AccessId;
  }

  /** Mostly somebody who may, sometimes anybody. */
  #by(role: string, organisation?: string): AccessId {
    const accesses = Object.entries(this.#books.accesses);
    const able = accesses.filter(
      ([, access]) =>
        access.role === role &&
        (this.#number(40) === 0 || (!access.revoked && !access.suspended)) &&
        (!organisation || access.organisation === organisation),
    );
    const fitting = this.#number(14) === 0 || able.length === 0 ? accesses : able;
    return this.#pick(fitting)[0] as AccessId;
  }

  /** Any account, or one of a kind; a pot that goes with an allocation is the same group's. */
  #account(kind?: string, beside?: string): string {
    const [with_, holder] = beside?.split(':') ?? [];
    const same = kind === 'pot' && with_ === 'allocation';
    const organisation = same ? (holder as OrganisationId) : this.#organisation();
    if (kind === 'allocation') return this.#pick(this.#allocations());
    const account = { wallet: 0, pot: 6 }[kind ?? ''] ?? this.#number(12);
    if (account < 6) return `wallet:${this.#member()}`;
    if (account < 9) return `pot:${organisation}`;
    if (account < 10) return `till:${this.#pick(Object.keys(this.#books.venues))}`;
    return account < 11 ? `allocation:${organisation}:${this.#pick(FUNDS)}` : 'programme';
  }

  #allocations(): string[] {
    return Object.entries(this.#books.funds).flatMap(([organisation, funds]) =>
      Object.keys(funds).map((fund) => `allocation:${organisation}:${fund}`),
    );
  }

  /** Often all that there is, so that much is spent and little is left to take back. */
  #creditsFrom(account: string): string {
    const has = balanceOf(this.#books, account);
    return has > 0 && this.#number(2) === 0 ? String(has / 100) : this.#pick(CREDITS);
  }

  #ask(kind: Kind, now_ms: number, cards: readonly string[]): { ask: Ask; by: Command['by'] } {
    if (isLifecycle(kind)) return lifecycleAsk(kind, this.#picks());
    switch (kind) {
      case 'issue':
        return this.#issue(now_ms, cards, false);
      case 'correct':
        return this.#issue(now_ms, cards, true);
      case 'redeem':
        return this.#redeem(now_ms, cards);
      case 'reverse':
        return this.#reverse();
      case 'raise':
        return this.#raise();
      case 'offer':
      case 'withdraw':
        return this.#offer(kind);
      case 'hold':
        return this.#hold(now_ms, cards);
      case 'capture':
      case 'cancel':
        return this.#endHold(kind, now_ms, cards);
      case 'transfer':
        return this.#transfer();
      case 'void': {
        const by = this.#by('partner');
        const names = [...this.#keyed().map(({ key }) => key!)];
        const late = keyDigest(this.#scope(by), `late ${this.#number(3)}`);
        const voids = this.#pick([...names.slice(-4), late, late]);
        return { by, ask: { type: 'VoidKey', voids } };
      }
      case 'bring':
        return this.#bring();
      case 'rules':
        return {
          by: this.#by('admin'),
          ask: { type: 'ChangeRules', rules: this.#pick(RULES) },
        };
      case 'settle':
      case 'agree':
        return this.#settle(kind, now_ms);
      case 'network':
      case 'limits':
        return this.#network(kind);
      case 'visit':
        return this.#visit(now_ms, cards);
      default:
        return this.#register(kind);
    }
  }

  /** Now and then as much in a till as one movement carries, twice. */
  #bring(): { ask: Ask; by: AccessId } {
    const tills = Object.keys(this.#books.venues).map((id) => `till:${id}`);
    const till = { account: this.#pick(tills), credits: '1000000' };
    const entries =
      this.#number(4) === 0
        ? [till, till]
        : [{ account: this.#account(), credits: this.#pick(CREDITS) }];
    return { by: this.#by('admin'), ask: { type: 'BringForward', entries } };
  }

  /** Mostly to the next format; or the ledger is opened once more. */
  #raise(): { ask: Ask; by: Command['by'] } {
    if (this.#number(4) === 0) {
      const admin = { accessId: NOBODY_HAS, keyHash: hashOf('key'), label: 'admin' };
      const rules = this.#books.rules!;
      const terms = { network: 'medway', timeZone: 'Europe/London', rules, admin };
      return { by: 'system', ask: { type: 'OpenLedger', ...terms } };
    }
    const next = this.#books.format + 1;
    const format = this.#pick([next, next, next, next - 1, next + 1]);
    return { by: this.#by('admin'), ask: { type: 'RaiseFormat', format } };
  }

  #issue(now_ms: number, cards: readonly string[], corrects: boolean) {
    const issues = this.#books.transactions.filter(({ hours }) => hours !== undefined);
    if (!corrects && issues.length > 0 && this.#number(4) === 0) return this.#sameHours(issues);
    const original = corrects && issues.length > 0 ? this.#pick(issues) : undefined;
    const organisationId =
      (original?.organisation as OrganisationId | undefined) ?? this.#earnGroup();
    const entries = Array.from({ length: 1 + this.#number(corrects ? 2 : 3) }, () => ({
      member:
        original !== undefined && this.#number(3) > 0
          ? { memberId: original.hours!.member as MemberId }
          : this.#bearer(cards),
      minutes: this.#pick(MINUTES),
      give: this.#pick([undefined, undefined, undefined, 'wallet', 'pot', 'none'] as const),
      again: this.#pick([undefined, undefined, undefined, true, false]),
    }));
    const sheet = { reference: 'sheet', sha256: String(this.#number(3)).repeat(64) };
    const ask: IssueCredits = {
      type: 'IssueCredits',
      organisationId,
      occurredOn:
        original !== undefined && this.#number(5) > 0
          ? original.hours!.day
          : daysBefore(dayInLondon(now_ms), this.#pick(DAYS_AGO)),
      activity: this.#pick(['weeding', 'digging', 'cooking', 'driving']),
      fund: this.#number(4) === 0 ? this.#pick(FUNDS) : undefined,
      sheet: this.#number(3) === 0 ? sheet : undefined,
      corrects: original && [original.id as TransactionId],
      entries,
    };
    const by = this.#number(3) === 0 ? this.#by('admin') : this.#by('coordinator', organisationId);
    return { by, ask };
  }

  /** Hours that were issued before, as if a sheet had been typed in twice. */
  #sameHours(issues: readonly Transaction[]): { ask: Ask; by: AccessId } {
    const { hours, organisation } = this.#pick(issues);
    const { member, day, activity, minutes, sheet } = hours!;
    const organisationId = organisation as OrganisationId;
    const again = this.#pick([undefined, undefined, true]);
    const ask: Ask = {
      ...{ type: 'IssueCredits', organisationId, activity, occurredOn: day },
      sheet: sheet === undefined ? undefined : { reference: 'sheet', sha256: sheet },
      entries: [{ member: { memberId: member as MemberId }, minutes, again }],
    };
    return { by: this.#by('coordinator', organisationId), ask };
  }

  #redeem(now_ms: number, cards: readonly string[]): { ask: Ask; by: AccessId } {
    const [venueId, owner] = this.#venue();
    const occurred = this.#number(5) === 0 ? now_ms + this.#pick(OCCURRED_MS) : undefined;
    const strangers = this.#toStrangers(this.#books.transactions);
    if (strangers.length > 0 && this.#number(5) === 0) {
      const wallet = this.#pick(strangers).to!;
      const member = { memberId: wallet.slice('wallet:'.length) as MemberId };
      const credits = String(Math.max(freeIn(this.#books, wallet), 25) / 100);
      return { by: this.#by('admin'), ask: { type: 'RedeemCredits', venueId, member, credits } };
    }
    const member = this.#bearer(cards);
    const ask: Ask = {
      type: 'RedeemCredits',
      venueId,
      member,
      ...this.#price(venueId, 'memberId' in member ? `wallet:${member.memberId}` : ''),
      occurredAt: occurred === undefined ? undefined : new Date(occurred).toISOString(),
    };
    return { by: this.#by('partner', owner), ask };
  }

  /** An offer of the venue, if it has any, or an amount of the till's own choosing. */
  #price(venueId: string, account: string) {
    const own = Object.entries(this.#books.offers).filter(
      ([, { terms, withdrawn }]) =>
        (terms.venueId === venueId && (!withdrawn || this.#number(2) === 0)) ||
        this.#number(20) === 0,
    );
    if (own.length === 0 || this.#number(4) === 0) {
      return { credits: this.#number(3) === 0 ? this.#creditsFrom(account) : this.#pick(CREDITS) };
    }
    const used = own.filter(([id]) => this.#books.uses.some(({ offer }) => offer === id));
    const some = used.length > 0 && this.#number(3) > 0 ? used : own;
    const [offerId] = this.#pick(some) as [OfferId, unknown];
    const party = this.#pick([
      ...[undefined, undefined, undefined, undefined],
      ...[
        [2, 0],
        [1, 1],
        [1, 2],
        [0, 1],
        [4, 4],
      ],
    ]);
    return party === undefined
      ? { offerId }
      : { offerId, party: { adults: party[0]!, under16s: party[1]! } };
  }

  #offer(kind: 'offer' | 'withdraw'): { ask: Ask; by: AccessId } {
    const offers = Object.keys(this.#books.offers) as OfferId[];
    const [venueId, owner] = this.#venue();
    const by = this.#by('partner', owner);
    if (kind === 'withdraw') {
      const offerId = this.#pick([...offers, idOf('off', 'unknown')]);
      return { by, ask: { type: 'WithdrawOffer', offerId } };
    }
    const ask: Ask = {
      ...{
        type: 'PublishOffer',
        venueId: venueId,
        title: 'Swim',
        restrictions: 'None.',
      },
      adultCredits: this.#pick(['0.25', '0.25', '0.5', '1']),
      under16Credits: this.#pick(['0', '0.25']),
      largestParty: this.#pick([1, 4, 8]),
      validFrom: this.#pick([undefined, undefined, '2026-03-29', '2026-10-26']),
      validTo: this.#pick([undefined, undefined, undefined, '2026-03-30', '2027-01-01']),
      times: this.#pick([
        undefined,
        undefined,
        [{ days: ['sat', 'sun', 'mon'], from: '00:30', to: '24:00' }],
        [
          { days: ['sun', 'thu', 'fri'], from: '00:00', to: '01:30' },
          { days: ['sun', 'thu', 'fri'], from: '01:00', to: '23:30' },
        ],
      ]),
      exceptDates: this.#pick([undefined, undefined, ['2026-10-25'], ['2026-12-31']]),
      caps: this.#pick([
        undefined,
        { memberDay: 1 },
        { memberMonth: 1 },
        { venueDayCredits: '1' },
        { slotPlaces: 2 },
        { memberDay: 2, memberMonth: 3, venueDayCredits: '4', slotPlaces: 6 },
      ]),
    };
    return { by, ask };
  }

  #hold(now_ms: number, cards: readonly string[]): { ask: Ask; by: AccessId } {
    const ofPot = this.#number(3) === 0 ? this.#earnGroup() : undefined;
    const venues = Object.entries(this.#books.venues);
    const own = venues.filter(([, owner]) => owner === ofPot);
    const [venueId, owner] =
      own.length > 0 && this.#number(2) === 0 ? this.#pick(own) : this.#venue();
    const member = this.#bearer(cards);
    const account = 'memberId' in member ? `wallet:${member.memberId}` : '';
    const hour_ms = 3_600_000;
    const visit = this.#pick([...Array<undefined>(16), -1, 0.5, 10, 30, 24 * 31, 24 * 400]);
    const expires = this.#pick([...Array<undefined>(16), -1, 0.1, 1, 20, 20, 24 * 92.5]);
    const at = (hours: number | undefined) =>
      hours === undefined ? undefined : new Date(now_ms + hours * hour_ms).toISOString();
    const ask: Ask = {
      ...{ type: 'HoldCredits', venueId: venueId as VenueId },
      ...(ofPot === undefined ? { member } : { potOf: ofPot }),
      ...this.#price(venueId, ofPot === undefined ? account : `pot:${ofPot}`),
      ...{ visitAt: at(visit), expiresAt: at(expires) },
    };
    const by = ofPot === undefined ? this.#by('partner', owner) : this.#by('coordinator', ofPot);
    return { by, ask };
  }

  #endHold(
    kind: 'capture' | 'cancel',
    now_ms: number,
    cards: readonly string[],
  ): { ask: Ask; by: AccessId } {
    const all = Object.entries(this.#books.holds);
    const open = all.filter(([, { ended }]) => ended === undefined);
    const hardly = all.length === 0 ? 8 : 2;
    if (open.length === 0 && this.#number(hardly) > 0) return this.#hold(now_ms, cards);
    const unknown = `hld_9_${NOBODY.slice(4)}`;
    const some = this.#number(6) > 0 && open.length > 0 ? open : all;
    const [holdId, found] = some.length === 0 ? [unknown, undefined] : this.#pick(some);
    const owner = found && this.#books.venues[found.venue];
    const by = this.#by('partner', owner);
    if (kind === 'cancel') return { by, ask: { type: 'CancelHold', holdId: holdId as HoldId } };
    const half = found && found.amount > 1 ? String(Math.floor(found.amount / 2) / 100) : '1';
    const credits = this.#pick([undefined, undefined, half, half, '51', this.#pick(CREDITS)]);
    return { by, ask: { type: 'CaptureHold', holdId: holdId as HoldId, credits } };
  }

  #settle(kind: 'settle' | 'agree', now_ms: number): { ask: Ask; by: AccessId } {
    const venues = Object.keys(this.#books.venues) as VenueId[];
    const full = venues.filter((id) => balanceOf(this.#books, `till:${id}`) > MOVEMENT_MAX);
    const venueId = this.#pick(full.length > 0 && this.#number(2) === 0 ? full : venues);
    const by = this.#by('admin');
    if (kind === 'agree') {
      const poundsPerCredit = this.#pick(['4.5', '0.3333', '0', '12.005']);
      return { by, ask: { type: 'AgreeReimbursement', venueId, poundsPerCredit } };
    }
    const to = daysBefore(dayInLondon(now_ms), this.#pick([0, 1, 1, 1, 1, 2, 3]));
    return { by, ask: { type: 'SettleTill', venueId, to } };
  }

  #network(kind: 'network' | 'limits'): { ask: Ask; by: AccessId } {
    const type = kind === 'network' ? 'RegisterNetwork' : 'ChangeNetworkLimits';
    const network = this.#pick(['cardiff', 'cardiff', 'leeds', 'leeds', 'medway']);
    const before = this.#books.networks[network];
    if (kind === 'limits' && before !== undefined && this.#number(4) === 0) {
      const [theyOweAtMost, weOweAtMost] = [String(before.they / 100), String(before.we / 100)];
      return { by: this.#by('admin'), ask: { type, network, theyOweAtMost, weOweAtMost } };
    }
    const theyOweAtMost = this.#pick(['0.5', '2', '6']);
    const weOweAtMost = this.#pick(['0.5', '1', '6']);
    return { by: this.#by('admin'), ask: { type, network, theyOweAtMost, weOweAtMost } };
  }

  #visit(now_ms: number, cards: readonly string[]): { ask: Ask; by: AccessId } {
    const known = Object.keys(this.#books.networks);
    const unknown = known.length === 0 || this.#number(12) === 0;
    const network = this.#pick(unknown ? ['bristol'] : known);
    const used = this.#books.visits.flatMap((visit) => {
      const [of, reference = ''] = visit.split(' ');
      return of === network ? [reference] : [];
    });
    const twice = this.#number(4) === 0 ? 'visit-twice' : undefined;
    const venues = Object.keys(this.#books.venues) as VenueId[];
    const lines = Array.from({ length: 1 + this.#number(2) }, () => {
      const day = daysBefore(dayInLondon(now_ms), this.#pick(DAYS_AGO));
      const time = new Date(now_ms + this.#pick(OCCURRED_MS)).toISOString();
      return {
        credits: this.#pick(['0.25', '0.5', '0.5', '1', '3']),
        reference: twice ?? this.#pick([`visit-${this.#number(9999)}`, ...used.slice(0, 1)]),
        ...this.#pick([{ occurredOn: day }, { occurredOn: day }, { occurredAt: time }]),
        ...this.#pick([
          { direction: 'here' as const, venueId: this.#pick(venues) },
          { direction: 'away' as const, member: this.#bearer(cards) },
        ]),
      };
    });
    return { by: this.#by('admin'), ask: { type: 'RecordVisit', network, visits: lines } };
  }

  #reverse() {
    const { transactions } = this.#books;
    const able = transactions.filter(({ kind }) => kind !== 'other' && kind !== 'settlement');
    const some = able.length === 0 || this.#number(12) === 0 ? transactions : this.#telling(able);
    const original = some.length === 0 ? undefined : this.#pick(some);
    const unit = this.#number(10);
    const inMinutes = (original?.kind === 'issue') === unit > 0;
    const part = this.#number(2) === 0;
    const ask: Ask = {
      type: 'ReverseTransaction',
      transactionId: (original?.id ?? `txn_9999_${NOBODY.slice(4)}`) as TransactionId,
      reason: 'mistake',
      credits: part && !inMinutes ? this.#pick(CREDITS) : undefined,
      minutes: part && inMinutes ? 1 + this.#number(60) : undefined,
      writeOff: this.#number(4) === 0 ? true : undefined,
    };
    const theirs = original?.kind === 'redemption' ? 'partner' : 'coordinator';
    const ofNobody = original !== undefined && original.organisation === undefined;
    const role = ofNobody ? 'admin' : this.#pick(['admin', theirs, theirs]);
    return { by: this.#by(role, role === 'admin' ? undefined : original?.organisation), ask };
  }

  /** Often those whose sides have become one account, or whose credits are spent. */
  #telling(able: readonly Transaction[]): readonly Transaction[] {
    const books = this.#books;
    const left = able.filter(({ left }) => left > 0);
    const moot = left.filter(({ from = '', to = '' }) => endOfWay(books, from) === to);
    if (moot.length > 0 && this.#number(5) > 0) return moot;
    const spent = left.filter(
      ({ left, to = '' }) => to.startsWith('wallet') && freeIn(books, to) < left,
    );
    const hidden = this.#toStrangers(spent);
    if (hidden.length > 0 && this.#number(3) > 0) return hidden;
    return spent.length > 0 && this.#number(3) === 0 ? spent : able;
  }

  /** Those that gave something to a member of another group. */
  #toStrangers(given: readonly Transaction[]): Transaction[] {
    return given.filter(({ organisation = '', left, to = '' }) => {
      const member = this.#books.members[to.slice('wallet:'.length)];
      return left > 0 && member !== undefined && !member.groups.includes(organisation);
    });
  }

  #transfer() {
    const [kind, other, why] = this.#pick(WAYS);
    const odd = this.#number(5) === 0;
    const first = this.#account(kind);
    const entries = Array.from({ length: 1 + this.#number(2) }, () => {
      const from = this.#number(3) === 0 ? this.#account(odd ? undefined : kind) : first;
      const to = this.#account(odd ? undefined : other, from);
      return { from, to, credits: this.#creditsFrom(from) };
    });
    const agreed = this.#number(8) === 0 ? undefined : ('card' as const);
    const reason = odd ? this.#pick(REASONS) : why;
    const ask: Ask = { type: 'TransferCredits', entries, reason, agreed };
    return { by: this.#by(this.#pick(['coordinator', 'admin', 'admin'])), ask };
  }

  #register(kind: Kind): { ask: Ask; by: AccessId } {
    const admin = this.#by('admin');
    const coordinator = this.#by('coordinator');
    const organisationId = this.#organisation();
    const fund = this.#pick(FUNDS);
    const credits = this.#pick(CREDITS);
    switch (kind) {
      case 'allocate': {
        const lastDay = this.#pick([undefined, '2026-03-30', '2026-10-26', '2027-01-01']);
        const firstDay = this.#pick([...Array<undefined>(5), '2026-03-30', '2026-10-26']);
        const days = { firstDay, lastDay };
        const ask = { type: 'AllocateCredits', organisationId, fund, credits, ...days } as const;
        return { by: admin, ask };
      }
      case 'returnAllocation': {
        const account = `allocation:${organisationId}:${fund}`;
        const returned = this.#creditsFrom(account);
        const ask = { type: 'ReturnAllocation', organisationId, fund, credits: returned } as const;
        return { by: admin, ask };
      }
      case 'venue': {
        const openAmounts = this.#number(2) === 0 ? true : undefined;
        return {
          by: admin,
          ask: { type: 'RegisterVenue', organisationId, name: 'Gym', openAmounts },
        };
      }
      case 'enrol':
        return { by: coordinator, ask: { type: 'EnrolMember' } };
      case 'join':
        return { by: coordinator, ask: { type: 'AddMembership', member: this.#bearer([]) } };
      case 'card': {
        const drawn = Object.keys(this.#books.cards);
        const fresh = hashOf(`card ${this.#sent.length}`);
        const hmac = this.#pick([fresh, fresh, fresh, ...drawn.slice(0, 1)]);
        return { by: coordinator, ask: { type: 'IssueCard', memberId: this.#member(), hmac } };
      }
      case 'revokeCard': {
        const cards = Object.values(this.#books.cards);
        const revoked = cards.filter((card) => card.revoked);
        const some = revoked.length > 0 && this.#number(3) === 0 ? revoked : cards;
        const cardId = this.#pick([...some.map(({ id }) => id), idOf('crd', 'unknown')]) as CardId;
        const by = this.#number(2) === 0 ? admin : coordinator;
        return { by, ask: { type: 'RevokeCard', cardId } };
      }
      case 'revokeAccess': {
        return { by: admin, ask: { type: 'RevokeAccess', accessId: this.#access() } };
      }
      default:
        return { by: admin, ask: this.#grant(organisationId) };
    }
  }

  #grant(organisationId: OrganisationId): Ask {
    const role = this.#pick(['admin', 'coordinator', 'coordinator', 'partner'] as const);
    const alone = role === 'admin' ? this.#number(6) > 0 : this.#number(6) === 0;
    const accessId = this.#pick([
      idOf('acc', `access ${this.#sent.length}`),
      ...(Object.keys(this.#books.accesses) as AccessId[]).slice(0, 1),
    ]);
    return {
      ...{ type: 'GrantAccess', accessId, keyHash: hashOf('key'), role, label: 'new' },
      organisationId: alone ? undefined : organisationId,
      memberId: role === 'coordinator' && this.#number(2) === 0 ? this.#member() : undefined,
      expiresOn: this.#pick([undefined, '2026-03-29', '2026-12-31']),
    };
  }
}

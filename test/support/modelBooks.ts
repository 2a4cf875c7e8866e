import type { Bearer, Command, PublishOffer } from '../../schemas/commands.ts';
import type { Rules } from '../../schemas/events/ledger.ts';
import type { RefusalCode } from '../../schemas/refusals.ts';

/** The books of the naive ledger, and what all of its rules use. */
export type Books = {
  /** How many events there are. */
  events: number;
  /** The day of the last event. */
  lastDay: string;
  /** What the stream may hold: what came with a later format waits until it is raised. */
  format: number;
  rules: Rules | undefined;
  organisations: Record<string, { roles: readonly string[] } & Stands>;
  venues: Record<string, string>;
  members: Record<string, { groups: string[]; enrolledBy?: string | undefined } & Stands>;
  /** How venues stand. */
  standings: Record<string, Stands>;
  /** Ids that answer for another member since a merge. */
  mergedInto: Record<string, string>;
  /** Where credits go on to that would come to a closed account. */
  goesTo: Record<string, string>;
  /** What a closing moved out of an account, and where that was then. */
  rests: Record<string, { moved: number; to: string }>;
  cards: Record<string, { id: string; member: string; revoked: boolean }>;
  accesses: Record<string, Access>;
  balances: Record<string, number>;
  funds: Record<string, Record<string, { first?: string | undefined; last?: string | undefined }>>;
  /** Credits that somebody's minutes have made and still count, in hundredths. */
  made: Record<string, number>;
  transactions: Transaction[];
  requests: Record<
    string,
    { body: string | undefined; first: number; count: number; role: string }
  >;
  voided: Record<string, number>;
  offers: Record<string, { terms: PublishOffer; withdrawn: boolean }>;
  /** Venues that take amounts of their own choosing beside their offers. */
  open: string[];
  uses: OfferUse[];
  holds: Record<string, Hold>;
  /** All that was ever recorded for a till, and how often it was settled. */
  tillEntries: { till: string; amount: number; day: string; at: number; settled: number }[];
  settlements: Settlement[];
  /** Pounds for a credit, by venue. */
  rates: Record<string, string>;
  /** Other networks: how much they may owe us and we them, in hundredths. */
  networks: Record<string, { they: number; we: number }>;
  /** Every visit's network and reference. */
  visits: string[];
};

/** A settlement as the stream must have it. */
type Settlement = {
  venueId: string;
  to: string;
  at: number;
  amount: number;
  firstRevision: number;
  lastRevision: number;
  number: number;
  rate?: string;
  pounds?: string;
};

type Stands = { standing?: 'suspended' | 'closed' | undefined };

/** One use of an offer; what was given back of it is taken off. */
export type OfferUse = {
  offer: string;
  member: string | undefined;
  day: string;
  slot: string;
  times: number;
  people: number;
  amount: number;
};

export type Hold = {
  account: string;
  venue: string;
  amount: number;
  expires_ms: number;
  use: OfferUse | undefined;
  organisation: string;
  at: number;
  ended: RefusalCode | undefined;
};

type Access = {
  role: string;
  organisation?: string | undefined;
  member?: string | undefined;
  expiresOn?: string | undefined;
  revoked: boolean;
  suspended?: boolean;
};

/** Something that moved credits or recorded minutes; `left` is what is not reversed yet. */
export type Transaction = {
  id: string;
  at: number;
  kind: 'issue' | 'redemption' | 'transfer' | 'visit' | 'settlement' | 'other';
  organisation: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  left: number;
  key?: string | undefined;
  hours?: Hours;
  use?: OfferUse | undefined;
};

/** One line of a list, with what it needs to be found and withdrawn again. */
export type Hours = {
  member: string;
  day: string;
  activity: string;
  minutes: number;
  /** Whose minutes these join: a wallet, or a member’s own at a pot; none without credit. */
  jar: string | undefined;
  sheet: string | undefined;
};

/** Who asks, and when. */
export type Caller = {
  role: string;
  organisation?: string | undefined;
  member?: string | undefined;
  command: Command;
  now_ms: number;
  today: string;
};

/** Nothing but the number of events, or why not. */
export type Ruling =
  { events: number } | { refused: RefusalCode; faults?: string[] } | { standing: number };

export function emptyBooks(): Books {
  return {
    ...{
      events: 0,
      lastDay: '',
      format: 0,
      rules: undefined,
      organisations: {},
      venues: {},
      members: {},
      cards: {},
    },
    ...{ accesses: {}, balances: {}, funds: {}, made: {}, transactions: [], requests: {} },
    ...{ voided: {}, offers: {}, open: [], uses: [], holds: {} },
    ...{ tillEntries: [], settlements: [], rates: {}, networks: {}, visits: [] },
    ...{ standings: {}, mergedInto: {}, goesTo: {}, rests: {} },
  };
}

/** The day in London in 2026 and around: the clocks went on in March and back in October. */
export function dayInLondon(now_ms: number): string {
  return new Date(now_ms + (isSummer(now_ms) ? 3_600_000 : 0)).toISOString().slice(0, 10);
}

function isSummer(now_ms: number): boolean {
  return (
    now_ms >= Date.parse('2026-03-29T01:00:00Z') && now_ms < Date.parse('2026-10-25T01:00:00Z')
  );
}

/** The instant at which a day begins in London. */
export function startInLondon(day: string): number {
  const noon = Date.parse(`${day}T12:00:00Z`);
  const hours = [-13, -12].find((hour) => dayInLondon(noon + hour * 3_600_000) === day)!;
  return noon + hours * 3_600_000;
}

/** What a clock in London shows. */
export function clockInLondon(now_ms: number) {
  const day = dayInLondon(now_ms);
  const shown = new Date(now_ms + (isSummer(now_ms) ? 3_600_000 : 0));
  const weekday = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][shown.getUTCDay()]!;
  return { day, time: shown.toISOString().slice(11, 16), weekday };
}

export function daysBefore(day: string, days: number): string {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() - days);
  return date.toISOString().slice(0, 10);
}

export function cents(credits: string): number {
  return Math.round(Number(credits) * 100);
}

export function balanceOf(books: Books, account: string): number {
  return books.balances[account] ?? 0;
}

export function actsFor(caller: Caller, organisation: string | undefined): boolean {
  if (caller.role === 'admin' || caller.role === 'system') return true;
  return organisation !== undefined && organisation === caller.organisation;
}

/** The same, for what is the business of one role of an organisation that may have both. */
export function actsAs(caller: Caller, role: string, organisation: string | undefined): boolean {
  return actsFor(caller, organisation) && ['admin', 'system', role].includes(caller.role);
}

export function knows(caller: Caller, groups: readonly string[]): boolean {
  return actsFor(caller, undefined) || groups.some((group) => actsFor(caller, group));
}

/** Who an id stands for by now. */
export function nameNow(books: Books, member: string): string {
  return books.mergedInto[member] ?? member;
}

/** Where credits end up that would come to an account. */
export function endOfWay(books: Books, account: string): string {
  const next = books.goesTo[account];
  return next === undefined ? account : endOfWay(books, next);
}

type Found = { member: string; shown: boolean } | { refused: RefusalCode };

/** The member that somebody names; one who was closed can do no more. */
export function whoIs(books: Books, bearer: Bearer): Found {
  const found = namedIn(books, bearer);
  const closed = 'member' in found && books.members[found.member]!.standing === 'closed';
  return closed ? { refused: 'member_closed' } : found;
}

/** The member that somebody names, by id or card. */
export function namedIn(books: Books, bearer: Bearer): Found {
  const shown = 'cardHmac' in bearer;
  let member: string;
  if (shown) {
    const card = books.cards[bearer.cardHmac];
    if (!card) return { refused: 'card_unknown' };
    if (card.revoked) return { refused: 'card_revoked' };
    member = card.member;
  } else {
    member = nameNow(books, bearer.memberId);
    if (!books.members[member]) return { refused: 'member_not_found' };
  }
  return { member, shown };
}

/** Whether a member who is not closed has a card. */
export function hasCard(books: Books, member: string): boolean {
  const cards = Object.values(books.cards).filter((card) => card.member === member);
  return books.members[member]!.standing !== 'closed' && cards.some(({ revoked }) => !revoked);
}

/** Whether a member has ever had a card, under whichever id. */
export function hadCard(books: Books, member: string): boolean {
  return Object.values(books.cards).some((card) => card.member === member);
}

/** Why a member, a venue with the organisation that has it, or an organisation may not. */
export function halted(
  books: Books,
  { member, venue, organisation }: { member?: string; venue?: string; organisation?: string },
): RefusalCode | undefined {
  const owner = organisation ?? books.venues[venue ?? ''];
  for (const [noun, stands] of [
    ['member', member && books.members[member]],
    ['venue', venue && books.standings[venue]],
    ['organisation', owner && books.organisations[owner]],
  ] as const) {
    if (stands && stands.standing) return `${noun}_${stands.standing}`;
  }
  return undefined;
}

export function forget(use: OfferUse | undefined): void {
  if (use) Object.assign(use, { times: 0, people: 0, amount: 0 });
}

export function shift(books: Books, from: string, to: string, amount: number): void {
  books.balances[from] = balanceOf(books, from) - amount;
  books.balances[to] = balanceOf(books, to) + amount;
}

/** Moves credits and writes the movement down as the next event of this command. */
export function move(
  books: Books,
  { command, today }: Caller,
  kind: Transaction['kind'],
  what: { from: string; to: string; credits: string; organisation?: string | undefined },
  index = 0,
): Transaction {
  const { from, to, organisation } = what;
  const amount = cents(what.credits);
  shift(books, from, to, amount);
  const at = books.events + index;
  for (const till of [from, to].filter((one) => one.startsWith('till') && kind !== 'settlement')) {
    const entry = { till, amount: till === to ? amount : -amount, day: today, at, settled: 0 };
    books.tillEntries.push(entry);
  }
  const key = index === 0 ? command.key : undefined;
  const id = `txn_${at}_${command.id.slice(4)}`;
  const transaction = { id, at, kind, organisation, from, to, left: amount, key };
  books.transactions.push(transaction);
  return transaction;
}

import type { Hundredths } from '../../schemas/amounts.ts';
import { FORMAT, type EventOf } from '../../schemas/events/index.ts';
import type { Rules } from '../../schemas/events/ledger.ts';
import type {
  AccessId,
  Account,
  CardId,
  Digest,
  HoldId,
  MemberId,
  OfferId,
  OrganisationId,
  VenueId,
} from '../../schemas/ids.ts';
import {
  calendarIn,
  dayStartsIn,
  wallClockIn,
  type Day,
  type WallTime,
} from '../../schemas/time.ts';
import type { Use } from './cap.ts';
import type { Access, Card, Member, Organisation, Past, Venue } from './registered.ts';
import {
  FlatIndex,
  FlatTable,
  ListedOverlay,
  Overlay,
  ShrinkingOverlay,
  type ShrinkingTable,
  OverlayIndex,
  type DigestIndex,
  type ListedTable,
  type Table,
} from './tables.ts';
import type { Unsettled } from './unsettled.ts';

export type {
  Access,
  Card,
  Joining,
  Member,
  Organisation,
  Past,
  Rest,
  Venue,
} from './registered.ts';

export type Offer = {
  /** A dense number, for flat tables. */
  readonly number: number;
  readonly terms: EventOf<'OfferPublished'>['data'];
  readonly withdrawn: boolean;
};
/** An open booking. */
export type Hold = {
  readonly id: HoldId;
  readonly account: Account;
  readonly venueId: VenueId;
  readonly amount: Hundredths;
  readonly expiresAt_ms: number;
  readonly use?: Use | undefined;
};
/** Bookings that expire in the same minute: the newest, and those before it. */
export type DueHolds = { readonly hold: number; readonly others?: DueHolds | undefined };
/** How a booking ended, in a flat table. */
export const ENDED = { captured: 1, cancelled: 2, expired: 3 } as const;
export type Fund = {
  readonly name: string;
  readonly firstDay?: Day | undefined;
  readonly lastDay?: Day | undefined;
};
/** What a venue's till has behind it; the rate is what is agreed in pounds for a credit. */
export type Till = { readonly settlements: number; readonly rate?: string };
export const NO_TILL: Till = { settlements: 0 };
/** What one member has given to one destination: minutes not withdrawn, and credits for them. */
export type Given = { readonly minutes: number; readonly credits: Hundredths };

/** What was agreed with another network: how much they may owe us, and we them. */
export type Network = { readonly theyOweAtMost: Hundredths; readonly weOweAtMost: Hundredths };

/** Everything that `decide` depends on. Names, words and history are for the projections. */
export type Ledger = {
  /** The revision of the last event, -1 before the first. */
  revision: number;
  recordedAt_ms: number;
  network: string;
  format: number;
  timeZone: string;
  calendar: (time_ms: number) => Day;
  wallClock: (time_ms: number) => WallTime;
  dayStart_ms: (day: Day) => number;
  rules: Rules | undefined;
  members: number;
  offerCount: number;
  /** How many members have used an offer that counts members' uses, summed over the offers. */
  pairs: number;
  /** Every booking that had to be used by then is over. */
  expiredTo_ms: number;
  /** Admin accesses that are neither revoked nor going to expire. */
  admins: number;
  readonly balances: Table<Account, Hundredths>;
  readonly organisations: Table<OrganisationId, Organisation>;
  readonly venues: Table<VenueId, Venue>;
  readonly venuesOf: Table<OrganisationId, readonly VenueId[]>;
  readonly member: Table<MemberId, Member>;
  readonly pasts: Table<MemberId, Past>;
  readonly cards: Table<CardId, Card>;
  readonly cardByHmac: Table<Digest, CardId>;
  readonly accesses: Table<AccessId, Access>;
  readonly funds: ListedTable<OrganisationId, readonly Fund[]>;
  readonly accessesOf: Table<OrganisationId, readonly AccessId[]>;
  readonly given: Table<string, Given>;
  /** By member number and day: see `dayKey`. */
  readonly dayMinutes: Table<number, number>;
  /** What is reversed so far of the transaction at a revision: hundredths, or minutes. */
  readonly reversed: Table<number, number>;
  readonly offers: Table<OfferId, Offer>;
  /** The offers of a venue that are not withdrawn. */
  readonly offersOf: Table<VenueId, readonly OfferId[]>;
  /** The number of a pair of offer and member. */
  readonly offerMembers: Table<number, number>;
  readonly memberDayUses: Table<number, number>;
  readonly memberMonthUses: Table<number, number>;
  readonly offerDayCredits: Table<number, number>;
  readonly slotPlaces: Table<number, number>;
  /** Open bookings by the revision of their event, and how those that are over ended. */
  readonly holds: ShrinkingTable<number, Hold>;
  readonly endedHolds: Table<number, number>;
  readonly held: ShrinkingTable<Account, Hundredths>;
  readonly dueHolds: ShrinkingTable<number, DueHolds>;
  readonly tills: Table<VenueId, Till>;
  /** By till: what is not settled yet, by day of recording. */
  readonly unsettled: Table<Account, Unsettled>;
  readonly keys: DigestIndex;
  readonly lines: DigestIndex;
  readonly sheets: DigestIndex;
  readonly networks: Table<string, Network>;
  readonly visits: DigestIndex;
};

/** The clocks of a time zone. */
export function clocksIn(timeZone: string) {
  const calendar = calendarIn(timeZone);
  return { calendar, wallClock: wallClockIn(timeZone), dayStart_ms: dayStartsIn(calendar) };
}

/** The state before the first event. */
export function emptyLedger(): Ledger {
  return {
    revision: -1,
    recordedAt_ms: 0,
    network: '',
    // The stream will be opened in it.
    format: FORMAT,
    timeZone: 'UTC',
    ...clocksIn('UTC'),
    rules: undefined,
    members: 0,
    offerCount: 0,
    pairs: 0,
    expiredTo_ms: 0,
    admins: 0,
    balances: new Map(),
    organisations: new Map(),
    venues: new Map(),
    venuesOf: new Map(),
    member: new Map(),
    pasts: new Map(),
    cards: new Map(),
    cardByHmac: new Map(),
    accesses: new Map(),
    accessesOf: new Map(),
    funds: new Map(),
    given: new Map(),
    dayMinutes: new FlatTable(),
    reversed: new Map(),
    offers: new Map(),
    offersOf: new Map(),
    offerMembers: new FlatTable(),
    memberDayUses: new FlatTable(),
    memberMonthUses: new FlatTable(),
    offerDayCredits: new FlatTable(),
    slotPlaces: new FlatTable(),
    holds: new Map(),
    endedHolds: new FlatTable(),
    held: new Map(),
    dueHolds: new Map(),
    tills: new Map(),
    unsettled: new Map(),
    keys: new FlatIndex(),
    lines: new FlatIndex(),
    sheets: new FlatIndex(),
    networks: new Map(),
    visits: new FlatIndex(),
  };
}

/** A state over another: what evolves on it is seen by nobody else until it is published. */
export type Draft = Ledger & { readonly publish: () => void };

/** Lays a draft over a state; dropping it leaves that state untouched. */
export function draftOf(base: Ledger): Draft {
  const tables = {
    balances: new Overlay(base.balances),
    organisations: new Overlay(base.organisations),
    venues: new Overlay(base.venues),
    venuesOf: new Overlay(base.venuesOf),
    member: new Overlay(base.member),
    pasts: new Overlay(base.pasts),
    cards: new Overlay(base.cards),
    cardByHmac: new Overlay(base.cardByHmac),
    accesses: new Overlay(base.accesses),
    funds: new ListedOverlay(base.funds),
    accessesOf: new Overlay(base.accessesOf),
    given: new Overlay(base.given),
    dayMinutes: new Overlay(base.dayMinutes),
    reversed: new Overlay(base.reversed),
    offers: new Overlay(base.offers),
    offersOf: new Overlay(base.offersOf),
    offerMembers: new Overlay(base.offerMembers),
    memberDayUses: new Overlay(base.memberDayUses),
    memberMonthUses: new Overlay(base.memberMonthUses),
    offerDayCredits: new Overlay(base.offerDayCredits),
    slotPlaces: new Overlay(base.slotPlaces),
    holds: new ShrinkingOverlay(base.holds),
    endedHolds: new Overlay(base.endedHolds),
    held: new ShrinkingOverlay(base.held),
    dueHolds: new ShrinkingOverlay(base.dueHolds),
    tills: new Overlay(base.tills),
    unsettled: new Overlay(base.unsettled),
    keys: new OverlayIndex(base.keys),
    lines: new OverlayIndex(base.lines),
    sheets: new OverlayIndex(base.sheets),
    networks: new Overlay(base.networks),
    visits: new OverlayIndex(base.visits),
  };
  const draft: Draft = {
    ...base,
    ...tables,
    publish: () => {
      const { revision, recordedAt_ms, network, format, members, admins, rules } = draft;
      const { timeZone, calendar, wallClock, dayStart_ms, offerCount, pairs, expiredTo_ms } = draft;
      for (const table of Object.values(tables)) table.settle();
      Object.assign(base, { revision, recordedAt_ms, network, format, members, admins });
      Object.assign(base, { rules, timeZone, calendar, wallClock, dayStart_ms });
      Object.assign(base, { offerCount, pairs, expiredTo_ms });
    },
  };
  return draft;
}

/** The rules of an open ledger. */
export function rulesOf(ledger: Ledger): Rules {
  if (ledger.rules === undefined) throw new Error('the ledger has not been opened');
  return ledger.rules;
}

/** A member and a day as one whole number below 2^52. */
export function dayKey(member: Member, day: number): number {
  return member.number * 0x10000 + day;
}

/** What an account has for its holder to use: its balance without what is held. */
export function available(ledger: Ledger, account: Account): Hundredths {
  return (ledger.balances.get(account) ?? 0) - (ledger.held.get(account) ?? 0);
}

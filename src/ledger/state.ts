import type { Hundredths } from '../../schemas/amounts.ts';
import { FORMAT } from '../../schemas/events/index.ts';
import type { Rules } from '../../schemas/events/ledger.ts';
import type { OrganisationRole } from '../../schemas/events/organisation.ts';
import type {
  AccessId,
  Account,
  CardId,
  Digest,
  MemberId,
  OrganisationId,
  VenueId,
} from '../../schemas/ids.ts';
import type { Role } from '../../schemas/roles.ts';
import { calendarIn, type Day } from '../../schemas/time.ts';
import {
  FlatIndex,
  FlatTable,
  Overlay,
  OverlayIndex,
  type DigestIndex,
  type Table,
} from './tables.ts';
import type { Standing } from './standing.ts';

export type Organisation = {
  readonly roles: readonly OrganisationRole[];
  readonly standing?: Standing | undefined;
  /** Where the pot of a closed one has gone, and goes. */
  readonly potTo?: Account | undefined;
};
export type Venue = {
  readonly organisation: OrganisationId;
  /** It takes amounts of its own choosing also while it has offers. */
  readonly openAmounts?: true;
  readonly standing?: Standing | undefined;
};
export type Member = {
  /** A dense number, for flat tables. */
  readonly number: number;
  readonly organisations: readonly OrganisationId[];
  readonly card?: CardId | undefined;
  readonly standing?: Standing | undefined;
  /** Where the rest of a closed wallet has gone, and goes. */
  readonly restTo?: Account | undefined;
  readonly mergedInto?: MemberId | undefined;
  /** Every member that was merged into this one, also through another. */
  readonly merged?: readonly MemberId[] | undefined;
  /** Cards of merged members, which answer for this one beside the live card. */
  readonly otherCards?: readonly CardId[] | undefined;
};
export type Card = { readonly member: MemberId; readonly revoked: boolean };
export type Access = {
  readonly role: Role;
  readonly organisation?: OrganisationId | undefined;
  readonly member?: MemberId | undefined;
  readonly keyHash: Digest;
  readonly expiresOn?: Day | undefined;
  readonly revoked: boolean;
  readonly suspended?: true;
};
export type Fund = {
  readonly name: string;
  readonly firstDay?: Day | undefined;
  readonly lastDay?: Day | undefined;
};
/** What one member has given to one destination: minutes not withdrawn, and credits for them. */
export type Given = { readonly minutes: number; readonly credits: Hundredths };

/** Everything that `decide` depends on. Names, words and history are for the projections. */
export type Ledger = {
  /** The revision of the last event, -1 before the first. */
  revision: number;
  recordedAt_ms: number;
  network: string;
  format: number;
  timeZone: string;
  calendar: (time_ms: number) => Day;
  rules: Rules | undefined;
  members: number;
  /** Admin accesses that are neither revoked nor going to expire. */
  admins: number;
  readonly balances: Table<Account, Hundredths>;
  readonly organisations: Table<OrganisationId, Organisation>;
  readonly venues: Table<VenueId, Venue>;
  readonly venuesOf: Table<OrganisationId, readonly VenueId[]>;
  readonly member: Table<MemberId, Member>;
  readonly cards: Table<CardId, Card>;
  readonly cardByHmac: Table<Digest, CardId>;
  readonly accesses: Table<AccessId, Access>;
  readonly accessesOf: Table<OrganisationId, readonly AccessId[]>;
  readonly funds: Table<OrganisationId, readonly Fund[]>;
  readonly given: Table<string, Given>;
  /** By member number and day: see `dayKey`. */
  readonly dayMinutes: Table<number, number>;
  /** What is reversed so far of the transaction at a revision: hundredths, or minutes. */
  readonly reversed: Table<number, number>;
  readonly keys: DigestIndex;
  readonly lines: DigestIndex;
  readonly sheets: DigestIndex;
};

/** The state before the first event. */
export function emptyLedger(): Ledger {
  return {
    revision: -1,
    recordedAt_ms: 0,
    network: '',
    // The stream will be opened in it.
    format: FORMAT,
    timeZone: 'UTC',
    calendar: calendarIn('UTC'),
    rules: undefined,
    members: 0,
    admins: 0,
    balances: new Map(),
    organisations: new Map(),
    venues: new Map(),
    venuesOf: new Map(),
    member: new Map(),
    cards: new Map(),
    cardByHmac: new Map(),
    accesses: new Map(),
    accessesOf: new Map(),
    funds: new Map(),
    given: new Map(),
    dayMinutes: new FlatTable(),
    reversed: new Map(),
    keys: new FlatIndex(),
    lines: new FlatIndex(),
    sheets: new FlatIndex(),
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
    cards: new Overlay(base.cards),
    cardByHmac: new Overlay(base.cardByHmac),
    accesses: new Overlay(base.accesses),
    accessesOf: new Overlay(base.accessesOf),
    funds: new Overlay(base.funds),
    given: new Overlay(base.given),
    dayMinutes: new Overlay(base.dayMinutes),
    reversed: new Overlay(base.reversed),
    keys: new OverlayIndex(base.keys),
    lines: new OverlayIndex(base.lines),
    sheets: new OverlayIndex(base.sheets),
  };
  const draft: Draft = {
    ...base,
    ...tables,
    publish: () => {
      const { revision, recordedAt_ms, network, format, members, admins, rules } = draft;
      const { timeZone, calendar } = draft;
      for (const table of Object.values(tables)) table.settle();
      Object.assign(base, { revision, recordedAt_ms, network, format, members, admins });
      Object.assign(base, { rules, timeZone, calendar });
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

/** What an account has for its holder to use. */
export function available(ledger: Ledger, account: Account): Hundredths {
  return ledger.balances.get(account) ?? 0;
}

import { base32 } from '../../schemas/base32.ts';
import { keyDigest, saltFrom } from '../../schemas/digest.ts';
import type { EventOf, EventType, StreamEvent } from '../../schemas/events/index.ts';
import { FORMAT, versionIn } from '../../schemas/events/index.ts';
import { WEEKDAYS } from '../../schemas/events/offer.ts';
import {
  accountOf,
  PROGRAMME,
  type MemberId,
  type OfferId,
  type VenueId,
} from '../../schemas/ids.ts';
import { accessIn, ID_BYTES, keyHash, makeKey, SECRET_BYTES } from '../../schemas/keys.ts';
import { calendarIn, instant } from '../../schemas/time.ts';
import { DEFAULT_RULES } from '../../src/config.ts';

/**
 * A made-up stream for the bench: one earn group, one spend partner, some members with plenty of
 * credits, then attendance lists and redemptions in turn. Every id is worked out from a number, so
 * that the load generator knows them without being told.
 */
export const NETWORK = 'bench';
const TIME_ZONE = 'Europe/London';
export const FUND = 'bench-fund';
const LIST_LINES = 20;
export const APPEND_EVENTS = 1000;
const COMMAND_MS = 20_000;
const ALLOCATIONS = 100;
const LARGEST = '1000000';
const OPENING = '10000';

export const ADMIN_KEY = keyOf(1);
export const COORDINATOR_KEY = keyOf(2);
export const PARTNER_KEY = keyOf(3);
export const GROUP = `org_${numbered(1)}` as const;
export const PARTNER = `org_${numbered(2)}` as const;
/** Of the same partner; it takes credits only under its offers. */
export const OFFERING_VENUE = `ven_${numbered(2)}` as const;
/** As many as it takes for their caps never to be reached. */
const OFFERS = 50;
export const VENUE = venueAt(0);

/** The id of the venue with a number, from 0. */
function venueAt(number: number): VenueId {
  return `ven_${numbered(3 + number)}`;
}

/** The id of the member with a number, from 0. */
export function memberAt(number: number): MemberId {
  return `mem_${numbered(number)}`;
}

/** The id of the offer that the member with a number takes. */
export function offerFor(number: number): OfferId {
  return `off_${numbered(number % OFFERS)}`;
}

function keyOf(number: number): string {
  return makeKey(bytesOf(number, ID_BYTES), bytesOf(number, SECRET_BYTES));
}

function numbered(number: number): string {
  return base32(bytesOf(number, ID_BYTES));
}

function bytesOf(number: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length, 0x5a);
  bytes.writeUInt32BE(number);
  return bytes;
}

export type StreamOptions = {
  /** How many venues the redemptions go to, in turn. */
  readonly venues?: number;
  /** How many hours one attendance list has; with one, almost every event has a key. */
  readonly listLines?: number;
  /** How long after the command before it each is recorded; all must lie in the past. */
  readonly command_ms?: number;
  /** Whose stream it is; the bench's own unless it is given. */
  readonly network?: string;
};

type Fact = {
  [T in EventType]: { readonly type: T; readonly data: EventOf<T>['data'] };
}[EventType];

/** An offer with every kind of cap that is counted for each sale, and with times. */
function offer(number: number): Fact {
  return {
    type: 'OfferPublished',
    data: {
      ...{ offerId: offerFor(number), venueId: OFFERING_VENUE, title: `Offer ${number} (made up)` },
      ...{ adultCredits: '1', under16Credits: '0', largestParty: 4, restrictions: 'None.' },
      times: [{ days: [...WEEKDAYS], from: '00:00', to: '24:00' }],
      caps: { memberDay: 100_000, slotPlaces: 100_000, venueDayCredits: LARGEST },
    },
  };
}

/** Makes the events of one command after another, endlessly. */
export class Commands {
  #time_ms: number;
  #count = 0;
  readonly #venues: number;
  readonly #listLines: number;
  readonly #command_ms: number;
  readonly #network: string;
  readonly #calendar = calendarIn(TIME_ZONE);

  constructor(began_ms: number, options: StreamOptions) {
    this.#time_ms = began_ms;
    this.#venues = options.venues ?? 1;
    this.#listLines = options.listLines ?? LIST_LINES;
    this.#command_ms = options.command_ms ?? COMMAND_MS;
    this.#network = options.network ?? NETWORK;
  }

  *all(members: number): Generator<StreamEvent[], never> {
    yield* this.#registrations();
    for (let number = 0; number < members; number += 1) {
      const data = { memberId: memberAt(number), organisationId: GROUP };
      yield this.#command(COORDINATOR_KEY, GROUP, [{ type: 'MemberEnrolled', data }]);
    }
    yield* this.#openingBalances(members);
    for (let list = 0; ; list += 1) {
      const lines = Math.min(this.#listLines, members);
      const present = Array.from({ length: lines }, (_, line) =>
        memberAt((list * lines + line) % members),
      );
      yield this.#list(present, list);
      for (const memberId of present) yield this.#redemption(memberId);
    }
  }

  *#registrations(): Generator<StreamEvent[]> {
    const access = (key: string, label: string) => ({
      accessId: accessIn(key)!,
      keyHash: keyHash(key),
      label,
    });
    const network = this.#network;
    const opened = { network, format: FORMAT, timeZone: TIME_ZONE, rules: DEFAULT_RULES };
    yield this.#command('system', undefined, [
      { type: 'LedgerOpened', data: opened },
      { type: 'AccessGranted', data: { role: 'admin', ...access(ADMIN_KEY, 'admin') } },
    ]);
    const registrations: Fact[] = [
      {
        type: 'OrganisationRegistered',
        data: { organisationId: GROUP, name: 'Bench Group (made up)', roles: ['earn'] },
      },
      {
        type: 'OrganisationRegistered',
        data: { organisationId: PARTNER, name: 'Bench Partner (made up)', roles: ['spend'] },
      },
      ...Array.from({ length: this.#venues }, (_, number) => ({
        type: 'VenueRegistered' as const,
        data: {
          venueId: venueAt(number),
          organisationId: PARTNER,
          name: 'Bench Venue (made up)',
        },
      })),
      {
        type: 'VenueRegistered',
        data: { venueId: OFFERING_VENUE, organisationId: PARTNER, name: 'Bench Pool (made up)' },
      },
      ...Array.from({ length: OFFERS }, (_, number) => offer(number)),
      {
        type: 'AccessGranted',
        data: { role: 'coordinator', organisationId: GROUP, ...access(COORDINATOR_KEY, 'group') },
      },
      {
        type: 'AccessGranted',
        data: { role: 'partner', organisationId: PARTNER, ...access(PARTNER_KEY, 'till') },
      },
      ...Array.from({ length: ALLOCATIONS }, () => ({
        type: 'CreditsAllocated' as const,
        data: { debit: PROGRAMME, credit: accountOf.allocation(GROUP, FUND), credits: LARGEST },
      })),
    ];
    for (const fact of registrations) yield this.#command(ADMIN_KEY, undefined, [fact]);
  }

  /** The member with the number 0 is the hot wallet and has the most that one event can bring. */
  *#openingBalances(members: number): Generator<StreamEvent[]> {
    for (let first = 0; first < members; first += APPEND_EVENTS) {
      const facts = Array.from(
        { length: Math.min(APPEND_EVENTS, members - first) },
        (_, index): Fact => ({
          type: 'CreditsBroughtForward',
          data: {
            debit: PROGRAMME,
            credit: accountOf.wallet(memberAt(first + index)),
            credits: first + index === 0 ? LARGEST : OPENING,
          },
        }),
      );
      yield this.#command(ADMIN_KEY, undefined, facts);
    }
  }

  #list(present: readonly MemberId[], list: number): StreamEvent[] {
    const facts = present.map((memberId): Fact => ({
      type: 'CreditsIssued',
      data: {
        memberId,
        give: 'wallet',
        minutes: 60,
        activity: `seeded-${list}`,
        debit: accountOf.allocation(GROUP, FUND),
        credit: accountOf.wallet(memberId),
        credits: '1',
        carriedMinutes: 0,
      },
    }));
    return this.#command(COORDINATOR_KEY, GROUP, facts);
  }

  #redemption(memberId: MemberId): StreamEvent[] {
    const data = {
      debit: accountOf.wallet(memberId),
      credit: accountOf.till(venueAt(this.#count % this.#venues)),
      credits: '1',
      reference: `seeded-${this.#count}`,
      terminal: 'till-1',
    };
    return this.#command(PARTNER_KEY, PARTNER, [{ type: 'CreditsRedeemed', data }]);
  }

  #command(
    key: string,
    organisation: `org_${string}` | undefined,
    facts: readonly Fact[],
  ): StreamEvent[] {
    this.#count += 1;
    this.#time_ms += this.#command_ms;
    const recordedAt = instant(this.#time_ms);
    const occurredOn = this.#calendar(this.#time_ms);
    const id = `cmd_${numbered(this.#count)}` as const;
    const seed = Buffer.from(id);
    const asked = key === 'system' ? {} : this.#identity(organisation ?? 'network');
    return facts.map(
      (fact, index) =>
        ({
          type: fact.type,
          v: versionIn(FORMAT, fact.type),
          recordedAt,
          occurredOn,
          by: { access: key === 'system' ? key : accessIn(key)!, organisation },
          command: { id, index, count: facts.length, ...(index === 0 && asked) },
          data: fact.data,
          salt: saltFrom(seed, index),
        }) as StreamEvent,
    );
  }

  /** Hashes as real requests have them; what was hashed does not matter to a ledger. */
  #identity(scope: string): { key: string; body: string } {
    const key = keyDigest(scope, `seeded-${this.#count}`);
    return { key, body: keyDigest('seeded body', String(this.#count)) };
  }
}

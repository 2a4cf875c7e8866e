import { accountOf } from '../../schemas/ids.ts';
import { addDays } from '../../schemas/time.ts';
import type { Job } from './jobs.ts';
import {
  COORDINATOR_KEY,
  GROUP,
  memberAt,
  offerFor,
  OFFERING_VENUE,
  PARTNER_KEY,
  VENUE,
} from './stream.ts';

/** One request, before its idempotency key is put to it. */
type Draft = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly key: string;
  readonly body?: unknown;
};

/** Lists go to days of a month that is over, so that no day of a member fills up. */
const LIST_DAYS = 28;
const SHORT_LIST = 10;
export const LONG_LIST = 100;
/** A prime, so that revisions far apart follow one another. */
const SCATTERED = 7919;

/** Stands in the path for the booking that the same connection made just before. */
export const LAST_HOLD = ':last-hold';

/** The request with a number in one run of the load generator. */
export function bodyOf({ plan, members, run, today, connections }: Job, number: number): Draft {
  switch (plan) {
    case 'redemptions':
      return redemption(number % members, number);
    case 'hot':
      return redemption(0, number);
    case 'issues':
      return issue(number, LONG_LIST, members, run, today);
    case 'offers':
      return offered(number % members, number);
    case 'holds':
      return hold(number % members, number);
    case 'inclusions':
      return inclusion((number * SCATTERED) % members);
    case 'captures':
      // Each connection books and captures in turn.
      return Math.floor(number / connections) % 2 === 0
        ? hold(number % members, number)
        : { method: 'POST', path: `/v1/holds/${LAST_HOLD}/capture`, key: PARTNER_KEY, body: {} };
    default:
      return mixed(number, members, run, today);
  }
}

/** Of ten requests seven redemptions, two balances and one list. */
function mixed(number: number, members: number, run: string, today: string): Draft {
  const place = number % 10;
  if (place < 7) return redemption(number % members, number);
  if (place < 9) {
    const path = `/v1/accounts/${accountOf.wallet(memberAt(number % members))}`;
    return { method: 'GET', path, key: COORDINATOR_KEY };
  }
  return issue(Math.floor(number / 10), SHORT_LIST, members, run, today);
}

function redemption(member: number, number: number): Draft {
  const body = {
    venueId: VENUE,
    memberId: memberAt(member),
    credits: '1',
    reference: `till-1/${number}`,
    terminal: 'till-1',
  };
  return { method: 'POST', path: '/v1/redemptions', key: PARTNER_KEY, body };
}

/** The same at the venue with offers, under one of them. */
function offered(member: number, number: number): Draft {
  const body = {
    venueId: OFFERING_VENUE,
    memberId: memberAt(member),
    offerId: offerFor(member),
    reference: `till-1/${number}`,
    terminal: 'till-1',
  };
  return { method: 'POST', path: '/v1/redemptions', key: PARTNER_KEY, body };
}

/** The proof that an event is in the tree of the last checkpoint. */
function inclusion(revision: number): Draft {
  const path = `/v1/proofs/inclusion?revision=${revision}`;
  return { method: 'GET', path, key: PARTNER_KEY };
}

function hold(member: number, number: number): Draft {
  return { ...redemption(member, number), path: '/v1/holds' };
}

function issue(list: number, lines: number, members: number, run: string, today: string): Draft {
  const body = {
    organisationId: GROUP,
    occurredOn: addDays(today, -1 - (list % LIST_DAYS)),
    activity: `${run}-${list}`,
    entries: Array.from({ length: lines }, (_, line) => ({
      memberId: memberAt((list * lines + line) % members),
      minutes: 60,
    })),
  };
  return { method: 'POST', path: '/v1/issues', key: COORDINATOR_KEY, body };
}

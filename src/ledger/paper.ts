import type { RedeemCredits } from '../../schemas/commands.ts';
import { digest } from '../../schemas/digest.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import {
  holderOf,
  transactionIdAt,
  type Digest,
  type MemberId,
  type VenueId,
} from '../../schemas/ids.ts';
import { refuse, type Refusal } from '../../schemas/refusals.ts';
import { DAY_MS, milliseconds, type Day } from '../../schemas/time.ts';
import type { Context } from './context.ts';
import { findBearer } from './member.ts';
import { idsOf } from './rest.ts';
import { remainsOf } from './reversal.ts';
import type { Ledger } from './state.ts';

/**
 * Lines of paper sheets. A line is the same by venue, member, day, credits (or offer and party),
 * reference, and how many equal ones it says stand before it. One without a day may be any visit
 * that another one without a day recorded, so those two are the same on whatever days they came.
 */

type Line = Pick<
  RedeemCredits,
  'venueId' | 'credits' | 'offerId' | 'party' | 'reference' | 'again'
>;

const WITH_DAY = {
  same: 'venue, member, day, credits and reference are the same',
  say: 'say ',
};
const WITHOUT_DAY = {
  same: 'venue, member, credits and reference are the same, and this line gives no day',
  say: 'give its day, or say ',
};

/** Under which the day of a line that gives none is kept. */
const NO_DAY = '';

/** Why a line is refused: it stands already, under whichever id its member has. */
export function recordedBefore(
  { state, today, recall }: Context,
  ask: RedeemCredits,
  memberId: MemberId,
): Refusal | undefined {
  const same = digestsOf(state, ask, memberId, daysOf(state, ask.occurredAt, today));
  for (const revision of same.flatMap((one) => state.lines.candidates(one))) {
    const event = recall(revision);
    if (event.type !== 'CreditsRedeemed' || !event.data.paper) continue;
    if (!digestsUnder(state, event).some((one) => same.includes(one))) continue;
    if (remainsOf(state, { revision, event }) === 0) continue;
    const first = transactionIdAt(revision, event.command.id);
    const words = ask.occurredAt === undefined ? WITHOUT_DAY : WITH_DAY;
    const again = (ask.again ?? 0) + 1;
    return refuse('redemption_recorded_before', {
      ...words,
      first,
      day: event.occurredOn,
      again,
    });
  }
  return undefined;
}

/** The revisions to read before a line is decided, about now or a little later. */
export function paperNeeds(state: Ledger, ask: RedeemCredits, now_ms: number): readonly number[] {
  const found = findBearer(state, ask.member);
  if ('refusal' in found) return [];
  // A batch that begins before midnight may be decided behind it.
  const days = [now_ms, now_ms + DAY_MS].flatMap((time_ms) =>
    daysOf(state, ask.occurredAt, state.calendar(time_ms)),
  );
  const digests = digestsOf(state, ask, found.memberId, [...new Set(days)]);
  return digests.flatMap((one) => state.lines.candidates(one));
}

/** Keeps where a line stands, for as long as the ledger does. */
export function paperLineRecorded(
  state: Ledger,
  event: EventOf<'CreditsRedeemed'>,
  revision: number,
): void {
  for (const one of digestsUnder(state, event)) state.lines.add(one, revision);
}

function digestsUnder(state: Ledger, event: EventOf<'CreditsRedeemed'>): readonly Digest[] {
  const { data, occurredAt, occurredOn } = event;
  const line = { ...data, venueId: holderOf(data.credit) as VenueId };
  const memberId = holderOf(data.debit) as MemberId;
  return daysOf(state, occurredAt, occurredOn).map((day) => digestOf(line, memberId, day));
}

function digestsOf(
  state: Ledger,
  line: Line,
  memberId: MemberId,
  days: readonly Day[],
): readonly Digest[] {
  return idsOf(state, memberId).flatMap((id) => days.map((day) => digestOf(line, id, day)));
}

/** The day that a line gives; or both that it gives none and the day it is recorded on. */
function daysOf(state: Ledger, occurredAt: string | undefined, today: Day): readonly Day[] {
  return occurredAt === undefined ? [NO_DAY, today] : [state.calendar(milliseconds(occurredAt))];
}

function digestOf(line: Line, memberId: MemberId, day: Day): Digest {
  const { venueId, offerId, party, credits = '', reference = '', again = 0 } = line;
  const { adults, under16s } = party ?? { adults: 1, under16s: 0 };
  const taken = offerId === undefined ? credits : `${offerId} ${adults} ${under16s}`;
  return digest('paper', venueId, memberId, day, taken, reference, String(again));
}

import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import type { Ask } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { book, capture, held, published, refund } from '../support/booked.ts';
import { bookOf, did, type Past } from '../support/given.ts';
import {
  ADMIN,
  brought,
  enrolled,
  memberId,
  NEXT,
  organisationId,
  PARTNER,
  pot,
  venueId,
  wallet,
  world,
} from '../support/past.ts';
import { histories } from '../support/histories.ts';
import { altered, findingsIn } from './altered.ts';

/* What `timecredits check` says of what is booked, and of those who are merged or suspended. */

const AT = { at: '2026-06-10T08:00:00.000Z' };
const linesOf = (...past: Past[]) =>
  bookOf([...world(), ...past]).stream.map(({ event }) => canonical(event));
const HOLD = NEXT + 3;
const caps = { memberDay: 1, slotPlaces: 3, venueDayCredits: '4' };
const merged = linesOf(
  published({ caps }),
  enrolled('twin', 'garden'),
  brought(wallet('asha'), '10'),
  did(book('asha'), PARTNER, AT),
  did({ type: 'MergeMembers', from: memberId('asha'), into: memberId('twin') }, ADMIN, AT),
  did(capture(HOLD), PARTNER, AT),
  did(refund(HOLD + 2), PARTNER, AT),
);

t.test('a booking that was captured and refunded after its member was merged', async (t) => {
  t.same([...(await findingsIn(merged)).values()], [], 'is sound');
});

t.test('a capture that counts for another member', async (t) => {
  const change = ({ data }: EventOf<'HoldCaptured'>) => (data.memberId = memberId('twin'));
  const { lines } = altered(merged, 'HoldCaptured', change);
  t.match((await findingsIn(lines)).get('bookings'), { revision: HOLD + 2 }, 'is found');
});

t.test('what is booked by what is suspended', async (t) => {
  const suspended = (ask: Ask, ...after: Past[]) =>
    linesOf(
      brought(wallet('asha'), '9'),
      brought(pot('garden'), '9'),
      did(ask, ADMIN, AT),
      ...after,
    );
  const found = async (lines: string[]) => (await findingsIn(lines)).get('suspensions')?.revision;
  const asha = { type: 'SuspendMember', memberId: memberId('asha') } as const;
  const pool = { type: 'SuspendVenue', venueId: venueId('pool') } as const;
  const garden = { type: 'SuspendOrganisation', organisationId: organisationId('garden') } as const;
  const booked = { ...held('asha', '1'), recordedAt: AT.at } as Past;
  const ofPot = { ...held('asha', '1', { account: pot('garden') }), recordedAt: AT.at } as Past;
  const NEW = NEXT + 3;
  t.equal(await found(suspended(asha, booked)), NEW, 'a member');
  t.equal(await found(suspended(pool, booked)), NEW, 'a venue');
  t.equal(await found(suspended(garden, ofPot)), NEW, 'a group');
  t.equal(await found(suspended(garden, booked)), undefined, 'but not the group of a member');
});

t.test('random histories', async (t) => {
  for (const [index, stream] of (await histories()).entries()) {
    const lines = stream.map(({ event }) => canonical(event));
    t.same([...(await findingsIn(lines)).values()], [], `${index}: nothing is found`);
  }
});

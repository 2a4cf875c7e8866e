import type { Recorded } from '../../../schemas/events/index.ts';
import { emptySchema } from '../../../schemas/http/common.ts';
import {
  captureBody,
  holdAnswer,
  holdBody,
  holdCancelled,
  holdCaptured,
  holdCreated,
  holdPage,
  holdParams,
  holdsQuery,
} from '../../../schemas/http/hold.ts';
import {
  holderOf,
  holdIdAt,
  kindOf,
  type Account,
  type MemberId,
  type OrganisationId,
} from '../../../schemas/ids.ts';
import { instant } from '../../../schemas/time.ts';
import { callerIn } from '../authentication.ts';
import { limitOf, linked } from '../lists.ts';
import { stop } from '../problems.ts';
import { eventOf, transactionOf, type Routes } from '../route.ts';
import type { Services } from '../services.ts';
import { recordedAs } from '../transactions.ts';
import { seesHold } from '../visibility.ts';

const TAG = 'Bookings';
const READERS = ['admin', 'auditor', 'coordinator', 'partner'] as const;

export function holdRoutes(routes: Routes): void {
  writes(routes);
  const { services } = routes;
  const { projections } = services;
  const { holds } = projections;

  routes.read({
    url: '/v1/holds',
    tag: TAG,
    summary: 'List open bookings: those at your venues and those of your pot, or all of them',
    policy: READERS,
    query: holdsQuery,
    answer: holdPage,
    handle: async ({ query, request, reply }) => {
      const caller = callerIn(request);
      const own = [...holds.open()].filter(
        (hold) =>
          hold.revision >= (query.after ?? 0) &&
          (query.reference ?? hold.reference) === hold.reference &&
          seesHold(projections, caller, hold),
      );
      const limit = limitOf(query);
      const items = await Promise.all(
        own.slice(0, limit).map(({ revision }) => shown(services, revision)),
      );
      const next = own[limit]?.revision;
      return next === undefined ? { items } : { items, ...linked(request, reply, next) };
    },
  });

  routes.read({
    url: '/v1/holds/:id',
    tag: TAG,
    summary: 'Read one booking, open or over',
    policy: READERS,
    params: holdParams,
    answer: holdAnswer,
    handle: async ({ params: { id }, request }) => {
      const found = await recordedAs(services, id);
      if (found?.event.type !== 'CreditsHeld') return stop('hold_not_found', { id });
      const mine = seesHold(projections, callerIn(request), found.event.data);
      return mine ? shown(services, found.revision) : stop('hold_not_found', { id });
    },
  });
}

function writes(routes: Routes): void {
  routes.write({
    url: '/v1/holds',
    tag: TAG,
    summary: 'Book: hold credits of a member, or of your pot, for a venue',
    command: 'HoldCredits',
    body: holdBody,
    answer: holdCreated,
    prepare: ({ body: { memberId, card, expiresAt, ...fields } }) => ({
      ask: {
        type: 'HoldCredits',
        ...fields,
        ...(fields.potOf === undefined && { member: routes.bearer({ memberId, card }) }),
        ...(expiresAt !== undefined && { expiresAt: instant(Date.parse(expiresAt)) }),
      },
      answer: ({ first, revision, balance }) => {
        const { data, command } = eventOf(first, 'CreditsHeld');
        const { account, held, expiresAt } = data;
        const holdId = holdIdAt(first.revision, command.id);
        return {
          ...{ holdId, revision, ...whose(account) },
          ...{ credits: held, expiresAt, balance: balance(account) },
        };
      },
    }),
  });

  routes.write({
    url: '/v1/holds/:id/capture',
    tag: TAG,
    summary: 'Take what was booked, or part of it; the rest is given free',
    command: 'CaptureHold',
    params: holdParams,
    body: captureBody,
    answer: holdCaptured,
    prepare: ({ params: { id }, body }) => ({
      ask: { type: 'CaptureHold', holdId: id, ...body },
      answer: ({ first, revision, balance }) => {
        const { debit, credits, released } = eventOf(first, 'HoldCaptured').data;
        return {
          ...{ transactionId: transactionOf(first), revision, holdId: id, ...whose(debit) },
          ...{ credits, released, balance: balance(debit) },
        };
      },
    }),
  });

  routes.write({
    url: '/v1/holds/:id/cancellation',
    tag: TAG,
    summary: 'Cancel a booking; what it holds is given free',
    command: 'CancelHold',
    status: 200,
    params: holdParams,
    body: emptySchema,
    answer: holdCancelled,
    prepare: ({ params: { id } }) => ({
      ask: { type: 'CancelHold', holdId: id },
      answer: ({ first, revision }) => ({
        holdId: id,
        revision,
        released: eventOf(first, 'HoldCancelled').data.held,
      }),
    }),
  });
}

function whose(account: Account): { memberId?: MemberId; potOf?: OrganisationId } {
  const holder = holderOf(account);
  if (kindOf(account) === 'pot') return { potOf: holder as OrganisationId };
  return { memberId: holder as MemberId };
}

const STATES = {
  HoldCaptured: 'captured',
  HoldCancelled: 'cancelled',
  HoldExpired: 'expired',
} as const;

/** A booking with what became of it. */
async function shown({ eventAt, projections }: Services, revision: number) {
  const first = { revision, event: await eventAt(revision) };
  const { data, command } = eventOf(first, 'CreditsHeld');
  const end = projections.holds.endOf(revision);
  const ending = end === undefined ? undefined : { revision: end, event: await eventAt(end) };
  const { account, held: credits, slot: _, cardId: _card, ...words } = data;
  return {
    ...words,
    credits,
    holdId: holdIdAt(revision, command.id),
    revision,
    state: stateOf(ending),
    ...whose(account),
    ...(ending?.event.type === 'HoldCaptured' && {
      captured: { transactionId: transactionOf(ending), credits: ending.event.data.credits },
    }),
  };
}

function stateOf(ending: Recorded | undefined) {
  if (ending === undefined) return 'open' as const;
  return STATES[ending.event.type as keyof typeof STATES];
}

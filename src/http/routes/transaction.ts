import type { Entry } from '../../../projections/entries.ts';
import type { Recorded, StreamEvent } from '../../../schemas/events/index.ts';
import {
  transactionAnswer,
  transactionParams,
  transactionsAnswer,
  transactionsQuery,
} from '../../../schemas/http/account.ts';
import { accountOf, type TransactionId } from '../../../schemas/ids.ts';
import { addDays, startOfDay, type Day } from '../../../schemas/time.ts';
import { firstRecordedAfter } from '../asAt.ts';
import { callerIn, type Caller } from '../authentication.ts';
import { limitOf, linked } from '../lists.ts';
import { stop } from '../problems.ts';
import { transactionOf, type Routes } from '../route.ts';
import type { Services } from '../services.ts';
import { transactionAsked } from '../transactions.ts';
import { creditKnown, sees } from '../visibility.ts';

/** How many events one page looks at, and how many in one piece. */
const SCANNED_MAX = 5_000;
const EVENTS_A_PIECE = 50;
/** How many reversals of one transaction are shown: the oldest. */
const REVERSALS_MAX = 100;
const TAG = 'Transactions';
const READERS = ['admin', 'auditor', 'coordinator', 'partner'] as const;

/** What the movements of all types may say. */
type Words = {
  debit?: string | undefined;
  credits?: string | undefined;
  minutes?: number | undefined;
  reference?: string | undefined;
  terminal?: string | undefined;
  reason?: string | undefined;
  reverses?: TransactionId | undefined;
};

export function transactionRoutes(routes: Routes): void {
  const { services } = routes;
  const { entries, directory, references } = services.projections;

  routes.read({
    url: '/v1/transactions/:id',
    tag: TAG,
    summary: 'One movement of credits, and its reversals',
    policy: READERS,
    params: transactionParams,
    answer: transactionAnswer,
    handle: async ({ params: { id }, request }) => {
      const caller = callerIn(request);
      return shown(services, caller, await transactionAsked(services, caller, id));
    },
  });

  routes.read({
    url: '/v1/transactions',
    tag: TAG,
    summary: "A venue's transactions, newest first; a page may be short while there is a next",
    policy: ['admin', 'auditor', 'partner'],
    query: transactionsQuery,
    answer: transactionsAnswer,
    handle: async ({ query, request, reply }) => {
      const venue = directory.venues.get(query.venueId);
      if (venue === undefined || !sees(callerIn(request), venue.organisationId)) {
        return stop('venue_not_found', { id: query.venueId });
      }
      const till = accountOf.till(query.venueId);
      const start = query.from === undefined ? 0 : await revisionAtStartOf(query.from);
      const end = query.to === undefined ? Infinity : await revisionAtStartOf(addDays(query.to, 1));
      const before = Math.min(end, query.after ?? Infinity);
      const { reference } = query;
      const found =
        reference === undefined
          ? revisionsOf(entries.before(till, before))
          : references.candidates(till, reference, before);
      const items = [];
      let scanned = 0;
      for (const revision of found) {
        if (revision < start) break;
        // A page that was looked for far enough ends, perhaps empty; `next` goes on from there.
        if (scanned === SCANNED_MAX) return { items, ...linked(request, reply, revision + 1) };
        scanned += 1;
        if (scanned % EVENTS_A_PIECE === 1) await routes.piece(request);
        const event = await services.eventAt(revision);
        if (reference !== undefined && referenceOf(event) !== reference) continue;
        if (items.length === limitOf(query)) {
          return { items, ...linked(request, reply, items.at(-1)!.revision) };
        }
        items.push(await shown(services, callerIn(request), { revision, event }));
      }
      return { items };
    },
  });

  const revisionAtStartOf = (day: Day) =>
    firstRecordedAfter(services, startOfDay(services.sequencer.ledger.calendar, day) - 1);
}

function* revisionsOf(entries: Iterable<Entry>): Generator<number> {
  for (const { revision } of entries) yield revision;
}

function referenceOf({ data }: StreamEvent): string | undefined {
  return 'reference' in data ? data.reference : undefined;
}

function reversalShown(recorded: Recorded) {
  const { event } = recorded;
  if (event.type !== 'TransactionReversed') return [];
  const { credits = '0', issue, reason } = event.data;
  const transactionId = transactionOf(recorded);
  return [
    { transactionId, credits, minutes: issue?.minutes, reason, recordedAt: event.recordedAt },
  ];
}

/** A transaction with its words and the reversals that cite it. */
async function shown(services: Services, caller: Caller, recorded: Recorded) {
  const { eventAt, projections } = services;
  const { revision, event } = recorded;
  const data = event.data as Words;
  const citing = await Promise.all(
    projections.reversals
      .of(revision)
      .slice(0, REVERSALS_MAX)
      .map(async (at) => ({ revision: at, event: await eventAt(at) })),
  );
  return {
    transactionId: transactionOf(recorded),
    revision,
    type: event.type,
    debit: data.debit,
    credit: await creditKnown(services, caller, event),
    credits: data.credits,
    minutes: data.minutes,
    reference: data.reference,
    terminal: data.terminal,
    reason: data.reason,
    reverses: data.reverses,
    settlement: event.type === 'TillSettled' ? event.data : undefined,
    occurredOn: event.occurredOn,
    occurredAt: event.occurredAt,
    recordedAt: event.recordedAt,
    reversals: citing.flatMap(reversalShown),
  };
}

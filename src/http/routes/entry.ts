import { credits } from '../../../schemas/amounts.ts';
import type { Recorded } from '../../../schemas/events/index.ts';
import { accountParams, entriesAnswer, entriesQuery } from '../../../schemas/http/account.ts';
import type { Account } from '../../../schemas/ids.ts';
import type { Entry } from '../../../projections/entries.ts';
import { movementOf } from '../../../projections/movement.ts';
import { callerIn, type Caller } from '../authentication.ts';
import { limitOf, linked } from '../lists.ts';
import { transactionOf, type Routes } from '../route.ts';
import type { Services } from '../services.ts';
import { accountAsked, creditKnown } from '../visibility.ts';

/** Few enough to take a millisecond or so. */
const EVENTS_A_PIECE = 100;

export function entryRoutes(routes: Routes): void {
  const { services } = routes;
  const { projections } = services;
  const { entries } = projections;

  routes.read({
    url: '/v1/accounts/:account/entries',
    tag: 'Accounts',
    summary: 'The entries of an account, newest first, with opening and closing balance',
    policy: ['admin', 'auditor', 'coordinator', 'partner'],
    params: accountParams,
    query: entriesQuery,
    answer: entriesAnswer,
    handle: async ({ params, query, request, reply }) => {
      const account = accountAsked(projections, callerIn(request), params.account);
      const { revision } = entries;
      const page = entries
        .before(account, query.after)
        .take(limitOf(query) + 1)
        .toArray();
      const more = page.length > limitOf(query);
      if (more) page.pop();
      const last = page.at(-1);
      const closing = page[0]?.balance ?? 0;
      const lines = [];
      for (let first = 0; first < page.length; first += EVENTS_A_PIECE) {
        const some = page.slice(first, first + EVENTS_A_PIECE);
        await routes.piece(request);
        const recorded = await services.eventsAt(some.map((one) => one.revision).toReversed());
        for (const [index, entry] of some.entries()) {
          const one = recorded[some.length - 1 - index]!;
          lines.push(await lineOf(services, callerIn(request), account, entry, one));
        }
      }
      return {
        account,
        opening: credits(last === undefined ? 0 : last.balance - last.amount),
        closing: credits(closing),
        revision,
        entries: lines,
        ...(more && last !== undefined && linked(request, reply, last.revision)),
      };
    },
  });
}

/** One entry with the words of its event. */
async function lineOf(
  services: Services,
  caller: Caller,
  account: Account,
  entry: Entry,
  recorded: Recorded,
) {
  const { event } = recorded;
  const { debit, credit } = movementOf(event)!;
  return {
    transactionId: transactionOf(recorded),
    revision: entry.revision,
    type: event.type,
    amount: credits(entry.amount),
    balance: credits(entry.balance),
    otherAccount:
      debit === account ? ((await creditKnown(services, caller, event)) ?? credit) : debit,
    occurredOn: entry.occurredOn,
    recordedAt: event.recordedAt,
    reference: 'reference' in event.data ? event.data.reference : undefined,
  };
}

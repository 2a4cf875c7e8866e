import { credits } from '../../../schemas/amounts.ts';
import {
  accountAnswer,
  accountParams,
  accountQuery,
  AS_AT,
} from '../../../schemas/http/account.ts';
import { asAtRevision } from '../asAt.ts';
import { callerIn } from '../authentication.ts';
import type { Routes } from '../route.ts';
import { accountAsked } from '../visibility.ts';

export function accountRoutes(routes: Routes): void {
  const { services } = routes;
  const { projections } = services;

  routes.read({
    url: '/v1/accounts/:account',
    tag: 'Accounts',
    summary: 'The balance of an account: now, at a revision, or by a recorded or occurred date',
    policy: ['admin', 'auditor', 'coordinator', 'partner'],
    params: accountParams,
    query: accountQuery,
    answer: accountAnswer,
    handle: async ({ params, query, request }) => {
      const account = accountAsked(projections, callerIn(request), params.account);
      const { entries, holds } = projections;
      const revision = await asAtRevision(services, query);
      const amount =
        query.occurredBy === undefined
          ? entries.balance(account, revision)
          : entries.balanceOn(account, query.occurredBy);
      const balance = credits(amount);
      // What was held at another time is not kept: then nothing is said of it.
      if (AS_AT.some((name) => query[name] !== undefined)) return { account, balance, revision };
      const held = holds.heldOf(account);
      const available = credits(amount - held);
      return { account, balance, held: credits(held), available, revision };
    },
  });
}

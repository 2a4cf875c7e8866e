import { credits, type Hundredths } from '../../../schemas/amounts.ts';
import { pageQuerySchema } from '../../../schemas/http/common.ts';
import {
  networkAnswer,
  networkBody,
  networkChanged,
  networkLimitsBody,
  networkPage,
  networkParams,
} from '../../../schemas/http/network.ts';
import { accountOf } from '../../../schemas/ids.ts';
import type { NetworkItem } from '../../../projections/directory.ts';
import { pageOf } from '../lists.ts';
import { stop } from '../problems.ts';
import { eventOf, type Done, type Routes } from '../route.ts';

const TAG = 'Networks';

export function networkRoutes(routes: Routes): void {
  const { directory, entries } = routes.services.projections;
  const shown = ({ since: _, ...network }: NetworkItem) => {
    const account = accountOf.clearing(network.network);
    return { ...network, account, ...owed(entries.balance(account)) };
  };

  routes.write({
    url: '/v1/networks',
    tag: TAG,
    summary: 'Register another network, with the limits agreed with it',
    command: 'RegisterNetwork',
    body: networkBody,
    answer: networkChanged,
    prepare: ({ body: { name, ...body } }) => ({
      ask: { type: 'RegisterNetwork', name, ...body },
      answer: ({ first, revision }) => changed(eventOf(first, 'NetworkRegistered'), revision),
    }),
  });

  routes.write({
    url: '/v1/networks/:id/limits',
    tag: TAG,
    summary: 'Change the limits agreed with a network, from now on',
    command: 'ChangeNetworkLimits',
    status: 200,
    params: networkParams,
    body: networkLimitsBody,
    answer: networkChanged,
    prepare: ({ params, body }) => ({
      ask: { type: 'ChangeNetworkLimits', network: params.id, ...body },
      answer: ({ first, revision }) => changed(eventOf(first, 'NetworkLimitsChanged'), revision),
    }),
  });

  routes.read({
    url: '/v1/networks',
    tag: TAG,
    summary: 'List the other networks, with limits and what is owed',
    policy: ['admin', 'auditor'],
    query: pageQuerySchema,
    answer: networkPage,
    handle: ({ query, request, reply }) =>
      pageOf(request, reply, [...directory.networks.values()], query, shown),
  });

  routes.read({
    url: '/v1/networks/:id',
    tag: TAG,
    summary: 'Read one network',
    policy: ['admin', 'auditor'],
    params: networkParams,
    answer: networkAnswer,
    handle: ({ params: { id } }) => {
      const found = directory.networks.get(id);
      return found === undefined ? stop('network_not_found', { id }) : shown(found);
    },
  });
}

type Limits = {
  readonly network: string;
  readonly theyOweAtMost: string;
  readonly weOweAtMost: string;
};

function changed({ data }: { readonly data: Limits }, revision: Done['revision']) {
  const { network, theyOweAtMost, weOweAtMost } = data;
  const account = accountOf.clearing(network);
  return { network, account, theyOweAtMost, weOweAtMost, revision };
}

/** Who owes whom, from the balance of a mirror account: below zero by what they owe us. */
export function owed(balance: Hundredths): { theyOwe: string; weOwe: string } {
  return { theyOwe: credits(Math.max(0, -balance)), weOwe: credits(Math.max(0, balance)) };
}

import {
  networkStatementParams,
  organisationStatementParams,
  statementAnswer,
  venueStatementParams,
} from '../../../schemas/http/statement.ts';
import { accountOf } from '../../../schemas/ids.ts';
import { callerIn, type Caller } from '../authentication.ts';
import { CSV, sendCsv, wantsCsv } from '../csv.ts';
import { stop } from '../problems.ts';
import type { Routes } from '../route.ts';
import { COLUMNS, rowsOf, statementOf, type Holder } from '../statements.ts';
import { sees } from '../visibility.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';

const TAG = 'Statements';
const LONG_SHEET = { forms: [CSV], isLong: true } as const;

export function statementRoutes(routes: Routes): void {
  const { services } = routes;
  const { directory } = services.projections;
  routes.read({
    url: '/v1/venues/:id/statements/:period',
    tag: TAG,
    summary: "A venue's month, by day of recording, once it has ended: JSON or CSV",
    policy: ['admin', 'auditor', 'partner'],
    ...LONG_SHEET,
    params: venueStatementParams,
    answer: statementAnswer,
    handle: ({ params: { id, period }, request, reply }) => {
      const venue = directory.venues.get(id);
      if (venue === undefined || !sees(callerIn(request), venue.organisationId)) {
        return stop('venue_not_found', { id });
      }
      const holder = { holder: id, since: venue.since, account: accountOf.till(id) };
      return answered(routes, { request, reply, holder, period });
    },
  });

  routes.read({
    url: '/v1/organisations/:id/statements/:period',
    tag: TAG,
    summary: "An earn group's month: its pot and its allocations, as a venue's",
    policy: ['admin', 'auditor', 'coordinator', 'partner'],
    ...LONG_SHEET,
    params: organisationStatementParams,
    answer: statementAnswer,
    handle: ({ params: { id, period }, request, reply }) => {
      const group = directory.organisations.get(id);
      if (group === undefined || !sees(callerIn(request), id)) {
        return stop('organisation_not_found', { id });
      }
      if (!group.roles.includes('earn')) return stop('not_an_earn_group', { id });
      refusePartner(callerIn(request));
      const funds = services.sequencer.ledger.funds.get(id) ?? [];
      const names = funds.map(({ name }) => name).toSorted();
      const more = names.map((fund) => accountOf.allocation(id, fund));
      const holder = { holder: id, since: group.since, account: accountOf.pot(id), more };
      return answered(routes, { request, reply, holder, period });
    },
  });

  routes.read({
    url: '/v1/networks/:id/statements/:period',
    tag: TAG,
    summary: 'The month of the mirror account of another network, to compare with theirs',
    policy: ['admin', 'auditor'],
    ...LONG_SHEET,
    params: networkStatementParams,
    answer: statementAnswer,
    handle: ({ params: { id, period }, request, reply }) => {
      const other = directory.networks.get(id);
      if (other === undefined) return stop('network_not_found', { id });
      const holder = { holder: id, since: other.since, account: accountOf.clearing(id) };
      return answered(routes, { request, reply, holder, period });
    },
  });
}

type Asked = {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly holder: Holder;
  readonly period: string;
};

async function answered(routes: Routes, { request, reply, holder, period }: Asked) {
  await routes.piece(request);
  const statement = await statementOf(routes.services, holder, period);
  return wantsCsv(request) ? sendCsv(reply, COLUMNS, rowsOf(statement)) : statement;
}

/** The pot is the coordinator's, also where an organisation has both roles. */
function refusePartner({ role }: Caller): void {
  if (role === 'partner') stop('forbidden', { role, roles: 'coordinator' });
}

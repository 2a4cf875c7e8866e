import type { z } from 'zod';
import { hundredths } from '../../../schemas/amounts.ts';
import type { VisitLine } from '../../../schemas/commands.ts';
import { visitBody, visitCreated, visitQuery } from '../../../schemas/http/visit.ts';
import { accountOf, holderOf, kindOf, type MemberId, type VenueId } from '../../../schemas/ids.ts';
import { stopInvalid } from '../problems.ts';
import { eventOf, transactionOf, type Done, type Routes } from '../route.ts';
import { visitsIn } from '../visitSheet.ts';
import { owed } from './network.ts';

type Body = z.output<typeof visitBody>;

export function visitRoutes(routes: Routes): void {
  routes.write({
    url: '/v1/visits',
    tag: 'Networks',
    summary:
      'Record visits between two networks, all or nothing; as JSON, or as CSV with ?network= ' +
      'and the headings direction, venue, member, credits, occurred, reference',
    command: 'RecordVisit',
    csv: visitsIn,
    query: visitQuery,
    body: visitBody,
    answer: visitCreated,
    prepare: ({ body, query, request: { sheetLines } }) => {
      if (query.network !== undefined && query.network !== body.network) {
        stopInvalid('#/network', 'is not the network that the address names');
      }
      const visits = body.visits.map((visit, index) => ({
        ...lineOf(routes, visit),
        line: sheetLines?.[index],
      }));
      return {
        ask: { type: 'RecordVisit', network: body.network, visits },
        answer: (done) => visitAnswer(body.network, done),
      };
    },
  });
}

/** A visit as the ledger is asked to record it; the schema has seen to what its direction needs. */
function lineOf(routes: Routes, visit: Body['visits'][number]): VisitLine {
  const { direction, venueId, memberId, card, ...fields } = visit;
  if (direction === 'here') return { direction, venueId: venueId!, ...fields };
  return { direction, member: routes.bearer({ memberId, card }), ...fields };
}

function visitAnswer(
  network: string,
  { recorded, revision, balance }: Done,
): z.input<typeof visitCreated> {
  const visits = recorded.map((one) => {
    const { data, occurredOn } = eventOf(one, 'VisitRecorded');
    const { debit, credit, credits, reference } = data;
    const common = { transactionId: transactionOf(one), credits, occurredOn, reference };
    if (kindOf(debit) === 'clearing') {
      return { ...common, direction: 'here' as const, venueId: holderOf(credit) as VenueId };
    }
    const memberId = holderOf(debit) as MemberId;
    return { ...common, direction: 'away' as const, memberId, balance: balance(debit) };
  });
  const mirror = hundredths(balance(accountOf.clearing(network)));
  return { network, revision, ...owed(mirror), visits };
}

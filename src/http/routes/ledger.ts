import { credits } from '../../../schemas/amounts.ts';
import { ledgerAnswer, meAnswer } from '../../../schemas/http/ledger.ts';
import { callerIn } from '../authentication.ts';
import type { Routes } from '../route.ts';

const TAG = 'Ledger';

export function ledgerRoutes(routes: Routes): void {
  const { sequencer, projections } = routes.services;
  const { entries, directory } = projections;

  routes.read({
    url: '/v1/me',
    tag: TAG,
    summary: 'What this key is for',
    policy: 'any key',
    answer: meAnswer,
    handle: ({ request }) => {
      const { accessId, role, organisation } = callerIn(request);
      const { network, timeZone, revision } = sequencer.ledger;
      const found = organisation && directory.organisations.get(organisation);
      const venues = [...directory.venues.values()].filter(
        (venue) => venue.organisationId === organisation,
      );
      return {
        network,
        timeZone,
        accessId,
        role,
        organisation: found
          ? { organisationId: found.organisationId, name: found.name, roles: [...found.roles] }
          : undefined,
        venues: venues.map(({ venueId, name, state }) => ({ venueId, name, state })),
        revision,
      };
    },
  });

  routes.read({
    url: '/v1/ledger',
    tag: TAG,
    summary: 'The ledger as a whole: its revision, and the sum of all balances, which is zero',
    policy: 'any key',
    answer: ledgerAnswer,
    handle: () => ({
      network: sequencer.ledger.network,
      revision: entries.revision,
      accounts: entries.accountCount,
      transactions: entries.transactions,
      sumOfBalances: credits(entries.sum()),
      predecessor: directory.predecessor,
    }),
  });
}

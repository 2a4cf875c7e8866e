import { credits } from '../../../schemas/amounts.ts';
import type { Rules } from '../../../schemas/events/ledger.ts';
import type { EventType, Recorded, StreamEvent } from '../../../schemas/events/index.ts';
import { keyDigest } from '../../../schemas/digest.ts';
import {
  formatBody,
  idempotencyKeyAnswer,
  ledgerAnswer,
  meAnswer,
  openingBalancesAnswer,
  openingBalancesBody,
  refusalsAnswer,
  rulesAnswer,
  rulesBody,
} from '../../../schemas/http/ledger.ts';
import { idempotencyKeySchema, unquoted } from '../../../schemas/http/redemption.ts';
import { REFUSAL_CODES, REFUSALS } from '../../../schemas/refusals.ts';
import { z } from 'zod';
import { callerIn } from '../authentication.ts';
import { stop } from '../problems.ts';
import { scopeOf, transactionOf, type Routes } from '../route.ts';
import { STATUSES } from '../statuses.ts';

const TAG = 'Ledger';

/** Event types that move credits or minutes, and so are transactions. */
const TRANSACTIONS: readonly EventType[] = [
  'CreditsBroughtForward',
  'CreditsAllocated',
  'AllocationReturned',
  'CreditsIssued',
  'CreditsRedeemed',
  'CreditsTransferred',
  'TransactionReversed',
];

export function ledgerRoutes(routes: Routes): void {
  const { sequencer, projections, read } = routes.services;
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
        venues: venues.map(({ venueId, name }) => ({ venueId, name })),
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
      accounts: [...entries.accounts()].length,
      transactions: entries.transactions,
      sumOfBalances: credits(entries.sum()),
    }),
  });

  const rulesNow = () => {
    const { network, timeZone, format, rules, revision } = sequencer.ledger;
    return { network, timeZone, format, rules: rules!, revision };
  };
  routes.read({
    url: '/v1/rules',
    tag: TAG,
    summary: 'The rules of this network',
    policy: ['admin'],
    answer: rulesAnswer,
    handle: rulesNow,
  });
  routes.write({
    url: '/v1/rules',
    tag: TAG,
    summary: 'Change rules, from now on',
    command: 'ChangeRules',
    status: 200,
    body: rulesBody,
    answer: rulesAnswer,
    prepare: ({ body }) => ({
      ask: { type: 'ChangeRules', rules: body as Partial<Rules> },
      answer: ({ first: { event }, revision }) => {
        if (event.type !== 'RulesChanged') throw new TypeError(event.type);
        return { ...rulesNow(), rules: event.data.rules, revision };
      },
    }),
  });
  routes.write({
    url: '/v1/format',
    tag: TAG,
    summary: 'Raise the format, once every instance runs code that reads the next',
    command: 'RaiseFormat',
    status: 200,
    body: formatBody,
    answer: rulesAnswer,
    prepare: ({ body }) => ({
      ask: { type: 'RaiseFormat', ...body },
      answer: ({ revision }) => ({ ...rulesNow(), revision }),
    }),
  });

  routes.write({
    url: '/v1/opening-balances',
    tag: TAG,
    summary: 'Bring forward the balances of a scheme that is already running',
    command: 'BringForward',
    body: openingBalancesBody,
    answer: openingBalancesAnswer,
    prepare: ({ body }) => ({
      ask: { type: 'BringForward', ...body },
      answer: ({ recorded, revision, balance }) => {
        const lines = recorded.map((one) => {
          const { event } = one;
          if (event.type !== 'CreditsBroughtForward') throw new TypeError(event.type);
          const { credit, credits: amount } = event.data;
          const transactionId = transactionOf(one);
          return { transactionId, account: credit, credits: amount, balance: balance(credit) };
        });
        return { revision, entries: lines };
      },
    }),
  });

  routes.read({
    url: '/v1/refusals',
    tag: TAG,
    summary: 'Every reason for which the ledger says no, in order of precedence',
    policy: 'public',
    answer: refusalsAnswer,
    handle: () => ({
      refusals: REFUSAL_CODES.map((code) => ({ code, status: STATUSES[code], ...REFUSALS[code] })),
    }),
  });

  routes.read({
    url: '/v1/idempotency-keys/:key',
    tag: TAG,
    summary: 'What became of a request, by its idempotency key',
    policy: ['admin', 'coordinator', 'partner'],
    params: z.strictObject({ key: idempotencyKeySchema }),
    answer: idempotencyKeyAnswer,
    handle: async ({ params, request }) => {
      const key = keyDigest(scopeOf(callerIn(request)), unquoted(params.key));
      for (const revision of sequencer.ledger.keys.candidates(key)) {
        const event = await routes.services.eventAt(revision);
        if (event.type === 'KeyVoided' && event.data.voids === key) {
          return became('voided', [{ revision, event }]);
        }
        if (event.command.key === key) {
          const made: Recorded[] = [];
          for await (const page of read(revision, event.command.count)) {
            const events = page.lines.map((line) => JSON.parse(line) as StreamEvent);
            made.push(
              ...events.map((one, index) => ({ revision: page.firstRevision + index, event: one })),
            );
          }
          return became('recorded', made);
        }
      }
      return stop('key_not_found');
    },
  });
}

function became(outcome: 'recorded' | 'voided', made: readonly Recorded[]) {
  const { revision, event } = made[0]!;
  const events = made.map((one) => ({
    type: one.event.type,
    revision: one.revision,
    transactionId: TRANSACTIONS.includes(one.event.type) ? transactionOf(one) : undefined,
  }));
  return { outcome, recordedAt: event.recordedAt, revision, events };
}

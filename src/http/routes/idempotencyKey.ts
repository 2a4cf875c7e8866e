import { z } from 'zod';
import type { Recorded, StreamEvent } from '../../../schemas/events/index.ts';
import { idempotencyKeyAnswer } from '../../../schemas/http/ledger.ts';
import { idempotencyKeySchema, unquoted } from '../../../schemas/http/redemption.ts';
import { callerIn } from '../authentication.ts';
import { stop } from '../problems.ts';
import { transactionOf, type Routes } from '../route.ts';
import { scoped, useIn } from '../scope.ts';
import { isTransaction } from '../transactions.ts';

const TAG = 'Ledger';

export function idempotencyKeyRoutes(routes: Routes): void {
  const { services } = routes;
  const { sequencer, read } = services;

  routes.read({
    url: '/v1/idempotency-keys/:key',
    tag: TAG,
    summary: 'What became of a request, by its idempotency key',
    policy: ['admin', 'coordinator', 'partner'],
    params: z.strictObject({ key: idempotencyKeySchema }),
    answer: idempotencyKeyAnswer,
    handle: async ({ params, request }) => {
      const caller = callerIn(request);
      const key = scoped(services, caller, unquoted(params.key));
      const { keys } = sequencer.ledger;
      const shared = key.shared === undefined ? [] : keys.candidates(key.shared);
      for (const revision of [...keys.candidates(key.key), ...shared]) {
        const event = await services.eventAt(revision);
        const use = useIn(services, caller, key, event);
        if (use === 'voided') return became('voided', [{ revision, event }]);
        if (use === 'used') {
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
    transactionId: isTransaction(one.event) ? transactionOf(one) : undefined,
  }));
  return { outcome, recordedAt: event.recordedAt, revision, events };
}

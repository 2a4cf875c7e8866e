import { z } from 'zod';
import { keyDigest } from '../../../schemas/digest.ts';
import type { Recorded, StreamEvent } from '../../../schemas/events/index.ts';
import { idempotencyKeyAnswer } from '../../../schemas/http/ledger.ts';
import { idempotencyKeySchema, unquoted } from '../../../schemas/http/redemption.ts';
import { callerIn } from '../authentication.ts';
import { stop } from '../problems.ts';
import { scopeOf } from '../identity.ts';
import { transactionOf, type Routes } from '../route.ts';
import { isTransaction } from '../transactions.ts';

const TAG = 'Ledger';

export function idempotencyKeyRoutes(routes: Routes): void {
  const { sequencer, read } = routes.services;

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
    transactionId: isTransaction(one.event) ? transactionOf(one) : undefined,
  }));
  return { outcome, recordedAt: event.recordedAt, revision, events };
}

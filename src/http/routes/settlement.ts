import { credits, hundredths } from '../../../schemas/amounts.ts';
import { PROGRAMME } from '../../../schemas/ids.ts';
import {
  reimbursementAnswer,
  reimbursementBody,
  settlementBody,
  settlementCreated,
} from '../../../schemas/http/settlement.ts';
import { venueParams } from '../../../schemas/http/venue.ts';
import { eventOf, transactionOf, type Routes } from '../route.ts';

const TAG = 'Settlements';

export function settlementRoutes(routes: Routes): void {
  routes.write({
    url: '/v1/settlements',
    tag: TAG,
    summary: 'Clear a till of what was recorded up to the end of a day and is not settled',
    command: 'SettleTill',
    body: settlementBody,
    answer: settlementCreated,
    prepare: ({ body }) => ({
      ask: { type: 'SettleTill', ...body },
      answer: ({ first, revision }) => {
        const { credits: amount = '0', debit, ...settled } = eventOf(first, 'TillSettled').data;
        const cleared = debit === PROGRAMME ? -hundredths(amount) : hundredths(amount);
        const transactionId = transactionOf(first);
        return { transactionId, revision, ...settled, credits: credits(cleared) };
      },
    }),
  });

  routes.write({
    url: '/v1/venues/:id/reimbursement',
    tag: TAG,
    summary: 'Agree what a venue is reimbursed for a credit: information on its settlements',
    command: 'AgreeReimbursement',
    params: venueParams,
    body: reimbursementBody,
    answer: reimbursementAnswer,
    prepare: ({ params: { id }, body }) => ({
      ask: { type: 'AgreeReimbursement', venueId: id, ...body },
      answer: ({ first, revision }) => {
        const { venueId, rate } = eventOf(first, 'ReimbursementAgreed').data;
        return { venueId, poundsPerCredit: rate, revision };
      },
    }),
  });
}

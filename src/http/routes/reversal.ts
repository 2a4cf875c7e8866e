import { reversalBody, reversalCreated, reversalParams } from '../../../schemas/http/reversal.ts';
import { eventOf, transactionOf, type Routes } from '../route.ts';
import { seesAccount } from '../visibility.ts';

export function reversalRoutes(routes: Routes): void {
  const { directory } = routes.services.projections;
  routes.write({
    url: '/v1/transactions/:id/reversals',
    tag: 'Transactions',
    summary: 'Refund a redemption, or take back an issue or a transfer, in part or whole',
    command: 'ReverseTransaction',
    params: reversalParams,
    body: reversalBody,
    answer: reversalCreated,
    prepare: ({ params, body, caller }) => ({
      ask: { type: 'ReverseTransaction', transactionId: params.id, ...body },
      answer: ({ first, revision, balance }) => {
        const event = eventOf(first, 'TransactionReversed');
        const { reverses, credits = '0', debit, issue } = event.data;
        return {
          transactionId: transactionOf(first),
          reverses,
          revision,
          credits,
          minutes: issue?.minutes,
          carriedMinutes: issue?.carriedMinutes,
          writtenOff: issue?.writtenOff,
          account: debit,
          balance:
            debit === undefined || !seesAccount(directory, caller, debit)
              ? undefined
              : balance(debit),
        };
      },
    }),
  });
}

import { transferBody, transferCreated } from '../../../schemas/http/transfer.ts';
import { eventOf, transactionOf, type Routes } from '../route.ts';

export function transferRoutes(routes: Routes): void {
  routes.write({
    url: '/v1/transfers',
    tag: 'Transfers',
    summary: 'Give, donate, thank: move credits between wallets and pots, all or nothing',
    command: 'TransferCredits',
    body: transferBody,
    answer: transferCreated,
    prepare: ({ body }) => ({
      ask: { type: 'TransferCredits', ...body },
      answer: ({ recorded, revision, balance }) => {
        const entries = recorded.map((one) => {
          const event = eventOf(one, 'CreditsTransferred');
          const { debit, credit, credits } = event.data;
          const transactionId = transactionOf(one);
          return { transactionId, from: debit, to: credit, credits, balance: balance(debit) };
        });
        return { revision, entries };
      },
    }),
  });
}

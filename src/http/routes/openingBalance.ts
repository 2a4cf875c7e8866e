import { openingBalancesAnswer, openingBalancesBody } from '../../../schemas/http/ledger.ts';
import { eventOf, transactionOf, type Routes } from '../route.ts';

const TAG = 'Ledger';

export function openingBalanceRoutes(routes: Routes): void {
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
          const event = eventOf(one, 'CreditsBroughtForward');
          const { credit, credits: amount } = event.data;
          const transactionId = transactionOf(one);
          return { transactionId, account: credit, credits: amount, balance: balance(credit) };
        });
        return { revision, entries: lines };
      },
    }),
  });
}

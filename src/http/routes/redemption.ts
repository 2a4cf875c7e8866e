import {
  redemptionBody,
  redemptionCreated,
  unquoted,
  voidAnswer,
  voidBody,
} from '../../../schemas/http/redemption.ts';
import { holderOf, type MemberId } from '../../../schemas/ids.ts';
import { eventOf, transactionOf, type Done, type Routes } from '../route.ts';
import { scoped } from '../scope.ts';

const TAG = 'Redemptions';

export function redemptionRoutes(routes: Routes): void {
  routes.write({
    url: '/v1/redemptions',
    tag: TAG,
    summary: "Take credits from a member's wallet at a venue",
    command: 'RedeemCredits',
    body: redemptionBody,
    answer: redemptionCreated,
    prepare: ({ body: { memberId, card, ...fields } }) => ({
      ask: { type: 'RedeemCredits', member: routes.bearer({ memberId, card }), ...fields },
      answer: ({ first, revision, balance }) => {
        const event = eventOf(first, 'CreditsRedeemed');
        const { debit, credits } = event.data;
        return {
          transactionId: transactionOf(first),
          revision,
          memberId: holderOf(debit) as MemberId,
          credits,
          balance: balance(debit),
        };
      },
    }),
  });

  routes.write({
    url: '/v1/voids',
    tag: TAG,
    summary: 'Undo what an idempotency key made, or spend the key so that it never will',
    command: 'VoidKey',
    status: 200,
    body: voidBody,
    answer: voidAnswer,
    prepare: ({ body, caller }) => {
      const { key: voids, shared } = scoped(routes.services, caller, unquoted(body.key));
      return { ask: { type: 'VoidKey', voids, shared }, answer: voided };
    },
  });
}

function voided({ first, revision }: Done) {
  const { event } = first;
  switch (event.type) {
    case 'KeyVoided':
      return { outcome: 'key_spent' as const, revision };
    case 'CreditsHeld':
    case 'HoldCancelled':
      return { outcome: 'cancelled' as const, revision };
    case 'HoldCaptured':
    case 'CreditsRedeemed':
      return { outcome: 'reversed' as const, transactionId: transactionOf(first), revision };
    case 'TransactionReversed': {
      const transactionId = event.data.reverses;
      return {
        outcome: 'reversed' as const,
        transactionId,
        reversalId: transactionOf(first),
        revision,
      };
    }
    default:
      throw new TypeError(event.type);
  }
}

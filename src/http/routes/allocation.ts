import {
  allocationBody,
  allocationCreated,
  allocationReturnBody,
} from '../../../schemas/http/allocation.ts';
import { accountOf, type OrganisationId } from '../../../schemas/ids.ts';
import { transactionOf, type Done, type Routes } from '../route.ts';

const TAG = 'Allocations';

export function allocationRoutes(routes: Routes): void {
  const answer =
    ({ organisationId, fund }: { organisationId: OrganisationId; fund: string }) =>
    ({ first, revision, balance }: Done) => {
      const { data, type } = first.event;
      if (!('credits' in data) || data.credits === undefined) throw new TypeError(type);
      const account = accountOf.allocation(organisationId, fund);
      const transactionId = transactionOf(first);
      return { transactionId, account, credits: data.credits, balance: balance(account), revision };
    };

  routes.write({
    url: '/v1/allocations',
    tag: TAG,
    summary: 'Allocate credits of a fund to an earn group',
    command: 'AllocateCredits',
    body: allocationBody,
    answer: allocationCreated,
    prepare: ({ body }) => ({ ask: { type: 'AllocateCredits', ...body }, answer: answer(body) }),
  });

  routes.write({
    url: '/v1/allocations/returns',
    tag: TAG,
    summary: 'Return what is left of an allocation to the programme',
    command: 'ReturnAllocation',
    body: allocationReturnBody,
    answer: allocationCreated,
    prepare: ({ body }) => ({ ask: { type: 'ReturnAllocation', ...body }, answer: answer(body) }),
  });
}

import { credits, hundredths, LARGEST } from '../../schemas/amounts.ts';
import type { AllocateCredits, ReturnAllocation } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { accountOf, fundOf, holderOf, PROGRAMME, type OrganisationId } from '../../schemas/ids.ts';
import { addDays, type Day } from '../../schemas/time.ts';
import { move } from './account.ts';
import { accept, insufficient, reject, type Context, type Fact, type Verdict } from './context.ts';
import { organisationHalted } from './standing.ts';
import { available, rulesOf, type Fund, type Ledger } from './state.ts';

/** Credits that one funder gives an earn group to issue, with the days they are for. */
export function allocateCredits({ state, today }: Context, ask: AllocateCredits): Verdict {
  const organisation = state.organisations.get(ask.organisationId);
  if (organisation === undefined) {
    return reject('organisation_not_found', { id: ask.organisationId });
  }
  if (!organisation.roles.includes('earn')) {
    return reject('not_an_earn_group', { id: ask.organisationId });
  }
  if (organisation.standing === 'closed') return reject('organisation_closed');
  const before = fundsOf(state, ask.organisationId).find(({ name }) => name === ask.fund);
  const firstDay = ask.firstDay ?? before?.firstDay;
  const lastDay = ask.lastDay ?? before?.lastDay;
  if (firstDay !== undefined && lastDay !== undefined && lastDay < firstDay) {
    return reject('days_inverted');
  }
  if (lastDay !== undefined && lastDay < oldestDay(state, today)) {
    const { issueBackdatingDays: days } = rulesOf(state);
    return reject('fund_ended', { fund: ask.fund, day: lastDay, days });
  }
  return accept({
    type: 'CreditsAllocated',
    data: {
      debit: PROGRAMME,
      credit: accountOf.allocation(ask.organisationId, ask.fund),
      credits: ask.credits,
      firstDay: ask.firstDay,
      lastDay: ask.lastDay,
    },
    organisation: ask.organisationId,
  });
}

export function returnAllocation({ state }: Context, ask: ReturnAllocation): Verdict {
  const account = accountOf.allocation(ask.organisationId, ask.fund);
  if (!fundsOf(state, ask.organisationId).some(({ name }) => name === ask.fund)) {
    return reject('account_not_found', { id: account });
  }
  const halted = organisationHalted(state.organisations.get(ask.organisationId));
  if (halted !== undefined) return halted;
  const amount = hundredths(ask.credits);
  const has = available(state, account);
  if (has < amount) return { refusal: insufficient(has, amount) };
  return accept({
    type: 'AllocationReturned',
    data: { debit: account, credit: PROGRAMME, credits: ask.credits },
    organisation: ask.organisationId,
  });
}

/**
 * What is left of allocations whose last day is longer ago than the rules let hours be recorded:
 * it is returned, by the system. Credits that a correction brings back later are returned again.
 */
export function allocationsLapsed(state: Ledger, today: Day): Fact[] {
  if (state.rules === undefined) return [];
  const facts: Fact[] = [];
  const oldest = oldestDay(state, today);
  for (const [organisation, funds] of state.funds.entries()) {
    for (const { name, lastDay } of funds) {
      if (lastDay === undefined || lastDay >= oldest) continue;
      facts.push(...returnsOf(state, organisation, name));
    }
  }
  return facts;
}

/** The returns of all that is left in a fund, each of no more than one movement carries. */
export function returnsOf(state: Ledger, organisation: OrganisationId, fund: string): Fact[] {
  const debit = accountOf.allocation(organisation, fund);
  const facts: Fact[] = [];
  for (let left = available(state, debit); left > 0; left -= LARGEST) {
    const data = { debit, credit: PROGRAMME, credits: credits(Math.min(left, LARGEST)) };
    facts.push({ type: 'AllocationReturned', data, organisation });
  }
  return facts;
}

/** The oldest day whose hours may be recorded. */
function oldestDay(state: Ledger, today: Day): Day {
  return addDays(today, -rulesOf(state).issueBackdatingDays);
}

export function fundsOf(state: Ledger, organisation: OrganisationId): readonly Fund[] {
  return state.funds.get(organisation) ?? [];
}

/** The funds whose days cover a day; the one that ends first stands first. */
export function fundsCovering(
  state: Ledger,
  organisation: OrganisationId,
  day: Day,
): readonly Fund[] {
  const OPEN_END = '9999-12-31';
  return fundsOf(state, organisation)
    .filter(({ firstDay, lastDay }) => (firstDay ?? day) <= day && day <= (lastDay ?? day))
    .toSorted((a, b) => {
      const [endA, endB] = [a.lastDay ?? OPEN_END, b.lastDay ?? OPEN_END];
      if (endA !== endB) return endA < endB ? -1 : 1;
      return a.name < b.name ? -1 : 1;
    });
}

export function creditsAllocated(state: Ledger, { data }: EventOf<'CreditsAllocated'>): void {
  move(state, data);
  const organisation = holderOf(data.credit) as OrganisationId;
  const name = fundOf(data.credit);
  const funds = fundsOf(state, organisation);
  const before = funds.find((fund) => fund.name === name);
  const after: Fund = {
    name,
    firstDay: data.firstDay ?? before?.firstDay,
    lastDay: data.lastDay ?? before?.lastDay,
  };
  state.funds.set(
    organisation,
    before === undefined
      ? [...funds, after]
      : funds.map((fund) => (fund.name === name ? after : fund)),
  );
}

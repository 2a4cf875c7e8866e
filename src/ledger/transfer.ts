import { hundredths } from '../../schemas/amounts.ts';
import type { TransferCredits } from '../../schemas/commands.ts';
import {
  fundOf,
  holderOf,
  kindOf,
  type Account,
  type MemberId,
  type OrganisationId,
} from '../../schemas/ids.ts';
import { fault, refuse, type Fault, type Refusal } from '../../schemas/refusals.ts';
import { holderMissing, move } from './account.ts';
import { fundsCovering } from './allocation.ts';
import { actsFor, insufficient, reject, type Context, type Fact, type Verdict } from './context.ts';
import { belongsToCaller } from './member.ts';
import { isThere } from './there.ts';
import { accountNow, endOf } from './rest.ts';
import { memberHalted, organisationHalted } from './standing.ts';
import { available, draftOf, type Ledger } from './state.ts';

type Entry = TransferCredits['entries'][number];

/** From what to what credits go, and the reasons for it. */
const WAYS: Readonly<Record<string, readonly TransferCredits['reason'][]>> = {
  'wallet wallet': ['gift', 'thanks', 'bequest'],
  'wallet pot': ['donation', 'trip', 'bequest'],
  'pot wallet': ['thanks', 'trip', 'gift'],
  'allocation pot': ['thanks', 'trip', 'donation'],
};

/** Moves credits between accounts: all entries in one append, or none. */
export function transferCredits(context: Context, ask: TransferCredits): Verdict {
  const { state } = context;
  const entries = ask.entries.map(({ from, to, credits }) => ({
    from: accountNow(state, from),
    to: accountNow(state, to),
    credits,
  }));
  const errors = entries.flatMap((entry, index) => faultOf(context, ask, entry, index) ?? []);
  if (errors.length > 0) {
    const [first] = errors;
    const code = errors.length === 1 && first !== undefined ? first.code : 'entries_refused';
    return {
      refusal: { ...refuse(code, { count: errors.length }), detail: wording(errors), errors },
    };
  }
  if (ask.agreed === undefined && ask.entries.some(({ from }) => kindOf(from) === 'wallet')) {
    return reject('agreement_missing');
  }
  const short = shortage(state, entries);
  if (short !== undefined) return { refusal: short };
  return { facts: entries.map((entry) => transferred(context, ask, entry)) };
}

/** The entries that are not covered when those before them have been booked, each by its line. */
function shortage(state: Ledger, entries: readonly Entry[]): Refusal | undefined {
  const books = draftOf(state);
  const errors: Fault[] = [];
  let first: Refusal | undefined;
  entries.forEach(({ from, to, credits }, index) => {
    const has = available(books, from);
    if (has >= hundredths(credits)) return move(books, { debit: from, credit: to, credits });
    const refusal = insufficient(has, hundredths(credits));
    first ??= refusal;
    const { code, detail } = refusal;
    errors.push({ pointer: `#/entries/${index}/credits`, code, detail: `${from}: ${detail}` });
  });
  return first && { ...first, errors };
}

function wording(errors: readonly Fault[]): string {
  const [first] = errors;
  if (errors.length === 1 && first !== undefined) return first.detail;
  return refuse('entries_refused', { count: errors.length }).detail;
}

function faultOf(context: Context, ask: TransferCredits, entry: Entry, index: number) {
  const { state, caller } = context;
  const { from, to } = entry;
  // As it was sent: whom a merged member is by now is no business of other groups.
  const sent = ask.entries[index]!;
  const at = (side: string) => `#/entries/${index}/${side}`;
  if (holderMissing(state, from) ?? hidden(context, from)) {
    return fault(at('from'), 'account_not_found', { id: sent.from });
  }
  if (!isThere(context, to)) return fault(at('to'), 'account_not_found', { id: sent.to });
  const halted = debitHalted(state, from);
  if (halted !== undefined) return fault(at('from'), halted.refusal.code);
  if (endOf(state, to) !== to) {
    return fault(at('to'), kindOf(to) === 'wallet' ? 'member_closed' : 'organisation_closed');
  }
  if (kindOf(to) === 'wallet' && holderOf(to) === caller.member) {
    return fault(at('to'), 'own_wallet', { line: index + 1 });
  }
  if (kindOf(from) === 'allocation' && !coversToday(context, from)) {
    const words = { fund: ` named ${fundOf(from)}`, day: context.today };
    return fault(at('from'), 'no_fund_for_day', words);
  }
  const way = WAYS[`${kindOf(from)} ${kindOf(to)}`];
  const elsewhere = kindOf(from) === 'allocation' && holderOf(from) !== holderOf(to);
  if (from === to || elsewhere || !way?.includes(ask.reason)) {
    const words = { line: index + 1, from, to, reason: ask.reason };
    return fault(at('to'), 'transfer_not_allowed', words);
  }
  return undefined;
}

/** Why an account takes no new debit: its holder is suspended, or was closed. */
function debitHalted(state: Ledger, account: Account) {
  const holder = holderOf(account);
  switch (kindOf(account)) {
    case 'wallet':
      return memberHalted(state.member.get(holder as MemberId)!);
    case 'pot':
    case 'allocation':
      return organisationHalted(state.organisations.get(holder as OrganisationId));
    default:
      return undefined;
  }
}

/** Whether the days of a fund cover today, on which its credits would go to a pot. */
function coversToday({ state, today }: Context, allocation: Account): boolean {
  const funds = fundsCovering(state, holderOf(allocation) as OrganisationId, today);
  return funds.some(({ name }) => name === fundOf(allocation));
}

/** Whether an account is none of the caller's business, so that it is as if it were not there. */
function hidden({ state, caller }: Context, account: Account): boolean {
  const holder = holderOf(account);
  if (kindOf(account) === 'wallet') {
    const member = state.member.get(holder as MemberId);
    return member === undefined || !belongsToCaller(caller, member);
  }
  return !actsFor(caller, holder as OrganisationId);
}

function transferred({ caller }: Context, ask: TransferCredits, entry: Entry): Fact {
  const { from, to, credits } = entry;
  const held = [from, to].find((account) => ['pot', 'allocation'].includes(kindOf(account)));
  const holder = held === undefined ? undefined : (holderOf(held) as OrganisationId);
  const organisation = caller.organisation ?? holder;
  return {
    type: 'CreditsTransferred',
    data: {
      debit: from,
      credit: to,
      credits,
      reason: ask.reason,
      agreed: kindOf(from) === 'wallet' ? ask.agreed : undefined,
    },
    organisation,
  };
}

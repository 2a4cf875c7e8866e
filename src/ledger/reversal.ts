import { credits, creditsAloud, hundredths, type Hundredths } from '../../schemas/amounts.ts';
import type { ReverseTransaction } from '../../schemas/commands.ts';
import type { EventOf, Recorded } from '../../schemas/events/index.ts';
import {
  fundOf,
  holderOf,
  kindOf,
  randomOf,
  revisionIn,
  transactionIdAt,
  type Account,
  type AccountKind,
  type MemberId,
  type OrganisationId,
  type TransactionId,
} from '../../schemas/ids.ts';
import type { Refusal } from '../../schemas/refusals.ts';
import { move } from './account.ts';
import {
  actsFor,
  insufficient,
  reject,
  tooFew,
  type Context,
  type Fact,
  type Verdict,
} from './context.ts';
import { giveBack, peopleIn, whose } from './cap.ts';
import { belongsToCaller } from './member.ts';
import { addGiven, addMinutesOn, coveredMinutes, destination, withdrawal } from './given.ts';
import { accountNow, endOf } from './rest.ts';
import { actsAs, sideOf } from './sides.ts';
import { available, rulesOf, type Ledger } from './state.ts';

type Reason = ReverseTransaction['reason'];
type GivenBack = NonNullable<EventOf<'TransactionReversed'>['data']['givenBack']>;

/** What can be reversed: an issue in minutes, the others in credits. */
export type Reversible = Recorded<
  EventOf<
    'CreditsIssued' | 'CreditsRedeemed' | 'CreditsTransferred' | 'HoldCaptured' | 'VisitRecorded'
  >
>;
export type RecordedIssue = Recorded<EventOf<'CreditsIssued'>>;

/** What a reversal may debit past what is there: a refund and a mended visit are owed anyway. */
const UNGUARDED: readonly AccountKind[] = ['till', 'clearing'];

const MOVEMENTS: readonly string[] = [
  'CreditsAllocated',
  'AllocationReturned',
  'CreditsBroughtForward',
  'TransactionReversed',
  'TillSettled',
];

export function reverseTransaction(context: Context, ask: ReverseTransaction): Verdict {
  const found = findReversible(context, ask.transactionId);
  if ('refusal' in found) return found;
  const { original } = found;
  const inMinutes = isIssue(original);
  if (inMinutes ? ask.credits !== undefined : ask.minutes !== undefined) {
    const unit = inMinutes ? 'minutes' : 'credits';
    return reject('reversal_unit', { type: original.event.type, unit });
  }
  const remaining = remainsOf(context.state, original);
  if (remaining === 0) return reject('already_reversed', { id: ask.transactionId });
  const asked = ask.credits === undefined ? ask.minutes : hundredths(ask.credits);
  const amount = asked ?? remaining;
  if (amount > remaining) {
    return reject('more_than_remains', {
      remaining: inMinutes ? `${remaining} minutes` : creditsAloud(remaining),
    });
  }
  const writeOff = ask.writeOff === true && actsFor(context.caller, undefined);
  const result = reversal(context, context.state, original, amount, ask.reason, writeOff);
  return 'refusal' in result ? result : { facts: [result] };
}

/** Reverses all that is left of a transaction. */
export function reverseInFull(context: Context, original: Reversible, reason: Reason): Verdict {
  const amount = remainsOf(context.state, original);
  const result = reversal(context, context.state, original, amount, reason, false);
  return 'refusal' in result ? result : { facts: [result] };
}

/** What a transaction id stands for, if it may be reversed by the caller. */
export function findReversible(
  context: Context,
  id: TransactionId,
): { readonly original: Reversible } | { readonly refusal: Refusal } {
  const { state, caller } = context;
  const revision = revisionIn(id);
  const missing = reject('transaction_not_found', { id });
  if (revision > state.revision) return missing;
  const event = context.recall(revision);
  if (randomOf(event.command.id) !== randomOf(id)) return missing;
  if (!actsAs(caller, sideOf(event), event.by.organisation)) return missing;
  switch (event.type) {
    case 'CreditsIssued':
    case 'CreditsRedeemed':
    case 'CreditsTransferred':
    case 'HoldCaptured':
    case 'VisitRecorded':
      return { original: { revision, event } };
    default:
      if (!MOVEMENTS.includes(event.type)) return missing;
      return reject('not_reversible', { type: event.type });
  }
}

/** What is left to reverse: minutes of an issue, hundredths of the others. */
export function remainsOf(state: Ledger, original: Reversible): number {
  const whole = isIssue(original)
    ? original.event.data.minutes
    : hundredths(original.event.data.credits as string);
  return whole - (state.reversed.get(original.revision) ?? 0);
}

function isIssue(original: Reversible): original is RecordedIssue {
  return original.event.type === 'CreditsIssued';
}

/**
 * The fact of a reversal, decided on some books.
 * @param amount minutes for an issue, hundredths for the others; at most what remains
 */
export function reversal(
  context: Context,
  books: Ledger,
  original: Reversible,
  amount: number,
  reason: Reason,
  writeOff: boolean,
): Fact | { readonly refusal: Refusal } {
  if (isIssue(original)) return issueReversal(context, books, original, amount, reason, writeOff);
  const sides = original.event.data as { debit: string; credit: string };
  const [debit, credit] = [accountNow(books, sides.credit), endOf(books, sides.debit)];
  if (debit === credit) return reject('both_sides_same', { account: debit });
  const has = available(books, debit);
  if (!UNGUARDED.includes(kindOf(debit)) && has < amount) {
    return { refusal: short(context, books, debit, has, amount) };
  }
  return {
    type: 'TransactionReversed',
    data: {
      reverses: transactionIdAt(original.revision, original.event.command.id),
      reason,
      debit,
      credit,
      credits: credits(amount),
      givenBack: usedBy(original, amount === remainsOf(books, original)),
    },
    organisation: original.event.by.organisation ?? context.caller.organisation,
  };
}

/** What of an offer's caps is given back: credits always, the rest when nothing is left. */
function usedBy({ event }: Reversible, whole: boolean): GivenBack | undefined {
  if (event.type !== 'CreditsRedeemed' && event.type !== 'HoldCaptured') return undefined;
  const { offerId, party, slot } = event.data;
  if (offerId === undefined) return undefined;
  const counted =
    event.type === 'HoldCaptured'
      ? { day: event.data.visitOn, memberId: event.data.memberId }
      : { day: event.occurredOn, ...whose(event.data.debit) };
  return {
    ...counted,
    offerId,
    places: whole ? peopleIn(party) : 0,
    redemptions: whole ? 1 : 0,
    slot,
  };
}

function issueReversal(
  context: Context,
  books: Ledger,
  { revision, event }: RecordedIssue,
  minutes: number,
  reason: Reason,
  writeOff: boolean,
): Fact | { readonly refusal: Refusal } {
  const { memberId, give, activity, debit } = event.data;
  const organisation = event.by.organisation as OrganisationId;
  const account = destination(give, memberId, organisation);
  const rules = rulesOf(books);
  const back =
    account === undefined ? undefined : withdrawal(books, account, memberId, minutes, rules);
  const taker = account === undefined ? undefined : accountNow(books, account);
  const has = taker === undefined ? 0 : available(books, taker);
  const owed: Hundredths = back?.credits ?? 0;
  if (account !== undefined && taker !== undefined && owed > has && !writeOff) {
    const most = coveredMinutes(books, account, memberId, minutes, has, rules);
    const id = transactionIdAt(revision, event.command.id);
    const more =
      ` ${most} of the ${minutes} minutes of ${id} could be reversed; an admin can reverse all ` +
      'and write off what is not there any more ("writeOff": true).';
    const refusal = short(context, books, taker, has, owed, more);
    return { refusal: { ...refusal, facts: { ...refusal.facts, reversibleMinutes: most } } };
  }
  const taken = Math.min(owed, has);
  return {
    type: 'TransactionReversed',
    data: {
      reverses: transactionIdAt(revision, event.command.id),
      reason,
      ...(taken > 0 &&
        debit && { debit: taker, credit: endOf(books, debit), credits: credits(taken) }),
      issue: {
        memberId,
        give,
        minutes,
        activity,
        fund: debit && fundOf(debit),
        occurredOn: event.occurredOn,
        carriedMinutes: back?.carriedMinutes,
        writtenOff: owed > taken ? credits(owed - taken) : undefined,
      },
    },
    organisation,
  };
}

/** Too little to take back; how much there is only the wallet's own side learns. */
function short(
  { caller }: Context,
  books: Ledger,
  account: Account,
  has: Hundredths,
  needs: Hundredths,
  more = '',
): Refusal {
  const member = kindOf(account) === 'wallet' && books.member.get(holderOf(account) as MemberId);
  if (member && !belongsToCaller(caller, member)) return tooFew(needs, more);
  return insufficient(has, needs, more);
}

export function transactionReversed(state: Ledger, event: EventOf<'TransactionReversed'>): void {
  const { reverses, issue, givenBack } = event.data;
  move(state, event.data);
  const taken = event.data.credits === undefined ? 0 : hundredths(event.data.credits);
  const revision = revisionIn(reverses);
  const amount = issue === undefined ? taken : issue.minutes;
  state.reversed.set(revision, (state.reversed.get(revision) ?? 0) + amount);
  if (givenBack !== undefined) giveBack(state, givenBack, taken);
  if (issue === undefined) return;
  const { memberId, give, minutes, occurredOn, writtenOff } = issue;
  addMinutesOn(state, memberId, occurredOn, -minutes);
  const account = destination(give, memberId, event.by.organisation as OrganisationId);
  if (account === undefined) return;
  const forgone = writtenOff === undefined ? 0 : hundredths(writtenOff);
  addGiven(state, account, memberId, -minutes, -(taken + forgone));
}

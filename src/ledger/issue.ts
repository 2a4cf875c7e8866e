import { credits, creditsAloud, hundredths, type Hundredths } from '../../schemas/amounts.ts';
import type { IssueCredits, IssueEntry } from '../../schemas/commands.ts';
import { COMMAND_EVENTS_MAX } from '../../schemas/events/envelope.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { accountOf, issueIdAt, type OrganisationId } from '../../schemas/ids.ts';
import { refuse, type Refusal } from '../../schemas/refusals.ts';
import { move } from './account.ts';
import { fundsCovering, fundsOf } from './allocation.ts';
import { actsFor, reject, type Context, type Fact, type Verdict } from './context.ts';
import { withinDays } from './day.ts';
import { enveloped } from './envelope.ts';
import { accrual, addGiven, addMinutesOn, destination } from './given.ts';
import { faultsOf, lineDigest, type Line } from './issueFaults.ts';
import {
  findReversible,
  remainsOf,
  reversal,
  transactionReversed,
  type RecordedIssue,
} from './reversal.ts';
import { addSheet, isSheet, sheetCandidates, sheetKept } from './sheet.ts';
import { organisationHalted } from './standing.ts';
import { available, draftOf, rulesOf, type Draft, type Ledger } from './state.ts';

/** Issues an attendance list, all or nothing; with `corrects`, in place of what it corrects. */
export function issueCredits(context: Context, ask: IssueCredits): Verdict {
  const { state, caller } = context;
  const { organisationId } = ask;
  const organisation = state.organisations.get(organisationId);
  if (organisation === undefined || !actsFor(caller, organisationId)) {
    return reject('organisation_not_found', { id: organisationId });
  }
  if (!organisation.roles.includes('earn')) {
    return reject('not_an_earn_group', { id: organisationId });
  }
  const corrected = correctedBy(context, ask);
  const unknown = 'refusal' in corrected && corrected.refusal.code === 'transaction_not_found';
  const halted = unknown ? undefined : organisationHalted(organisation);
  if (halted !== undefined) return halted;
  if ('refusal' in corrected) return corrected;
  const day = withinDays(context, ask.occurredOn, rulesOf(state).issueBackdatingDays);
  if ('refusal' in day) return day;
  const present = ask.entries.filter(({ minutes }) => minutes > 0);
  const absences = ask.entries.length - present.length;
  if (present.length === 0) return reject('nothing_to_issue', { absences });
  const events = present.length + corrected.originals.length;
  if (events > COMMAND_EVENTS_MAX)
    return reject('list_too_long', { events, limit: COMMAND_EVENTS_MAX });
  const sheet = duplicateSheet(context, ask, present, corrected.originals);
  if (sheet !== undefined) return { refusal: sheet };
  const checked = faultsOf(context, ask, corrected.originals);
  if ('refusal' in checked) return checked;
  const funded = fundFor(state, ask, checked.lines);
  if ('refusal' in funded) return funded;
  return book(context, ask, { ...corrected, ...checked, ...funded, absences });
}

/** The issues that a list replaces, each once, each with something left of it. */
function correctedBy(
  context: Context,
  ask: IssueCredits,
): { readonly originals: readonly RecordedIssue[] } | { readonly refusal: Refusal } {
  const originals: RecordedIssue[] = [];
  for (const id of new Set(ask.corrects ?? [])) {
    const found = findReversible(context, id);
    if ('refusal' in found) return found;
    const { original } = found;
    if (original.event.type !== 'CreditsIssued') {
      return reject('not_reversible', { type: original.event.type });
    }
    if (original.event.by.organisation !== ask.organisationId) {
      return reject('transaction_not_found', { id });
    }
    if (remainsOf(context.state, original) === 0) return reject('already_reversed', { id });
    originals.push(original as RecordedIssue);
  }
  return { originals };
}

function duplicateSheet(
  context: Context,
  ask: IssueCredits,
  present: readonly IssueEntry[],
  corrected: readonly RecordedIssue[],
): Refusal | undefined {
  if (ask.sheet === undefined || present.every(({ again }) => again === true)) return undefined;
  const { state, recall } = context;
  for (const first of sheetCandidates(state, ask.organisationId, ask.sheet)) {
    const event = recall(first);
    if (event.type !== 'CreditsIssued' || !isSheet(event.data.sheet, ask.sheet)) continue;
    if (event.by.organisation !== ask.organisationId) continue;
    const start = first - event.command.index;
    for (let revision = start; revision < start + event.command.count; revision += 1) {
      const line = recall(revision);
      if (line.type !== 'CreditsIssued') continue;
      if (corrected.some((original) => original.revision === revision)) continue;
      if (remainsOf(state, { revision, event: line }) === 0) continue;
      const issued = issueIdAt(start, event.command.id);
      const words = { first: issued, activity: event.data.activity, day: event.occurredOn };
      return refuse('duplicate_sheet', words);
    }
  }
  return undefined;
}

/** The fund named, or of those covering the day the one that ends first. */
function fundFor(
  state: Ledger,
  ask: IssueCredits,
  lines: readonly Line[],
): { readonly fund: string | undefined } | { readonly refusal: Refusal } {
  if (lines.every(({ give }) => give === 'none')) return { fund: undefined };
  const covering = fundsCovering(state, ask.organisationId, ask.occurredOn);
  const fund = covering.find(({ name }) => ask.fund === undefined || name === ask.fund);
  if (fund !== undefined) return { fund: fund.name };
  const named = ask.fund === undefined ? '' : ` named ${ask.fund}`;
  return reject('no_fund_for_day', { fund: named, day: ask.occurredOn });
}

type Plan = {
  readonly originals: readonly RecordedIssue[];
  readonly lines: readonly Line[];
  readonly fund: string | undefined;
  readonly absences: number;
};

/**
 * Books a correction's reversals before its issues; where the wallet has spent what the new issue
 * leaves it anyway, the issues first. Either way every account is covered at every event.
 */
function book(context: Context, ask: IssueCredits, plan: Plan): Verdict {
  const reversalsFirst = bookInOrder(context, ask, plan, true);
  if (plan.originals.length === 0 || 'facts' in reversalsFirst) return reversalsFirst;
  const issuesFirst = bookInOrder(context, ask, plan, false);
  return 'facts' in issuesFirst ? issuesFirst : reversalsFirst;
}

function bookInOrder(
  context: Context,
  ask: IssueCredits,
  plan: Plan,
  reversalsFirst: boolean,
): Verdict {
  const books = draftOf(context.state);
  const reverse = () => bookReversals(context, books, plan.originals);
  const issue = () => bookIssues(books, ask, plan);
  const [first, second] = reversalsFirst ? [reverse, issue] : [issue, reverse];
  const before = first();
  if ('refusal' in before) return before;
  const after = second();
  if ('refusal' in after) return after;
  return { facts: [...before.facts, ...after.facts] };
}

type Booked = { readonly facts: readonly Fact[] } | { readonly refusal: Refusal };

function bookReversals(
  context: Context,
  books: Draft,
  originals: readonly RecordedIssue[],
): Booked {
  const facts: Fact[] = [];
  for (const original of originals) {
    const left = remainsOf(books, original);
    const fact = reversal(context, books, original, left, 'mistake', false);
    if ('refusal' in fact) return fact;
    facts.push(fact);
    const [event] = enveloped(context, [fact]);
    transactionReversed(books, event as EventOf<'TransactionReversed'>);
  }
  return { facts };
}

function bookIssues(books: Draft, ask: IssueCredits, plan: Plan): Booked {
  const { organisationId } = ask;
  const rules = rulesOf(books);
  const facts: Fact[] = [];
  let needed: Hundredths = 0;
  const debit =
    plan.fund === undefined ? undefined : accountOf.allocation(organisationId, plan.fund);
  const has = debit === undefined ? 0 : available(books, debit);
  for (const { memberId, cardId, minutes, give, again } of plan.lines) {
    const credit = destination(give, memberId, organisationId);
    const made =
      credit === undefined ? undefined : accrual(books, credit, memberId, minutes, rules);
    const moved = made === undefined ? {} : { credit, credits: credits(made.credits), debit };
    const data: EventOf<'CreditsIssued'>['data'] = {
      activity: ask.activity,
      again: again || undefined,
      cardId,
      carriedMinutes: made?.carriedMinutes,
      ...moved,
      give,
      memberId,
      minutes,
      ...(facts.length === 0 && listWords(books, ask, plan)),
    };
    facts.push({
      type: 'CreditsIssued',
      data,
      organisation: organisationId,
      occurredOn: ask.occurredOn,
    });
    if (credit === undefined || made === undefined) continue;
    needed += made.credits;
    move(books, moved);
    addGiven(books, credit, memberId, minutes, made.credits);
  }
  if (needed > has) return exhausted(books, organisationId, plan.fund ?? '', has, needed);
  return { facts };
}

/** What belongs to the whole list and stands on its first line. */
function listWords(state: Ledger, ask: IssueCredits, plan: Plan) {
  return {
    fund: ask.fund,
    sheet: ask.sheet && sheetKept(state, ask.sheet),
    absences: plan.absences || undefined,
    corrects: ask.corrects?.length ? [...ask.corrects] : undefined,
  };
}

function exhausted(
  books: Ledger,
  organisation: OrganisationId,
  fund: string,
  has: Hundredths,
  needed: Hundredths,
): { readonly refusal: Refusal } {
  const left = fundsOf(books, organisation).map(({ name }) => {
    const account = accountOf.allocation(organisation, name);
    return { name, left: name === fund ? has : available(books, account) };
  });
  const funds = left.map(({ name, left }) => `${name} ${credits(left)}`).join(', ');
  const words = { fund, left: creditsAloud(has), needed: creditsAloud(needed), funds };
  const facts = Object.fromEntries(left.map(({ name, left }) => [name, credits(left)]));
  return reject('allocation_exhausted', words, { facts: { needed: credits(needed), ...facts } });
}

export function creditsIssued(
  state: Ledger,
  event: EventOf<'CreditsIssued'>,
  revision: number,
): void {
  const { memberId, give, minutes, activity, sheet } = event.data;
  const organisation = event.by.organisation as OrganisationId;
  move(state, event.data);
  const account = destination(give, memberId, organisation);
  if (account !== undefined) {
    addGiven(state, account, memberId, minutes, hundredths(event.data.credits ?? '0'));
  }
  addMinutesOn(state, memberId, event.occurredOn, minutes);
  state.lines.add(lineDigest(organisation, event.data, event.occurredOn, activity), revision);
  if (sheet !== undefined) addSheet(state, organisation, sheet, revision);
}

import type { Ask } from '../../schemas/commands.ts';
import type { RefusalCode } from '../../schemas/refusals.ts';
import { freeIn } from './modelBookings.ts';
import {
  actsAs,
  actsFor,
  balanceOf,
  cents,
  daysBefore,
  endOfWay,
  halted,
  knows,
  move,
  whoIs,
  type Books,
  type Caller,
  type Ruling,
  type Transaction,
} from './modelBooks.ts';

type List = Extract<Ask, { type: 'IssueCredits' }>;
type Present = { member: string; minutes: number; give: 'wallet' | 'pot' | 'none' };

/** The naive ledger's lists of hours, their corrections, and every reversal. */
export function issueHours(books: Books, caller: Caller, ask: List): Ruling {
  const group = books.organisations[ask.organisationId];
  if (!group || !actsFor(caller, ask.organisationId)) return { refused: 'organisation_not_found' };
  if (!group.roles.includes('earn')) return { refused: 'not_an_earn_group' };
  const replaced = replacedBy(books, caller, ask);
  const unknown = 'refused' in replaced && replaced.refused === 'transaction_not_found';
  const no = unknown ? undefined : halted(books, { organisation: ask.organisationId });
  if (no) return { refused: no };
  if ('refused' in replaced) return replaced;
  const { originals } = replaced;
  if (ask.occurredOn > caller.today) return { refused: 'occurred_in_future' };
  if (ask.occurredOn < daysBefore(caller.today, books.rules!.issueBackdatingDays)) {
    return { refused: 'too_long_ago' };
  }
  const here = ask.entries.filter(({ minutes }) => minutes > 0);
  if (here.length === 0) return { refused: 'nothing_to_issue' };
  const others = books.transactions.filter(
    (one) =>
      one.hours &&
      one.left > 0 &&
      one.organisation === ask.organisationId &&
      !originals.includes(one),
  );
  const seen = ask.sheet && others.some(({ hours }) => hours!.sheet === ask.sheet!.sha256);
  if (seen && here.some(({ again }) => !again)) return { refused: 'duplicate_sheet' };
  const checked = checkLines(books, caller, ask, originals, others);
  if (checked.faults.length > 0) return { refused: 'entries_refused', faults: checked.faults };
  const fund = fundFor(books, ask);
  if (checked.lines.some(({ give }) => give !== 'none') && fund === undefined) {
    return { refused: 'no_fund_for_day' };
  }
  return book(books, caller, ask, checked.lines, originals, fund ?? '');
}

/** First the reversals and then the hours, or the other way about where only that is covered. */
function book(
  books: Books,
  caller: Caller,
  ask: List,
  lines: Present[],
  originals: Transaction[],
  fund: string,
): Ruling {
  const withdraw = (trial: Books, from: number): RefusalCode | undefined => {
    for (const [index, { at }] of originals.entries()) {
      const original = trial.transactions.find((one) => one.at === at)!;
      const ruling = withdrawHours(trial, caller, original, original.left, false, from + index);
      if ('refused' in ruling) return ruling.refused;
    }
    return undefined;
  };
  const give = (trial: Books, from: number) =>
    giveHours(trial, caller, ask, lines, fund, from) ? undefined : 'allocation_exhausted';
  const trial = structuredClone(books);
  let refused = withdraw(trial, 0) ?? give(trial, originals.length);
  if (refused && originals.length > 0) {
    const other = structuredClone(books);
    if (!(give(other, 0) ?? withdraw(other, lines.length))) {
      Object.assign(trial, other);
      refused = undefined;
    }
  }
  if (refused) return { refused };
  Object.assign(books, trial);
  return { events: lines.length + originals.length };
}

function giveHours(
  books: Books,
  caller: Caller,
  ask: List,
  lines: Present[],
  fund: string,
  from: number,
): boolean {
  const allocation = `allocation:${ask.organisationId}:${fund}`;
  const step = cents(books.rules!.creditStep);
  lines.forEach(({ member, minutes, give }, index) => {
    const pot = `pot:${ask.organisationId}`;
    const account = { wallet: `wallet:${member}`, pot, none: undefined }[give];
    const jar = give === 'pot' ? `${pot} ${member}` : account;
    const hours = {
      ...{ member, minutes, day: ask.occurredOn, activity: ask.activity, jar },
      sheet: ask.sheet?.sha256,
    };
    let amount = 0;
    if (jar !== undefined) {
      const free = minutesIn(books, jar) + minutes - ((books.made[jar] ?? 0) * 60) / 100;
      while (((amount + step) * 60) / 100 <= free) amount += step;
      books.made[jar] = (books.made[jar] ?? 0) + amount;
    }
    const moved = move(
      books,
      caller,
      'issue',
      {
        ...{ from: account ? allocation : 'programme', to: account ?? 'programme' },
        ...{ credits: String(amount / 100), organisation: ask.organisationId },
      },
      from + index,
    );
    Object.assign(moved, { hours, left: minutes, from: account && allocation, to: account });
  });
  return balanceOf(books, allocation) >= 0;
}

/** All the minutes that still count in a jar. */
function minutesIn(books: Books, jar: string): number {
  const all = books.transactions.filter(({ hours }) => hours?.jar === jar);
  return all.reduce((sum, { left }) => sum + left, 0);
}

function checkLines(
  books: Books,
  caller: Caller,
  ask: List,
  originals: Transaction[],
  others: Transaction[],
): { lines: Present[]; faults: string[] } {
  const lines: Present[] = [];
  const faults: string[] = [];
  const named: string[] = [];
  ask.entries.forEach(({ member: bearer, minutes, give = 'wallet', again }, index) => {
    const who = 'cardHmac' in bearer ? 'card' : 'memberId';
    const fault = (field: string, code: string) =>
      faults.push(`#/entries/${index}${field && `/${field}`} ${code}`);
    const found = whoIs(books, bearer);
    if ('refused' in found) return void fault(who, found.refused);
    const { member } = found;
    const before = named.includes(member);
    named.push(member);
    if (minutes === 0 && !before) return;
    const thatDay = books.transactions
      .filter(({ hours }) => hours?.member === member && hours.day === ask.occurredOn)
      .filter((one) => !originals.includes(one))
      .reduce((sum, { left }) => sum + left, 0);
    const same = others.some(({ hours }) => {
      if (hours!.member !== member || hours!.minutes !== minutes) return false;
      return hours!.day === ask.occurredOn && hours!.activity === ask.activity;
    });
    if (give === 'wallet' && member === caller.member) fault(who, 'own_wallet');
    else if (before) fault(who, 'member_twice');
    else if (thatDay + minutes > books.rules!.memberDayMinutes)
      fault('minutes', 'too_many_minutes');
    else if (same && !again) fault('', 'duplicate_entry');
    else lines.push({ member, minutes, give });
  });
  return { lines, faults };
}

function fundFor(books: Books, ask: List): string | undefined {
  const covering = Object.entries(books.funds[ask.organisationId] ?? {})
    .filter(([name]) => ask.fund === undefined || ask.fund === name)
    .filter(([, { first }]) => first === undefined || first <= ask.occurredOn)
    .filter(([, { last }]) => last === undefined || last >= ask.occurredOn)
    .map(([name, { last = 'never' }]) => `${last} ${name}`);
  return covering.toSorted()[0]?.split(' ')[1];
}

function replacedBy(
  books: Books,
  caller: Caller,
  ask: List,
): { originals: Transaction[] } | { refused: RefusalCode } {
  const originals: Transaction[] = [];
  for (const id of new Set(ask.corrects ?? [])) {
    const found = findTransaction(books, caller, id);
    if ('refused' in found) return found;
    if (found.kind !== 'issue') return { refused: 'not_reversible' };
    if (found.organisation !== ask.organisationId) return { refused: 'transaction_not_found' };
    if (found.left === 0) return { refused: 'already_reversed' };
    originals.push(found);
  }
  return { originals };
}

function findTransaction(
  books: Books,
  caller: Caller,
  id: string,
): Transaction | { refused: RefusalCode } {
  const found = books.transactions.find((one) => one.id === id);
  const ofTill = [found?.from, found?.to].some((side) => side?.startsWith('till:'));
  if (!found || !actsAs(caller, ofTill ? 'partner' : 'coordinator', found.organisation)) {
    return { refused: 'transaction_not_found' };
  }
  const fixed = found.kind === 'other' || found.kind === 'settlement';
  return fixed ? { refused: 'not_reversible' } : found;
}

export function reverse(
  books: Books,
  caller: Caller,
  ask: Extract<Ask, { type: 'ReverseTransaction' }>,
): Ruling {
  const found = findTransaction(books, caller, ask.transactionId);
  if ('refused' in found) return found;
  const inMinutes = found.kind === 'issue';
  const wrongUnit = inMinutes ? ask.credits : ask.minutes;
  if (wrongUnit !== undefined) return { refused: 'reversal_unit' };
  if (found.left === 0) return { refused: 'already_reversed' };
  const asked = ask.credits === undefined ? ask.minutes : cents(ask.credits);
  if ((asked ?? 0) > found.left) return { refused: 'more_than_remains' };
  const amount = asked ?? found.left;
  const writeOff = ask.writeOff === true && actsFor(caller, undefined);
  return inMinutes
    ? withdrawHours(books, caller, found, amount, writeOff)
    : giveBack(books, caller, found, amount);
}

/** Takes credits back to where they came from; a till and a mirror account always may. */
export function giveBack(
  books: Books,
  caller: Caller,
  original: Transaction,
  amount: number,
): Ruling {
  const [from, to] = [original.to!, endOfWay(books, original.from!)];
  if (from === to) return { refused: 'both_sides_same' };
  if (!/^(till|clearing):/.test(from) && freeIn(books, from) < amount) {
    return tooLittle(books, caller, from);
  }
  const { organisation = caller.organisation } = original;
  move(books, caller, 'other', { from, to, credits: String(amount / 100), organisation });
  original.left -= amount;
  const { use } = original;
  if (use) use.amount -= amount;
  if (use && original.left === 0) Object.assign(use, { times: 0, people: 0 });
  return { events: 1 };
}

/** Whoever may not see a wallet is not told how much is in it. */
function tooLittle(books: Books, caller: Caller, account: string): Ruling {
  const [kind, holder = ''] = account.split(':') as [string, string?];
  const hidden = kind === 'wallet' && !knows(caller, books.members[holder]!.groups);
  return { refused: hidden ? 'too_few_credits' : 'insufficient_credits' };
}

function withdrawHours(
  books: Books,
  caller: Caller,
  original: Transaction,
  minutes: number,
  writeOff: boolean,
  index = 0,
): Ruling {
  const { jar } = original.hours!;
  let owed = 0;
  if (jar !== undefined) {
    const step = cents(books.rules!.creditStep);
    const made = books.made[jar] ?? 0;
    let kept = 0;
    const remain = minutesIn(books, jar) - minutes;
    while (((kept + step) * 60) / 100 <= remain) kept += step;
    owed = Math.max(0, made - kept);
    const has = freeIn(books, original.to!);
    if (owed > has && !writeOff) return tooLittle(books, caller, original.to!);
    books.made[jar] = made - owed;
    owed = Math.min(owed, has);
  }
  original.left -= minutes;
  const { from = 'programme', to = 'programme', organisation } = original;
  const credits = String(owed / 100);
  const back = endOfWay(books, from);
  move(books, caller, 'other', { from: to, to: back, credits, organisation }, index);
  return { events: 1 };
}

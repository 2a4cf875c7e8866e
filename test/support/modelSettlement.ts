import type { Ask } from '../../schemas/commands.ts';
import { move, type Books, type Caller, type Ruling } from './modelBooks.ts';

type AskOf<T extends Ask['type']> = Extract<Ask, { type: T }>;

/** A million credits, in hundredths: the most that one movement may carry. */
const LARGEST = 100_000_000;

/** The naive ledger's settlement: all that was ever recorded for the till is looked through. */
export function settle(
  books: Books,
  caller: Caller,
  ask: AskOf<'SettleTill' | 'AgreeReimbursement'>,
): Ruling {
  const { venueId } = ask;
  const organisation = books.venues[venueId];
  if (organisation === undefined) return { refused: 'venue_not_found' };
  if (ask.type === 'AgreeReimbursement') {
    books.rates[venueId] = ask.poundsPerCredit;
    return { events: 1 };
  }
  if (ask.to >= caller.today) return { refused: 'day_not_ended' };
  const till = `till:${venueId}`;
  const due = books.tillEntries.filter(
    (entry) => entry.till === till && entry.day <= ask.to && entry.settled === 0,
  );
  if (due.length === 0) return { refused: 'nothing_to_settle' };
  const amount = due.reduce((sum, entry) => sum + entry.amount, 0);
  if (Math.abs(amount) > LARGEST) return { refused: 'settlement_too_large' };
  const places = due.map(({ at }) => at);
  const rate = Number(books.rates[venueId] ?? '0') === 0 ? undefined : books.rates[venueId];
  books.settlements.push({
    ...{ venueId, to: ask.to, at: books.events, amount },
    ...{ firstRevision: Math.min(...places), lastRevision: Math.max(...places) },
    number: books.settlements.filter((one) => one.venueId === venueId).length + 1,
    ...(rate !== undefined && { rate, pounds: inPounds(amount, rate) }),
  });
  for (const entry of due) entry.settled += 1;
  const [from, to] = amount < 0 ? ['programme', till] : [till, 'programme'];
  const credits = String(Math.abs(amount) / 100);
  move(books, caller, 'settlement', { from, to, credits, organisation });
  return { events: 1 };
}

/** To the penny, halves away from nothing: whole numbers all the way. */
function inPounds(amount: number, rate: string): string {
  const tenThousandths = Math.abs(amount) * Math.round(Number(rate) * 10_000);
  const pence = Math.floor((tenThousandths + 5000) / 10_000);
  return `${amount < 0 && pence > 0 ? '-' : ''}${(pence / 100).toFixed(2)}`;
}

/** What the naive ledger knows of the entries of each till: where it is, and how often settled. */
export function settledTimes(books: Books): (readonly [till: string, at: number, times: number])[] {
  return books.tillEntries.map(({ till, at, settled }) => [till, at, settled]);
}

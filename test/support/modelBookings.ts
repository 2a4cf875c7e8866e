import type { Ask } from '../../schemas/commands.ts';
import type { RefusalCode } from '../../schemas/refusals.ts';
import {
  actsAs,
  actsFor,
  balanceOf,
  cents,
  clockInLondon,
  dayInLondon,
  daysBefore,
  forget,
  halted,
  hadCard,
  move,
  startInLondon,
  whoIs,
  type Books,
  type Caller,
  type Ruling,
} from './modelBooks.ts';
import { idOf } from './names.ts';

type AskOf<T extends Ask['type']> = Extract<Ask, { type: T }>;
type Wanted = Pick<AskOf<'RedeemCredits'>, 'venueId' | 'credits' | 'offerId' | 'party'>;
type Use = Books['uses'][number];

/** The naive ledger's offers and bookings: what is used is a list, counted anew each time. */
export function offers(
  books: Books,
  caller: Caller,
  ask: AskOf<'PublishOffer' | 'WithdrawOffer'>,
): Ruling {
  if (ask.type === 'PublishOffer') {
    const owner = books.venues[ask.venueId];
    if (owner === undefined || !actsFor(caller, owner)) return { refused: 'venue_not_found' };
    if (books.standings[ask.venueId]?.standing === 'closed') return { refused: 'venue_closed' };
    const { validFrom = '', validTo = '9' } = ask;
    if (ask.validFrom !== undefined && validTo < validFrom) return { refused: 'days_inverted' };
    books.offers[`off_${caller.command.id.slice(4)}`] = { terms: ask, withdrawn: false };
    return { events: 1 };
  }
  const offer = books.offers[ask.offerId];
  const mine = offer && actsFor(caller, books.venues[offer.terms.venueId]);
  if (!offer || !mine) return { refused: 'offer_not_found' };
  if (offer.withdrawn) return { refused: 'offer_withdrawn' };
  offer.withdrawn = true;
  return { events: 1 };
}

/** What is taken for a visit, and what it uses of an offer. */
export function priceOf(
  books: Books,
  wanted: Wanted,
  time_ms: number,
  member: string | undefined,
): { amount: number; use: Use | undefined } | { refused: RefusalCode } {
  const own = Object.values(books.offers).filter(
    ({ terms, withdrawn }) => terms.venueId === wanted.venueId && !withdrawn,
  );
  if (wanted.offerId === undefined) {
    if (own.length > 0 && !books.open.includes(wanted.venueId)) {
      return { refused: 'offer_required' };
    }
    const amount = cents(wanted.credits!);
    if (amount > cents(books.rules!.largestRedemption)) return { refused: 'redemption_too_large' };
    return { amount, use: undefined };
  }
  const offer = books.offers[wanted.offerId];
  if (offer?.terms.venueId !== wanted.venueId) return { refused: 'offer_not_found' };
  if (offer.withdrawn) return { refused: 'offer_withdrawn' };
  const { terms } = offer;
  const { adults, under16s } = wanted.party ?? { adults: 1, under16s: 0 };
  if (adults + under16s > terms.largestParty) return { refused: 'party_too_large' };
  const amount = adults * cents(terms.adultCredits) + under16s * cents(terms.under16Credits);
  if (amount === 0) return { refused: 'nothing_to_take' };
  const { day, time, weekday } = clockInLondon(time_ms);
  const inDays = day >= (terms.validFrom ?? day) && day <= (terms.validTo ?? day);
  const slot = (terms.times ?? [{ days: [weekday], from: '00:00', to: '24:00' }]).find(
    ({ days, from, to }) => days.includes(weekday) && from <= time && time < to,
  )?.from;
  if (!inDays || terms.exceptDates?.includes(day) || slot === undefined) {
    return { refused: 'offer_not_available' };
  }
  const use = {
    ...{ offer: wanted.offerId, member, day, slot },
    ...{ times: 1, people: adults + under16s, amount },
  };
  return capped(books, use) ? { refused: 'cap_reached' } : { amount, use };
}

function capped(books: Books, use: Use): boolean {
  const { caps = {} } = books.offers[use.offer]!.terms;
  const all = books.uses.filter(({ offer }) => offer === use.offer);
  const hers = all.filter(({ member }) => use.member !== undefined && member === use.member);
  const sum = (list: Use[], what: 'times' | 'people' | 'amount') =>
    list.reduce((total, one) => total + one[what], 0);
  const month = use.day.slice(0, 7);
  const inDay = hers.filter(({ day }) => day === use.day);
  const inMonth = hers.filter(({ day }) => day.startsWith(month));
  const thatDay = all.filter(({ day }) => day === use.day);
  const thatSlot = thatDay.filter(({ slot }) => slot === use.slot);
  return (
    sum(inDay, 'times') >= (caps.memberDay ?? Infinity) ||
    sum(inMonth, 'times') >= (caps.memberMonth ?? Infinity) ||
    sum(thatDay, 'amount') + use.amount > cents(caps.venueDayCredits ?? 'Infinity') ||
    sum(thatSlot, 'people') + use.people > (caps.slotPlaces ?? Infinity)
  );
}

/** What all uses, as far as offers cap them, and all minutes that count come to. */
export function totals(books: Books): Record<string, number> {
  const all = {
    ...{ dayMinutes: 0, memberDayUses: 0, memberMonthUses: 0 },
    ...{ offerDayCredits: 0, slotPlaces: 0 },
  };
  for (const { offer, member, times, people, amount } of books.uses) {
    const { caps = {} } = books.offers[offer]!.terms;
    const perMember = caps.memberDay !== undefined || caps.memberMonth !== undefined;
    if (perMember && member !== undefined) {
      all.memberDayUses += times;
      all.memberMonthUses += times;
    }
    if (caps.venueDayCredits !== undefined) all.offerDayCredits += amount;
    if (caps.slotPlaces !== undefined) all.slotPlaces += people;
  }
  for (const { hours, left } of books.transactions) all.dayMinutes += hours ? left : 0;
  return all;
}

/** What an account has beside what is held of it. */
export function freeIn(books: Books, account: string): number {
  const held = Object.values(books.holds).filter(
    (hold) => hold.account === account && hold.ended === undefined,
  );
  return balanceOf(books, account) - held.reduce((sum, { amount }) => sum + amount, 0);
}

/** Ends every booking that was to be used by now, before anything else is decided. */
export function expire(books: Books, now_ms: number): number {
  const due = Object.values(books.holds).filter(
    ({ ended, expires_ms }) => ended === undefined && expires_ms <= now_ms,
  );
  for (const hold of due) {
    hold.ended = 'hold_expired';
    forget(hold.use);
  }
  const command = { id: idOf('cmd', `system ${books.events}`) };
  books.events += due.length;
  const ended = endFunds(books, { command } as Caller, now_ms);
  if (due.length + ended > 0) books.lastDay = dayInLondon(now_ms);
  return due.length + ended;
}

/** With the first event of a day, what is left of funds too old to issue from goes back. */
function endFunds(books: Books, system: Caller, now_ms: number): number {
  const today = dayInLondon(now_ms);
  if (books.rules === undefined || books.lastDay === today) return 0;
  const oldest = daysBefore(today, books.rules.issueBackdatingDays);
  let events = 0;
  for (const [organisation, funds] of Object.entries(books.funds)) {
    for (const [fund, { last }] of Object.entries(funds)) {
      const account = `allocation:${organisation}:${fund}`;
      const left = balanceOf(books, account);
      if (last === undefined || last >= oldest || left === 0) continue;
      const what = { from: account, to: 'programme', credits: String(left / 100), organisation };
      move(books, system, 'other', what);
      books.events += 1;
      events += 1;
    }
  }
  return events;
}

export function hold(books: Books, caller: Caller, ask: AskOf<'HoldCredits'>): Ruling {
  const forOther = ask.potOf === undefined ? 'coordinator' : 'partner';
  if (caller.role === forOther) return { refused: 'forbidden' };
  const own = ask.potOf === undefined || actsFor(caller, ask.potOf);
  if (!own || (ask.potOf !== undefined && !books.organisations[ask.potOf])) {
    return { refused: 'organisation_not_found' };
  }
  const owner = books.venues[ask.venueId];
  if (owner === undefined || (ask.potOf === undefined && !actsFor(caller, owner))) {
    return { refused: 'venue_not_found' };
  }
  let account = `pot:${ask.potOf}`;
  let member: string | undefined;
  if (ask.potOf === undefined) {
    const found = whoIs(books, ask.member!);
    if ('refused' in found) return found;
    const carded = hadCard(books, found.member);
    if (caller.role !== 'admin' && carded && !found.shown) return { refused: 'card_required' };
    member = found.member;
    account = `wallet:${member}`;
  }
  const no =
    (member === undefined ? undefined : halted(books, { member })) ??
    halted(books, { venue: ask.venueId }) ??
    (ask.potOf === undefined ? undefined : halted(books, { organisation: ask.potOf }));
  if (no) return { refused: no };
  const visit = ask.visitAt === undefined ? caller.now_ms : Date.parse(ask.visitAt);
  if (visit < caller.now_ms - 120_000) return { refused: 'visit_in_past' };
  const visit_ms = Math.max(visit, caller.now_ms);
  const day = dayInLondon(visit_ms);
  const expires_ms =
    ask.expiresAt === undefined ? startInLondon(daysBefore(day, -1)) : Date.parse(ask.expiresAt);
  const last = startInLondon(daysBefore(caller.today, -books.rules!.longestHoldDays - 1));
  if (visit_ms >= last || expires_ms <= caller.now_ms || expires_ms > last) {
    return { refused: 'hold_too_long' };
  }
  const price = priceOf(books, ask, visit_ms, member);
  if ('refused' in price) return price;
  if (freeIn(books, account) < price.amount) return { refused: 'insufficient_credits' };
  if (price.use) books.uses.push(price.use);
  books.holds[`hld_${books.events}_${caller.command.id.slice(4)}`] = {
    ...{ account, venue: ask.venueId, amount: price.amount, expires_ms, use: price.use },
    ...{ organisation: ask.potOf ?? owner, at: books.events, ended: undefined },
  };
  return { events: 1 };
}

export function endHold(
  books: Books,
  caller: Caller,
  ask: AskOf<'CaptureHold' | 'CancelHold'>,
): Ruling {
  const found = books.holds[ask.holdId];
  const ofVenue = found && actsAs(caller, 'partner', books.venues[found.venue]);
  const ofPot =
    found?.account.startsWith('pot') && actsAs(caller, 'coordinator', found.organisation);
  const mine = ofVenue || (ask.type === 'CancelHold' && ofPot);
  if (!found || !mine) return { refused: 'hold_not_found' };
  if (found.ended !== undefined) return { refused: found.ended };
  if (ask.type === 'CancelHold') {
    found.ended = 'hold_cancelled';
    forget(found.use);
    return { events: 1 };
  }
  const amount = ask.credits === undefined ? found.amount : cents(ask.credits);
  if (amount > found.amount) return { refused: 'more_than_held' };
  found.ended = 'hold_captured';
  if (found.use) found.use.amount = amount;
  const moved = move(books, caller, 'redemption', {
    ...{ from: found.account, to: `till:${found.venue}`, credits: String(amount / 100) },
    organisation: books.venues[found.venue],
  });
  moved.use = found.use;
  return { events: 1 };
}

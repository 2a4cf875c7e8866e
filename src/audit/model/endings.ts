import { credits, hundredths } from '../../../schemas/amounts.ts';
import type { StreamEvent } from '../../../schemas/events/index.ts';
import { holderOf, type Account } from '../../../schemas/ids.ts';
import { sidesOf, type Books, type Sides } from './books.ts';
import { breach, unless, type Breach, type Invariant, type Subject } from './invariant.ts';
import { Onward } from './onward.ts';

/** What was closed or merged is empty, and stays so. */
export function endings(): Invariant {
  const onward = new Onward();
  const allocations = new Map<string, Set<Account>>();
  const rests = new Map<Account, Sides>();
  const left = (account: Account, books: Books) =>
    unless('0', credits(books.of(account)), `to be left in ${account} `);
  return {
    name: 'endings',
    says: 'what is closed or merged is emptied to where its event says, and nothing comes to it',
    take({ event, books, debited, credited }) {
      if (credited?.kind === 'allocation') {
        const all = allocations.get(credited.holder);
        if (all === undefined) allocations.set(credited.holder, new Set([credited.account]));
        else all.add(credited.account);
      }
      const undone = undoneBy(event);
      if (undone !== undefined) {
        const rest = rests.get(undone);
        rests.delete(undone);
        if (rest === undefined) return breach(`${undone} to be over`, 'that it is not');
        onward.take(event);
        return broughtBack(undone, rest, event, onward);
      }
      const over = onward.firstOver(debited, credited);
      onward.take(event);
      if (over !== undefined) return breach('an account that goes on', `${over}, which is over`);
      const emptied = emptiedBy(event);
      if (emptied === undefined) return undefined;
      rests.set(emptied, sidesOf(event));
      const { debit, credit } = sidesOf(event);
      if (debit !== undefined && debit !== emptied) return unless(emptied, debit, 'the rest of ');
      const place = onward.endOf(emptied);
      if (place === emptied || onward.over(place)) {
        return breach(`what is left of ${emptied} to come to an account that goes on`, 'a circle');
      }
      const rest = unless(place, credit ?? place, 'the rest to be in ');
      const own = [emptied, ...(allocations.get(holderOf(emptied)) ?? [])];
      return own.map((one) => left(one, books)).find((one) => one !== undefined) ?? rest;
    },
  };
}

function emptiedBy(event: StreamEvent): Account | undefined {
  if (event.type === 'MemberClosed') return `wallet:${event.data.memberId}`;
  if (event.type === 'MembersMerged') return `wallet:${event.data.from}`;
  return event.type === 'OrganisationClosed' ? `pot:${event.data.organisationId}` : undefined;
}

/** What an event opens again. */
function undoneBy(event: StreamEvent): Account | undefined {
  if (event.type === 'MemberReopened') return `wallet:${event.data.memberId}`;
  if (event.type === 'MembersSeparated') return `wallet:${event.data.from}`;
  return event.type === 'OrganisationReopened' ? `pot:${event.data.organisationId}` : undefined;
}

/** What comes back was moved by the ending, and comes from where it went. */
function broughtBack(
  undone: Account,
  rest: Sides,
  event: StreamEvent,
  onward: Onward,
): Breach | undefined {
  const { debit, credit, credits: amount = '0' } = sidesOf(event);
  const { credits: moved = '0', credit: place = 'none' } = rest;
  if (hundredths(amount) > hundredths(moved))
    return breach(`at most ${moved} to come back`, amount);
  if (debit === undefined) return undefined;
  const expected = `from ${onward.endOf(place)} to ${undone}`;
  return unless(expected, `from ${debit} to ${credit ?? 'none'}`, 'the rest to come back ');
}

/** What is suspended is not debited by anything new; what undoes something goes on. */
export function suspensions(): Invariant {
  const halted = new Set<string>();
  const venues = new Map<string, string>();
  const refused = (name: string): Breach | undefined =>
    halted.has(name) ? breach(`${name} not to be suspended or closed`, 'that it is') : undefined;
  return {
    name: 'suspensions',
    says: 'nothing new is issued, redeemed, booked or transferred by what is suspended or closed',
    take(subject) {
      const { event } = subject;
      if (event.type === 'VenueRegistered') {
        venues.set(event.data.venueId, event.data.organisationId);
      }
      const [turned, stops] = turnedBy(event);
      if (turned !== undefined) {
        if (stops) halted.add(turned);
        else halted.delete(turned);
      }
      if (event.type === 'MembersMerged' && halted.has(event.data.from)) {
        halted.add(event.data.into);
      }
      if (event.type === 'MembersSeparated') {
        if (halted.has(event.data.into)) halted.add(event.data.from);
        else halted.delete(event.data.from);
      }
      if (halted.size === 0) return undefined;
      const actors = actorsOf(subject);
      const owners = actors.flatMap((one) => venues.get(one) ?? []);
      return [...actors, ...owners].map(refused).find((one) => one !== undefined);
    },
  };
}

/** Who is debited by something new, or is to be, and the venue it is redeemed at. */
function actorsOf({ event, debited, credited }: Subject): string[] {
  switch (event.type) {
    case 'CreditsHeld':
      return [holderOf(event.data.account), event.data.venueId];
    case 'CreditsRedeemed':
    case 'VisitRecorded':
      return [debited?.holder ?? '', credited?.holder ?? ''];
    case 'CreditsIssued':
      return [event.by.organisation ?? ''];
    case 'CreditsTransferred':
      return debited === undefined || debited.kind === 'programme' ? [] : [debited.holder];
    default:
      return [];
  }
}

/** Whom an event stops, or lets go on. */
function turnedBy({ type, data }: StreamEvent): [id?: string, stops?: boolean] {
  switch (type) {
    case 'MemberSuspended':
    case 'MemberClosed':
    case 'MemberReinstated':
    case 'MemberReopened':
      return [data.memberId, type === 'MemberSuspended' || type === 'MemberClosed'];
    case 'VenueSuspended':
    case 'VenueClosed':
    case 'VenueReinstated':
      return [data.venueId, type !== 'VenueReinstated'];
    case 'OrganisationSuspended':
    case 'OrganisationClosed':
    case 'OrganisationReinstated':
    case 'OrganisationReopened':
      return [
        data.organisationId,
        type === 'OrganisationSuspended' || type === 'OrganisationClosed',
      ];
    default:
      return [];
  }
}

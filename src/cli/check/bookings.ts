import { canonical } from '../../../schemas/canonical.ts';
import { credits, hundredths, type Hundredths } from '../../../schemas/amounts.ts';
import type { EventOf, StreamEvent } from '../../../schemas/events/index.ts';
import { holdIdAt, holderOf, kindOf, type Account, type HoldId } from '../../../schemas/ids.ts';
import { Books, sidesOf } from './balances.ts';
import { breach, unless, type Breach, type Invariant } from './invariant.ts';

/** A booking, with the member whose use its offer counts, also after a merge. */
type Held = EventOf<'CreditsHeld'>['data'] & { readonly memberId: string | undefined };

/** What is booked is there, is used once, in time, and at its venue. */
export function bookings(): Invariant {
  const books = new Books();
  const open = new Map<HoldId, Held>();
  const held = new Map<Account, Hundredths>();
  const add = (account: Account, amount: Hundredths) =>
    held.set(account, (held.get(account) ?? 0) + amount);

  const ended = (id: HoldId, event: StreamEvent, inTime: boolean): Breach | undefined => {
    const found = open.get(id);
    if (found === undefined) return breach(`${id} to be an open booking`, 'none');
    open.delete(id);
    add(found.account, -hundredths(found.held));
    if (event.recordedAt < found.expiresAt === inTime) return undefined;
    const when = inTime ? 'before' : 'at or after';
    return breach(`an end ${when} ${found.expiresAt}`, event.recordedAt);
  };

  const judge = (revision: number, event: StreamEvent): Breach | undefined => {
    switch (event.type) {
      case 'CreditsHeld':
        open.set(holdIdAt(revision, event.command.id), counted(event.data));
        add(event.data.account, hundredths(event.data.held));
        return covered(event.data.account);
      case 'HoldCaptured': {
        const found = open.get(event.data.holdId);
        return ended(event.data.holdId, event, true) ?? captured(found!, event.data);
      }
      case 'HoldCancelled':
      case 'HoldExpired': {
        const found = open.get(event.data.holdId);
        const inTime = event.type === 'HoldCancelled';
        return ended(event.data.holdId, event, inTime) ?? freed(found!, event.data);
      }
      case 'MembersMerged': {
        const [from, into] = [`wallet:${event.data.from}`, `wallet:${event.data.into}`];
        for (const [id, one] of open)
          if (one.account === from) open.set(id, { ...one, account: into });
        const moved = held.get(from) ?? 0;
        add(from, -moved);
        add(into, moved);
        return covered(into);
      }
      default: {
        const { debit } = sidesOf(event);
        return debit === undefined || !held.has(debit) ? undefined : covered(debit);
      }
    }
  };

  const covered = (account: Account): Breach | undefined => {
    const has = books.of(account);
    const needs = held.get(account) ?? 0;
    if (has >= needs) return undefined;
    return breach(`${account} to have the ${credits(needs)} that are held`, credits(has));
  };

  return {
    name: 'bookings',
    says: 'what is booked is covered, and ends once: captured or cancelled in time, or expired',
    take({ revision, event }) {
      books.book(event);
      return judge(revision, event);
    },
  };
}

function counted(data: EventOf<'CreditsHeld'>['data']): Held {
  const { account, offerId } = data;
  const member = kindOf(account) === 'wallet' ? holderOf(account) : undefined;
  return { ...data, memberId: offerId && member };
}

function freed(found: Held, { account, held }: EventOf<'HoldExpired'>['data']): Breach | undefined {
  const expected = `${found.held} of ${found.account}`;
  return unless(expected, `${held} of ${account}`, 'what is given free to be ');
}

function captured(found: Held, capture: EventOf<'HoldCaptured'>['data']): Breach | undefined {
  const { credit, debit, credits: taken, released = '0' } = capture;
  const whole = hundredths(taken) + hundredths(released);
  return (
    unless(found.account, debit, 'what is captured to be from ') ??
    unless(words(found), words(capture), 'the words of the booking, ') ??
    unless(found.venueId, holderOf(credit), 'the booking to be for ') ??
    unless(found.held, credits(whole), 'captured and released to be ')
  );
}

/** What a capture repeats of its booking. */
function words(of: Held | EventOf<'HoldCaptured'>['data']): string {
  const { memberId, offerId, party, reference, slot, visitOn } = of;
  const all = [memberId, offerId, party, reference, slot, visitOn];
  return canonical(all.map((word) => word ?? ''));
}

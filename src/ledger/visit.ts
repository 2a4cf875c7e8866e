import { credits, creditsAloud, hundredths, type Hundredths } from '../../schemas/amounts.ts';
import type { RecordVisit, VisitLine } from '../../schemas/commands.ts';
import { digest } from '../../schemas/digest.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import {
  accountOf,
  holderOf,
  kindOf,
  transactionIdAt,
  type Account,
  type CardId,
  type Digest,
} from '../../schemas/ids.ts';
import { refuse, type Fault, type Refusal } from '../../schemas/refusals.ts';
import { move } from './account.ts';
import { insufficient, reject, type Context, type Fact, type Verdict } from './context.ts';
import { timeGiven, withinDays } from './day.ts';
import { findBearer } from './member.ts';
import { memberHalted, venueHalted } from './standing.ts';
import { available, draftOf, rulesOf, type Draft, type Ledger } from './state.ts';

/** What is wrong with a visit, and with which of its fields. */
type Flaw = { readonly field: string; readonly refusal: Refusal };
type Sides = { readonly debit: Account; readonly credit: Account; readonly cardId?: CardId };

/**
 * Records visits, all or nothing: of a visitor here from the mirror account to a till, of a member
 * away from the wallet to the mirror account. They are booked in the order of the list, and every
 * one that does not fit is named.
 */
export function recordVisit(context: Context, ask: RecordVisit): Verdict {
  const { state } = context;
  if (state.networks.get(ask.network) === undefined) {
    return reject('network_not_found', { id: ask.network });
  }
  const list = new VisitList(context, ask.network);
  const flaws: (Flaw & { readonly fault: Fault })[] = [];
  const facts: Fact[] = [];
  ask.visits.forEach((visit, index) => {
    const line = visit.line ?? index + 1;
    const judged = list.judge(visit, line);
    if (!('refusal' in judged)) return void facts.push(judged);
    const { code, detail } = judged.refusal;
    const pointer = `#/visits/${index}/${judged.field}`;
    flaws.push({ ...judged, fault: { pointer, code, detail: `Line ${line}: ${detail}` } });
  });
  const [first] = flaws;
  if (first === undefined) return { facts };
  const errors = flaws.map(({ fault }) => fault);
  if (flaws.length > 1) return reject('entries_refused', { count: flaws.length }, { errors });
  return { refusal: { ...first.refusal, detail: first.fault.detail, errors } };
}

/** A list under way: the books after the visits before, and the references it has had. */
class VisitList {
  readonly #context: Context;
  readonly #network: string;
  readonly #books: Draft;
  readonly #lines = new Map<string, number>();

  constructor(context: Context, network: string) {
    this.#context = context;
    this.#network = network;
    this.#books = draftOf(context.state);
  }

  /** Judges the next visit and books it, or tells its first flaw in order of precedence. */
  judge(visit: VisitLine, line: number): Fact | Flaw {
    const sides = this.#sidesOf(visit);
    if ('refusal' in sides) return sides;
    const day = this.#dayOf(visit);
    if ('refusal' in day) return day;
    const { reference, occurredAt } = visit;
    const known =
      this.#twice(reference, line) ?? recordedBefore(this.#context, this.#network, visit);
    if (known !== undefined) return { field: 'reference', refusal: known };
    const amount = hundredths(visit.credits);
    const short = this.#tooLittle(sides, amount);
    if (short !== undefined) return { field: 'credits', refusal: short };
    const { cardId, credit, debit } = sides;
    move(this.#books, { debit, credit, credits: visit.credits });
    return {
      type: 'VisitRecorded',
      data: { cardId, credit, credits: visit.credits, debit, reference },
      occurredOn: day.occurredOn,
      occurredAt,
    };
  }

  #sidesOf(visit: VisitLine): Sides | Flaw {
    const clearing = accountOf.clearing(this.#network);
    if (visit.direction === 'here') {
      const { venueId } = visit;
      const venue = this.#books.venues.get(venueId);
      const refused =
        venue === undefined
          ? reject('venue_not_found', { id: venueId })
          : venueHalted(this.#books, venue);
      if (refused !== undefined) return { field: 'venueId', ...refused };
      return { debit: clearing, credit: accountOf.till(venueId) };
    }
    const found = findBearer(this.#books, visit.member);
    if ('refusal' in found) {
      return { field: 'cardHmac' in visit.member ? 'card' : 'memberId', ...found };
    }
    const { memberId, cardId, member } = found;
    const halted = memberHalted(member);
    if (halted !== undefined) return { field: 'memberId', ...halted };
    return { debit: accountOf.wallet(memberId), credit: clearing, ...(cardId && { cardId }) };
  }

  #dayOf({ occurredAt, occurredOn }: VisitLine) {
    const days = rulesOf(this.#books).issueBackdatingDays;
    const field = occurredOn === undefined ? 'occurredAt' : 'occurredOn';
    const judged =
      occurredOn === undefined
        ? timeGiven(this.#context, occurredAt, days)
        : withinDays(this.#context, occurredOn, days);
    return 'refusal' in judged ? { field, ...judged } : judged;
  }

  #twice(reference: string, line: number): Refusal | undefined {
    const first = this.#lines.get(reference);
    if (first !== undefined) return refuse('visit_twice', { reference, first });
    this.#lines.set(reference, line);
    return undefined;
  }

  #tooLittle({ debit }: Sides, amount: Hundredths): Refusal | undefined {
    const here = kindOf(debit) === 'clearing';
    const has = here ? amount : available(this.#books, debit);
    if (has < amount) return insufficient(has, amount);
    const network = this.#network;
    const { theyOweAtMost, weOweAtMost } = this.#books.networks.get(network)!;
    const owed = this.#books.balances.get(accountOf.clearing(network)) ?? 0;
    // The mirror account is below zero by what they owe us, above it by what we owe them.
    const limit = here ? theyOweAtMost : weOweAtMost;
    const room = Math.max(0, here ? limit + owed : limit - owed);
    if (amount <= room) return undefined;
    const who = here ? 'they may owe us' : 'we may owe them';
    const aloud = { room: creditsAloud(room), needed: creditsAloud(amount) };
    const facts = { room: credits(room), needed: credits(amount) };
    return refuse(
      'network_limit',
      { network, limit: creditsAloud(limit), who, ...aloud },
      { facts },
    );
  }
}

function recordedBefore(
  { state, recall }: Context,
  network: string,
  { reference }: VisitLine,
): Refusal | undefined {
  for (const revision of state.visits.candidates(visitDigest(network, reference))) {
    const event = recall(revision);
    if (event.type !== 'VisitRecorded' || event.data.reference !== reference) continue;
    if (partiesOf(event.data).network !== network) continue;
    const first = transactionIdAt(revision, event.command.id);
    return refuse('visit_recorded_before', { reference, network, first });
  }
  return undefined;
}

/** What the accounts of a visit say: which network, which way, and which venue or member. */
export function partiesOf({
  debit,
  credit,
}: {
  readonly debit: Account;
  readonly credit: Account;
}) {
  return kindOf(debit) === 'clearing'
    ? { direction: 'here' as const, network: holderOf(debit), holder: holderOf(credit) }
    : { direction: 'away' as const, network: holderOf(credit), holder: holderOf(debit) };
}

/** The digest under which a visit is found again. */
export function visitDigest(network: string, reference: string): Digest {
  return digest('visit', network, reference);
}

export function visitRecorded(
  state: Ledger,
  { data }: EventOf<'VisitRecorded'>,
  revision: number,
): void {
  move(state, data);
  state.visits.add(visitDigest(partiesOf(data).network, data.reference), revision);
}

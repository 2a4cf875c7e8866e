import type { Ask, VisitLine } from '../../schemas/commands.ts';
import type { RefusalCode } from '../../schemas/refusals.ts';
import {
  balanceOf,
  cents,
  dayInLondon,
  daysBefore,
  halted,
  move,
  whoIs,
  type Books,
  type Caller,
  type Ruling,
} from './modelBooks.ts';
import { freeIn } from './modelBookings.ts';

type AskOf<T extends Ask['type']> = Extract<Ask, { type: T }>;

/** The naive ledger's other networks, and visits to and from them. */
export function networks(
  books: Books,
  ask: AskOf<'RegisterNetwork' | 'ChangeNetworkLimits'>,
): Ruling {
  const { network, theyOweAtMost, weOweAtMost } = ask;
  const limits = { they: cents(theyOweAtMost), we: cents(weOweAtMost) };
  const before = books.networks[network];
  if (ask.type === 'RegisterNetwork') {
    if (network === 'medway') return { refused: 'own_network' };
    if (before !== undefined) return { refused: 'network_exists' };
  } else {
    if (before === undefined) return { refused: 'network_not_found' };
    if (before.they === limits.they && before.we === limits.we) {
      return { refused: 'limits_unchanged' };
    }
  }
  books.networks[network] = limits;
  return { events: 1 };
}

/** All visits of a list on a copy of the books; the copy counts only if every one fits. */
export function visits(books: Books, caller: Caller, ask: AskOf<'RecordVisit'>): Ruling {
  const { network } = ask;
  if (books.networks[network] === undefined) return { refused: 'network_not_found' };
  const trial = structuredClone(books);
  const inList: string[] = [];
  const faults: string[] = [];
  ask.visits.forEach((visit, index) => {
    const { field, refused, from, to } = sidesOf(trial, caller, network, visit);
    const fault = refused
      ? ([field, refused] as const)
      : flawOf(trial, network, visit, inList, from);
    if (fault) return void faults.push(`#/visits/${index}/${fault[0]} ${fault[1]}`);
    move(trial, caller, 'visit', { from, to, credits: visit.credits }, index);
    trial.visits.push(`${network} ${visit.reference}`);
  });
  if (faults.length === 1) return { refused: faults[0]!.split(' ')[1] as RefusalCode, faults };
  if (faults.length > 1) return { refused: 'entries_refused', faults };
  Object.assign(books, trial);
  return { events: ask.visits.length };
}

type Sides = { from: string; to: string; field: string; refused: RefusalCode | undefined };

/** Where the credits of a visit go from and to, on a day that may still be recorded. */
function sidesOf(books: Books, caller: Caller, network: string, visit: VisitLine): Sides {
  const mirror = `clearing:${network}`;
  const sides = { from: mirror, to: mirror, field: '', refused: undefined };
  const flawed = (field: string, refused: RefusalCode) => ({ ...sides, field, refused });
  if (visit.direction === 'here') {
    if (books.venues[visit.venueId] === undefined) return flawed('venueId', 'venue_not_found');
    const no = halted(books, { venue: visit.venueId });
    if (no) return flawed('venueId', no);
    sides.to = `till:${visit.venueId}`;
  } else {
    const found = whoIs(books, visit.member);
    if ('refused' in found)
      return flawed('cardHmac' in visit.member ? 'card' : 'memberId', found.refused);
    const no = halted(books, { member: found.member });
    if (no) return flawed('memberId', no);
    sides.from = `wallet:${found.member}`;
  }
  const { occurredAt, occurredOn } = visit;
  const field = occurredOn === undefined ? 'occurredAt' : 'occurredOn';
  const time_ms = occurredAt === undefined ? caller.now_ms : Date.parse(occurredAt);
  const day = occurredOn ?? dayInLondon(Math.min(time_ms, caller.now_ms));
  if (time_ms > caller.now_ms + 120_000 || day > caller.today)
    return flawed(field, 'occurred_in_future');
  const oldest = daysBefore(caller.today, books.rules!.issueBackdatingDays);
  return day < oldest ? flawed(field, 'too_long_ago') : sides;
}

/** What else is wrong: a reference that was used before, or too few credits, or no room. */
function flawOf(books: Books, network: string, visit: VisitLine, inList: string[], from: string) {
  const { reference, direction } = visit;
  if (inList.includes(reference)) return ['reference', 'visit_twice'] as const;
  inList.push(reference);
  if (books.visits.includes(`${network} ${reference}`)) {
    return ['reference', 'visit_recorded_before'] as const;
  }
  const amount = cents(visit.credits);
  const away = direction === 'away';
  if (away && freeIn(books, from) < amount) return ['credits', 'insufficient_credits'] as const;
  const { they, we } = books.networks[network]!;
  const weOwe = balanceOf(books, `clearing:${network}`);
  const fits = away ? weOwe + amount <= we : amount - weOwe <= they;
  return fits ? undefined : (['credits', 'network_limit'] as const);
}

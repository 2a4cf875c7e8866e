import type { BringForward, ChangeRules, OpenLedger, RaiseFormat } from '../../schemas/commands.ts';
import { FORMAT, type EventOf } from '../../schemas/events/index.ts';
import type { Rules } from '../../schemas/events/ledger.ts';
import { holderOf, kindOf, PROGRAMME, type Account, type VenueId } from '../../schemas/ids.ts';
import { refuse, type Refusal, type RefusalCode } from '../../schemas/refusals.ts';
import { accept, reject, type Context, type Verdict } from './context.ts';
import { holderMissing } from './account.ts';
import { accountNow, endOf } from './rest.ts';
import { clocksIn, rulesOf, type Ledger } from './state.ts';

/** Opens an empty stream, with its first admin access in the same append. */
export function openLedger({ state }: Context, ask: OpenLedger): Verdict {
  if (state.revision >= 0) return reject('ledger_already_open');
  const { network, timeZone, rules, predecessor, admin } = ask;
  return accept(
    { type: 'LedgerOpened', data: { network, format: FORMAT, timeZone, rules, predecessor } },
    { type: 'AccessGranted', data: { role: 'admin', ...admin } },
  );
}

export function changeRules({ state }: Context, ask: ChangeRules): Verdict {
  const before = rulesOf(state);
  const rules: Rules = { ...before, ...ask.rules };
  const names = Object.keys(rules) as (keyof Rules)[];
  if (names.every((name) => rules[name] === before[name])) return reject('rules_unchanged');
  return accept({ type: 'RulesChanged', data: { rules } });
}

/** Raises the format by one, once every instance runs code that reads the next. */
export function raiseFormat({ state }: Context, { format }: RaiseFormat): Verdict {
  if (format !== state.format + 1 || format > FORMAT) {
    return reject('format_not_next', { format: state.format, highest: FORMAT });
  }
  return accept({ type: 'FormatRaised', data: { format } });
}

/** The refusal of what a ledger of an older format may not hold yet. */
export function formatTooLow({ format }: Ledger): Refusal {
  return refuse('format_too_low', { format, next: format + 1 });
}

/** Opening balances of a scheme that is already running, from the programme. */
export function bringForward({ state }: Context, { entries }: BringForward): Verdict {
  for (const { account } of entries) {
    const missing = holderMissing(state, account);
    if (missing !== undefined) return { refusal: missing };
  }
  for (const { account } of entries) {
    const closed = closedHolder(state, account);
    if (closed !== undefined) return reject(closed);
  }
  for (const { account } of entries) {
    if (!['wallet', 'pot', 'till'].includes(kindOf(account))) {
      return reject('account_closed_to', { account });
    }
  }
  return accept(
    ...entries.map(({ account, credits }) => ({
      type: 'CreditsBroughtForward' as const,
      data: { debit: PROGRAMME, credit: accountNow(state, account), credits },
    })),
  );
}

function closedHolder(state: Ledger, account: Account): RefusalCode | undefined {
  if (kindOf(account) === 'till') {
    const closed = state.venues.get(holderOf(account) as VenueId)?.standing === 'closed';
    return closed ? 'venue_closed' : undefined;
  }
  if (endOf(state, account) === accountNow(state, account)) return undefined;
  return kindOf(account) === 'wallet' ? 'member_closed' : 'organisation_closed';
}

export function ledgerOpened(state: Ledger, event: EventOf<'LedgerOpened'>): void {
  const { network, format, timeZone, rules } = event.data;
  Object.assign(state, { network, format, timeZone, rules, ...clocksIn(timeZone) });
}

export function rulesChanged(state: Ledger, event: EventOf<'RulesChanged'>): void {
  state.rules = event.data.rules;
}

export function formatRaised(state: Ledger, event: EventOf<'FormatRaised'>): void {
  state.format = event.data.format;
}

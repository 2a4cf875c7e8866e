import type { Ask, Command } from '../../schemas/commands.ts';
import { COMMAND_ROLES } from '../../schemas/commands.ts';
import type { RefusalCode } from '../../schemas/refusals.ts';
import { dayInLondon, type Books, type Caller, type Ruling } from './modelBooks.ts';
import { endHold, hold, offers } from './modelBookings.ts';
import { issueHours, reverse } from './modelIssue.ts';
import { bringForward, redeem, transfer, voidKey } from './modelMoves.ts';
import { isLifecycleAsk, lifecycle } from './modelLifecycle.ts';
import { allocate, register } from './modelRegister.ts';
import { settle } from './modelSettlement.ts';
import { networks, visits } from './modelVisits.ts';

/**
 * A second ledger, as naive as can be: plain objects, every sum made anew from the list of what
 * happened. It is written from the words of the design and shares no code with the first.
 */
export type Verdict =
  | { outcome: 'accepted' | 'previewed' | 'replayed' | 'standing'; first: number; count: number }
  | { outcome: 'refused'; code: RefusalCode; faults: string[] };

/** The newest format. */
const FORMAT = 3;
/** What can be done in the first format; the rest waits for the second. */
const FIRST_FORMAT: readonly string[] = [
  ...['OpenLedger', 'ChangeRules', 'RaiseFormat', 'BringForward', 'RegisterOrganisation'],
  ...['RegisterVenue', 'EnrolMember', 'AddMembership', 'IssueCard', 'RevokeCard'],
  ...['GrantAccess', 'RevokeAccess', 'AllocateCredits', 'ReturnAllocation', 'IssueCredits'],
  ...['RedeemCredits', 'VoidKey', 'TransferCredits', 'ReverseTransaction'],
];

/** What a preview of one command would answer, and what the accounts would then have. */
export function foresee(books: Books, command: Command, now_ms: number) {
  const trial = structuredClone(books);
  const verdict = carryOut(trial, command, now_ms);
  if (verdict.outcome !== 'accepted') return { verdict, balances: {} };
  return { verdict: { ...verdict, outcome: 'previewed' as const }, balances: trial.balances };
}

/** Carries out one command, or says why not and leaves the books alone. */
export function carryOut(books: Books, command: Command, now_ms: number): Verdict {
  const today = dayInLondon(now_ms);
  const no = (code: RefusalCode, faults: string[] = []): Verdict => ({
    ...{ outcome: 'refused', code, faults },
  });
  const access = command.by === 'system' ? { role: 'system' } : books.accesses[command.by];
  if (access === undefined || ('revoked' in access && access.revoked)) return no('unauthenticated');
  if ('expiresOn' in access && access.expiresOn !== undefined && access.expiresOn < today) {
    return no('unauthenticated');
  }
  if ('suspended' in access && access.suspended) return no('access_suspended');
  const allowed: readonly string[] = COMMAND_ROLES[command.ask.type];
  if (access.role !== 'system' && !allowed.includes(access.role)) return no('forbidden');
  const { key = '', body } = command;
  const earlier = books.requests[key];
  if (earlier !== undefined && earlier.body !== body) return no('key_reused');
  if (earlier !== undefined) {
    return { outcome: 'replayed', first: earlier.first, count: earlier.count };
  }
  if (key in books.voided) return no('voided');
  const { ask } = command;
  const newer = 'openAmounts' in ask ? ask.openAmounts : !FIRST_FORMAT.includes(ask.type);
  const third = ask.type.startsWith('Reopen');
  const tooNew = (books.format === 1 && newer === true) || (books.format < 3 && third);
  const caller = { ...access, command, now_ms, today };
  const ruling = rule(tooNew ? structuredClone(books) : books, caller, ask);
  if ('refused' in ruling) return no(ruling.refused, ruling.faults);
  if ('standing' in ruling) return { outcome: 'standing', first: ruling.standing, count: 1 };
  if (tooNew) return no('format_too_low');
  const first = books.events;
  books.events += ruling.events;
  books.lastDay = today;
  if (key !== '') books.requests[key] = { body, first, count: ruling.events, role: access.role };
  return { outcome: 'accepted', first, count: ruling.events };
}

function rule(books: Books, caller: Caller, ask: Ask): Ruling {
  switch (ask.type) {
    case 'OpenLedger': {
      if (books.events > 0) return { refused: 'ledger_already_open' };
      Object.assign(books, { rules: ask.rules, format: FORMAT });
      books.accesses[ask.admin.accessId] = { role: 'admin', revoked: false };
      return { events: 2 };
    }
    case 'ChangeRules': {
      const before = JSON.stringify(books.rules);
      const after = { ...books.rules!, ...ask.rules };
      if (JSON.stringify(after) === before) return { refused: 'rules_unchanged' };
      books.rules = after;
      return { events: 1 };
    }
    case 'SettleTill':
    case 'AgreeReimbursement':
      return settle(books, caller, ask);
    case 'RaiseFormat':
      if (ask.format !== books.format + 1 || ask.format > FORMAT) {
        return { refused: 'format_not_next' };
      }
      books.format = ask.format;
      return { events: 1 };
    case 'BringForward':
      return bringForward(books, caller, ask);
    case 'AllocateCredits':
    case 'ReturnAllocation':
      return allocate(books, caller, ask);
    case 'IssueCredits':
      return issueHours(books, caller, ask);
    case 'RedeemCredits':
      return redeem(books, caller, ask);
    case 'VoidKey':
      return voidKey(books, caller, ask);
    case 'TransferCredits':
      return transfer(books, caller, ask);
    case 'ReverseTransaction':
      return reverse(books, caller, ask);
    case 'PublishOffer':
    case 'WithdrawOffer':
      return offers(books, caller, ask);
    case 'HoldCredits':
      return hold(books, caller, ask);
    case 'CaptureHold':
    case 'CancelHold':
      return endHold(books, caller, ask);
    case 'RegisterNetwork':
    case 'ChangeNetworkLimits':
      return networks(books, ask);
    case 'RecordVisit':
      return visits(books, caller, ask);
    default:
      if (isLifecycleAsk(ask)) return lifecycle(books, caller, ask);
      return register(books, caller, ask);
  }
}

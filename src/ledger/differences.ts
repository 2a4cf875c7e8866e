import type { Ask, Bearer, Sheet } from '../../schemas/commands.ts';
import { canonical } from '../../schemas/canonical.ts';
import type { EventOf, EventType, Recorded, StreamEvent } from '../../schemas/events/index.ts';
import { fundOf, holderOf, kindOf, type MemberId } from '../../schemas/ids.ts';
import type { Context } from './context.ts';
import { partiesOf } from './visit.ts';
import { namedBy } from './member.ts';
import { accountNow, survivorOf } from './rest.ts';
import type { Ledger } from './state.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The event types that a command may be known by: its first event, or the closing at its end. */
const FIRST_EVENTS: { readonly [T in Ask['type']]: readonly EventType[] } = {
  OpenLedger: ['LedgerOpened'],
  ChangeRules: ['RulesChanged'],
  RaiseFormat: ['FormatRaised'],
  BringForward: ['CreditsBroughtForward'],
  RegisterOrganisation: ['OrganisationRegistered'],
  RegisterVenue: ['VenueRegistered'],
  EnrolMember: ['MemberEnrolled'],
  AddMembership: ['MembershipAdded'],
  IssueCard: ['CardIssued'],
  RevokeCard: ['CardRevoked'],
  GrantAccess: ['AccessGranted'],
  RevokeAccess: ['AccessRevoked'],
  AllocateCredits: ['CreditsAllocated'],
  ReturnAllocation: ['AllocationReturned'],
  IssueCredits: ['CreditsIssued', 'TransactionReversed'],
  RedeemCredits: ['CreditsRedeemed'],
  VoidKey: ['KeyVoided', 'TransactionReversed', 'HoldCancelled'],
  TransferCredits: ['CreditsTransferred'],
  ReverseTransaction: ['TransactionReversed'],
  PublishOffer: ['OfferPublished'],
  WithdrawOffer: ['OfferWithdrawn'],
  HoldCredits: ['CreditsHeld'],
  CaptureHold: ['HoldCaptured'],
  CancelHold: ['HoldCancelled'],
  RegisterNetwork: ['NetworkRegistered'],
  ChangeNetworkLimits: ['NetworkLimitsChanged'],
  RecordVisit: ['VisitRecorded'],
  SettleTill: ['TillSettled'],
  AgreeReimbursement: ['ReimbursementAgreed'],
  SuspendMember: ['MemberSuspended'],
  ReinstateMember: ['MemberReinstated'],
  CloseMember: ['MemberClosed'],
  MergeMembers: ['MembersMerged'],
  ReopenMember: ['MemberReopened'],
  SeparateMembers: ['MembersSeparated'],
  SuspendVenue: ['VenueSuspended'],
  ReinstateVenue: ['VenueReinstated'],
  RenameVenue: ['VenueRenamed'],
  CloseVenue: ['VenueClosed'],
  SuspendOrganisation: ['OrganisationSuspended'],
  ReinstateOrganisation: ['OrganisationReinstated'],
  RenameOrganisation: ['OrganisationRenamed'],
  CloseOrganisation: ['OrganisationClosed'],
  ReopenOrganisation: ['OrganisationReopened'],
  SuspendAccess: ['AccessSuspended'],
  ReinstateAccess: ['AccessReinstated'],
  RenameAccess: ['AccessRenamed'],
};

/**
 * Names the fields in which a request differs from what was recorded under the same key. Events
 * keep every field of the body they came from, so the two can be told apart field by field.
 */
export function differences(context: Context, recorded: readonly Recorded[]): readonly string[] {
  const { ask } = context.command;
  const events = recorded.map(({ event }) => event);
  if (!FIRST_EVENTS[ask.type].includes(knownBy(events).type)) return ['the call itself'];
  // A member may have been merged since, and is the same under either id.
  const same = (fields: Fields) =>
    ['MergeMembers', 'SeparateMembers'].includes(ask.type)
      ? fields
      : (asNow(context.state, fields) as Fields);
  const then = same(said(events));
  const now = same(asked(context, ask, then));
  const names = Object.keys(now).filter(
    (name) => canonical(now[name] ?? null) !== canonical(then[name] ?? null),
  );
  return names.length > 0 ? names : ['the form of the body'];
}

/** The event that a command is known by: the first, but a closing stands behind what it ends. */
export function knownBy(events: readonly StreamEvent[]): StreamEvent {
  const [first, last] = [events[0]!, events.at(-1)!];
  return ['MemberClosed', 'VenueClosed', 'OrganisationClosed'].includes(last.type) ? last : first;
}

/** Some fields with every member and wallet as they are called by now. */
function asNow(state: Ledger, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => asNow(state, one));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, asNow(state, one)]),
    );
  }
  if (typeof value !== 'string') return value;
  return value.startsWith('mem_') ? survivorOf(state, value as MemberId) : accountNow(state, value);
}

/** The fields of a request, members named by their id. */
function asked(context: Context, ask: Ask, then: Fields): Fields {
  const member = (bearer: Bearer) => {
    const found = namedBy(context.state, bearer);
    return 'memberId' in found ? found.memberId : 'unknown';
  };
  switch (ask.type) {
    case 'RedeemCredits': {
      const { type: _, member: bearer, ...fields } = ask;
      return { ...fields, member: member(bearer) };
    }
    case 'AddMembership': {
      const { type: _, member: bearer, memberId: _whose, ...fields } = ask;
      return { ...fields, member: member(bearer) };
    }
    case 'IssueCredits': {
      const { type: _, entries, sheet, ...fields } = ask;
      const lines = entries
        .filter(({ minutes }) => minutes > 0)
        .map((line) => [member(line.member), line.minutes, line.give ?? 'wallet', !!line.again]);
      const absences = entries.length - lines.length;
      return { ...fields, entries: lines, absences, sheet: sheet && sheetAs(sheet, then) };
    }
    case 'HoldCredits': {
      const { type: _, member: bearer, ...fields } = ask;
      return { ...fields, member: bearer && member(bearer) };
    }
    case 'RecordVisit': {
      const lines = ask.visits.map((visit) => {
        const { direction, credits, reference } = visit;
        const who = direction === 'here' ? visit.venueId : member(visit.member);
        return [direction, who, credits, visit.occurredAt ?? visit.occurredOn ?? '', reference];
      });
      return { network: ask.network, visits: lines };
    }
    case 'IssueCard':
      return { memberId: ask.memberId };
    case 'VoidKey':
      return { voids: ask.voids };
    case 'GrantAccess': {
      const { type: _, accessId: _id, keyHash: _hash, ...fields } = ask;
      return fields;
    }
    default: {
      const { type: _, ...fields } = ask;
      return fields;
    }
  }
}

/** A sheet in the form in which the other request's was kept. */
function sheetAs({ reference, sha256, hmac }: Sheet, { sheet }: Fields): Fields {
  const older = typeof sheet === 'object' && sheet !== null && 'sha256' in sheet;
  return older ? { reference, sha256 } : { hmac, reference };
}

/** The fields of the request that some events came from. */
function said(events: readonly StreamEvent[]): Fields {
  const first = knownBy(events);
  switch (first.type) {
    case 'CreditsHeld': {
      const { account, held, offerId } = first.data;
      const holder = holderOf(account);
      return {
        ...first.data,
        credits: offerId === undefined ? held : undefined,
        occurredAt: first.occurredAt,
        member: kindOf(account) === 'wallet' ? holder : undefined,
        potOf: kindOf(account) === 'pot' ? holder : undefined,
      };
    }
    case 'CreditsRedeemed':
      return {
        ...first.data,
        credits: first.data.offerId === undefined ? first.data.credits : undefined,
        venueId: holderOf(first.data.credit),
        member: holderOf(first.data.debit),
        occurredAt: first.occurredAt,
      };
    case 'MembershipAdded':
      return { ...first.data, member: first.data.memberId };
    case 'CreditsAllocated':
    case 'AllocationReturned':
      return { ...first.data, ...allocationIn(first.data) };
    case 'TransactionReversed':
      return events.length > 1 ? listSaid(events) : reversalSaid(first);
    case 'CreditsIssued':
      return listSaid(events);
    case 'CreditsTransferred': {
      const entries = events.map(({ data }) => {
        const { debit, credit, credits } = data as typeof first.data;
        return { from: debit, to: credit, credits };
      });
      return { ...first.data, entries };
    }
    case 'VisitRecorded':
      return visitsSaid(events);
    case 'CreditsBroughtForward': {
      const entries = events.map(({ data }) => {
        const { credit, credits } = data as typeof first.data;
        return { account: credit, credits };
      });
      return { entries };
    }
    case 'ReimbursementAgreed':
      return { venueId: first.data.venueId, poundsPerCredit: first.data.rate };
    default:
      return first.data;
  }
}

function allocationIn(data: { debit: string; credit: string }): Fields {
  const account = [data.debit, data.credit].find((side) => kindOf(side) === 'allocation') ?? '';
  return { organisationId: holderOf(account), fund: fundOf(account) };
}

function reversalSaid({ data }: EventOf<'TransactionReversed'>): Fields {
  const { reverses, reason, credits, issue } = data;
  const writeOff = issue?.writtenOff === undefined ? undefined : true;
  return { transactionId: reverses, reason, credits, minutes: issue?.minutes, writeOff };
}

function visitsSaid(events: readonly StreamEvent[]): Fields {
  const visits = events.filter((event) => event.type === 'VisitRecorded');
  const lines = visits.map(({ data, occurredAt, occurredOn }) => {
    const { direction, holder } = partiesOf(data);
    return [direction, holder, data.credits, occurredAt ?? occurredOn, data.reference];
  });
  return { network: partiesOf(visits[0]!.data).network, visits: lines };
}

function listSaid(events: readonly StreamEvent[]): Fields {
  const issued = events.filter((event) => event.type === 'CreditsIssued');
  const first = issued[0]!;
  const { activity, sheet, corrects, absences, fund } = first.data;
  return {
    organisationId: first.by.organisation,
    occurredOn: first.occurredOn,
    activity,
    sheet,
    corrects,
    fund,
    absences: absences ?? 0,
    entries: issued.map(({ data }) => [data.memberId, data.minutes, data.give, !!data.again]),
  };
}

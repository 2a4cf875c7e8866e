import type { Ask, Command } from '../../schemas/commands.ts';
import { COMMAND_ROLES } from '../../schemas/commands.ts';
import { versionIn, type Recorded, type StreamEvent } from '../../schemas/events/index.ts';
import { refuse, type Refusal } from '../../schemas/refusals.ts';
import { grantAccess, revokeAccess } from './access.ts';
import { allocateCredits, returnAllocation } from './allocation.ts';
import { issueCard, revokeCard } from './card.ts';
import type { Caller, Context, Verdict } from './context.ts';
import { enveloped } from './envelope.ts';
import { cancelHold, captureHold, holdCredits } from './hold.ts';
import { earlierUnder, inFormat } from './idempotency.ts';
import { issueCredits } from './issue.ts';
import { bringForward, changeRules, formatTooLow, openLedger, raiseFormat } from './ledger.ts';
import { changeStanding } from './lifecycle.ts';
import { addMembership, enrolMember } from './member.ts';
import { publishOffer, withdrawOffer } from './offer.ts';
import { changeNetworkLimits, registerNetwork } from './network.ts';
import { registerOrganisation } from './organisation.ts';
import { differences, knownBy } from './differences.ts';
import { redeemCredits, voidKey } from './redemption.ts';
import { survivorOf } from './rest.ts';
import { reverseTransaction } from './reversal.ts';
import { agreeReimbursement, settleTill } from './settlement.ts';
import type { Draft, Ledger } from './state.ts';
import { transferCredits } from './transfer.ts';
import { registerVenue } from './venue.ts';
import { recordVisit } from './visit.ts';

/** What comes of a command. Only `accepted` appends anything. */
export type Decision =
  | { readonly outcome: 'accepted'; readonly events: readonly StreamEvent[] }
  | { readonly outcome: 'replayed' | 'standing'; readonly recorded: readonly Recorded[] }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/**
 * Decides one command on a draft: access, then idempotency, then the noun's own rules. Pure: time
 * comes with the batch, the random part of ids with the command, old events through `recall`.
 * @throws only for a bug
 */
export function decide(
  state: Draft,
  sent: Command,
  recordedAt_ms: number,
  recall: (revision: number) => StreamEvent,
): Decision {
  const today = state.calendar(recordedAt_ms);
  const command = inFormat(state, sent);
  const caller = callerOf(state, command, today);
  if ('refusal' in caller) return { outcome: 'refused', ...caller };
  const context: Context = { state, recordedAt_ms, today, caller, command, recall };
  const before = command.key === undefined ? undefined : earlier(context, command.key);
  if (before !== undefined) return before;
  const verdict = rule(context, command.ask);
  if ('refusal' in verdict) return { outcome: 'refused', refusal: verdict.refusal };
  if ('standing' in verdict) return { outcome: 'standing', recorded: verdict.standing };
  const tooNew = verdict.facts.some(({ type }) => versionIn(state.format, type) === undefined);
  if (tooNew) return { outcome: 'refused', refusal: formatTooLow(state) };
  return { outcome: 'accepted', events: enveloped(context, verdict.facts) };
}

/** Who gives the command, authorised again on the draft it is decided on. */
function callerOf(
  state: Ledger,
  { by, ask }: Command,
  today: string,
): Caller | { refusal: Refusal } {
  if (by === 'system') return { role: 'system' };
  const access = state.accesses.get(by);
  if (access === undefined || access.revoked || (access.expiresOn ?? today) < today) {
    return { refusal: refuse('unauthenticated') };
  }
  if (access.suspended) return { refusal: refuse('access_suspended') };
  const roles = COMMAND_ROLES[ask.type];
  if (!roles.includes(access.role)) {
    const words = { role: access.role, roles: roles.join(' or ') || 'the system itself' };
    return { refusal: refuse('forbidden', words) };
  }
  if (access.member === undefined) return access;
  return { ...access, member: survivorOf(state, access.member) };
}

/** What an idempotency key did before: the same again, a clash, or a key that was voided. */
function earlier(context: Context, key: string): Decision | undefined {
  const found = earlierUnder(context, key, context.command.sharedKey);
  if (found === undefined) return undefined;
  const { event, revision, voided } = found;
  if (voided) return { outcome: 'refused', refusal: refuse('voided') };
  const recorded = Array.from({ length: event.command.count }, (_, index) => ({
    revision: revision + index,
    event: context.recall(revision + index),
  }));
  const { body, bodyAsSent } = context.command;
  const then = event.command.body;
  if (then === body || then === bodyAsSent?.()) return { outcome: 'replayed', recorded };
  const fields = differences(context, recorded).join(', ');
  const words = { earlier: knownBy(recorded.map((one) => one.event)).type, fields };
  return { outcome: 'refused', refusal: refuse('key_reused', words) };
}

function rule(context: Context, ask: Ask): Verdict {
  switch (ask.type) {
    case 'OpenLedger':
      return openLedger(context, ask);
    case 'ChangeRules':
      return changeRules(context, ask);
    case 'RaiseFormat':
      return raiseFormat(context, ask);
    case 'BringForward':
      return bringForward(context, ask);
    case 'RegisterOrganisation':
      return registerOrganisation(context, ask);
    case 'RegisterVenue':
      return registerVenue(context, ask);
    case 'EnrolMember':
      return enrolMember(context, ask);
    case 'AddMembership':
      return addMembership(context, ask);
    case 'IssueCard':
      return issueCard(context, ask);
    case 'RevokeCard':
      return revokeCard(context, ask);
    case 'GrantAccess':
      return grantAccess(context, ask);
    case 'RevokeAccess':
      return revokeAccess(context, ask);
    case 'AllocateCredits':
      return allocateCredits(context, ask);
    case 'ReturnAllocation':
      return returnAllocation(context, ask);
    case 'IssueCredits':
      return issueCredits(context, ask);
    case 'RedeemCredits':
      return redeemCredits(context, ask);
    case 'VoidKey':
      return voidKey(context, ask);
    case 'TransferCredits':
      return transferCredits(context, ask);
    case 'ReverseTransaction':
      return reverseTransaction(context, ask);
    case 'PublishOffer':
      return publishOffer(context, ask);
    case 'WithdrawOffer':
      return withdrawOffer(context, ask);
    case 'HoldCredits':
      return holdCredits(context, ask);
    case 'CaptureHold':
      return captureHold(context, ask);
    case 'CancelHold':
      return cancelHold(context, ask);
    case 'RegisterNetwork':
      return registerNetwork(context, ask);
    case 'ChangeNetworkLimits':
      return changeNetworkLimits(context, ask);
    case 'RecordVisit':
      return recordVisit(context, ask);
    case 'SettleTill':
      return settleTill(context, ask);
    case 'AgreeReimbursement':
      return agreeReimbursement(context, ask);
    default:
      return changeStanding(context, ask);
  }
}

import type { Ask, Command } from '../../schemas/commands.ts';
import { revisionIn, type Digest } from '../../schemas/ids.ts';
import { lineDigests } from './issueFaults.ts';
import { findBearer } from './member.ts';
import { paperNeeds } from './paper.ts';
import { sheetCandidates } from './sheet.ts';
import type { Ledger } from './state.ts';
import { visitDigest } from './visit.ts';

/** Old events that a decision will want: single ones, and ones with the rest of their command. */
export type Needs = { readonly events: readonly number[]; readonly commands: readonly number[] };

/**
 * Tells which old events to read before a command is decided, so that `decide` stays synchronous.
 * May name too many (a candidate that turns out to be another), never too few.
 * @param now_ms about when it will be decided
 */
export function needsOf(
  state: Ledger,
  { key, sharedKey, ask }: Command,
  now_ms = state.recordedAt_ms,
): Needs {
  const used = (one: Digest | undefined) => (one === undefined ? [] : state.keys.candidates(one));
  const commands = [...used(key), ...used(sharedKey)];
  const events: number[] = [];
  add(state, ask, now_ms, commands, events);
  const exists = (revision: number) => revision <= state.revision;
  return { events: events.filter(exists), commands: commands.filter(exists) };
}

function add(state: Ledger, ask: Ask, now_ms: number, commands: number[], events: number[]): void {
  switch (ask.type) {
    case 'RedeemCredits':
      if (ask.paper) events.push(...paperNeeds(state, ask, now_ms));
      return;
    case 'VoidKey':
      events.push(...state.keys.candidates(ask.voids));
      if (ask.shared !== undefined) events.push(...state.keys.candidates(ask.shared));
      return;
    case 'ReverseTransaction':
      events.push(revisionIn(ask.transactionId));
      return;
    case 'CaptureHold':
    case 'CancelHold':
      events.push(revisionIn(ask.holdId));
      return;
    case 'IssueCredits': {
      const { organisationId, occurredOn, activity, sheet } = ask;
      events.push(...(ask.corrects ?? []).map(revisionIn));
      if (sheet !== undefined) commands.push(...sheetCandidates(state, organisationId, sheet));
      for (const { member, minutes, again } of ask.entries) {
        const found = again ? undefined : findBearer(state, member);
        if (found === undefined || 'refusal' in found) continue;
        const line = { memberId: found.memberId, minutes };
        const digests = lineDigests(state, organisationId, line, occurredOn, activity);
        events.push(...digests.flatMap((one) => state.lines.candidates(one)));
      }
      return;
    }
    case 'RecordVisit':
      for (const { reference } of ask.visits) {
        events.push(...state.visits.candidates(visitDigest(ask.network, reference)));
      }
      return;
    default:
      return;
  }
}

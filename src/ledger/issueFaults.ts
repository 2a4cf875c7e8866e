import type { IssueCredits } from '../../schemas/commands.ts';
import { digest } from '../../schemas/digest.ts';
import type { Give } from '../../schemas/events/issue.ts';
import {
  transactionIdAt,
  type CardId,
  type Digest,
  type MemberId,
  type OrganisationId,
} from '../../schemas/ids.ts';
import { fault, refuse, type Fault, type Refusal } from '../../schemas/refusals.ts';
import type { Context } from './context.ts';
import { addMinutesOn, minutesOn } from './given.ts';
import { findBearer } from './member.ts';
import { remainsOf, type RecordedIssue } from './reversal.ts';
import { idsOf } from './rest.ts';
import { draftOf, rulesOf, type Ledger } from './state.ts';

/** A line with minutes whose member is known: absences are counted and left out. */
export type Line = {
  readonly index: number;
  readonly memberId: MemberId;
  readonly cardId: CardId | undefined;
  readonly minutes: number;
  readonly give: Give;
  readonly again: boolean;
};

/** The digest under which the same line of a list is found again. */
export function lineDigest(
  organisation: OrganisationId,
  { memberId, minutes }: Pick<Line, 'memberId' | 'minutes'>,
  occurredOn: string,
  activity: string,
): Digest {
  return digest('line', organisation, memberId, occurredOn, activity, String(minutes));
}

/** The same under every id that stands for the member. */
export function lineDigests(
  state: Ledger,
  organisation: OrganisationId,
  { memberId, minutes }: Pick<Line, 'memberId' | 'minutes'>,
  occurredOn: string,
  activity: string,
): readonly Digest[] {
  return idsOf(state, memberId).map((id) =>
    lineDigest(organisation, { memberId: id, minutes }, occurredOn, activity),
  );
}

/**
 * Judges every line of a list and names every faulty one, each with its first fault in order of
 * precedence. The minutes of what the list corrects are given back before a day is counted.
 */
export function faultsOf(
  context: Context,
  ask: IssueCredits,
  corrected: readonly RecordedIssue[],
): { readonly lines: readonly Line[] } | { readonly refusal: Refusal } {
  const days = draftOf(context.state);
  for (const original of corrected) {
    const { data, occurredOn } = original.event;
    addMinutesOn(days, data.memberId, occurredOn, -remainsOf(days, original));
  }
  const lines: Line[] = [];
  const errors: Fault[] = [];
  const seen = new Map<MemberId, number>();
  ask.entries.forEach((entry, index) => {
    const bearer = findBearer(days, entry.member);
    const at = (field: string) => `#/entries/${index}/${field}`;
    const who = at('cardHmac' in entry.member ? 'card' : 'memberId');
    if ('refusal' in bearer) {
      const { code, detail } = bearer.refusal;
      errors.push({ pointer: who, code, detail });
      return;
    }
    const { memberId, cardId } = bearer;
    const { minutes, give = 'wallet', again = false } = entry;
    const first = seen.get(memberId);
    seen.set(memberId, first ?? index);
    if (minutes === 0 && first === undefined) return;
    const line: Line = { index, memberId, cardId, minutes, give, again };
    const total = minutesOn(days, memberId, ask.occurredOn) + minutes;
    const limit = rulesOf(days).memberDayMinutes;
    if (give === 'wallet' && memberId === context.caller.member) {
      errors.push(fault(who, 'own_wallet', { line: index + 1 }));
    } else if (first !== undefined) {
      errors.push(fault(who, 'member_twice', { line: index + 1, first: first + 1 }));
    } else if (total > limit) {
      const words = { line: index + 1, minutes, day: ask.occurredOn, limit };
      errors.push(fault(at('minutes'), 'too_many_minutes', words));
    } else {
      const duplicate = again ? undefined : duplicateOf(context, ask, line, corrected);
      if (duplicate === undefined) lines.push(line);
      else errors.push(duplicate);
    }
  });
  if (errors.length === 0) return { lines };
  return { refusal: refuse('entries_refused', { count: errors.length }, { errors }) };
}

function duplicateOf(
  context: Context,
  ask: IssueCredits,
  line: Line,
  corrected: readonly RecordedIssue[],
): Fault | undefined {
  const { state, recall } = context;
  const { organisationId, occurredOn, activity } = ask;
  const same = lineDigests(state, organisationId, line, occurredOn, activity);
  for (const revision of same.flatMap((one) => state.lines.candidates(one))) {
    const event = recall(revision);
    if (event.type !== 'CreditsIssued' || event.by.organisation !== organisationId) continue;
    const { data } = event;
    if (!same.includes(lineDigest(organisationId, data, event.occurredOn, data.activity))) continue;
    if (corrected.some((original) => original.revision === revision)) continue;
    if (remainsOf(state, { revision, event }) === 0) continue;
    const first = transactionIdAt(revision, event.command.id);
    return fault(`#/entries/${line.index}`, 'duplicate_entry', { line: line.index + 1, first });
  }
  return undefined;
}

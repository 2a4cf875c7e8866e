import type { Hundredths } from '../../schemas/amounts.ts';
import { credits, creditsAloud } from '../../schemas/amounts.ts';
import type { Command } from '../../schemas/commands.ts';
import type { EventOf, EventType, Recorded, StreamEvent } from '../../schemas/events/index.ts';
import type { CommandId, MemberId, OrganisationId } from '../../schemas/ids.ts';
import { randomOf } from '../../schemas/ids.ts';
import { refuse, type Refusal } from '../../schemas/refusals.ts';
import type { Role } from '../../schemas/roles.ts';
import type { Day } from '../../schemas/time.ts';
import type { Draft } from './state.ts';

/** Who asks, as the state knows them now. `system` has every right and no organisation. */
export type Caller = {
  readonly role: Role | 'system';
  readonly organisation?: OrganisationId | undefined;
  readonly member?: MemberId | undefined;
};

/** What a decision is made on: the draft, the batch's time, the caller, and old events. */
export type Context = {
  readonly state: Draft;
  readonly recordedAt_ms: number;
  readonly today: Day;
  readonly caller: Caller;
  readonly command: Command;
  /** An event that was read before deciding; asking for another one is a bug and throws. */
  readonly recall: (revision: number) => StreamEvent;
};

/** What happened, before the envelope is put around it. */
export type Fact = {
  [T in EventType]: {
    readonly type: T;
    readonly data: EventOf<T>['data'];
    readonly organisation?: OrganisationId | undefined;
    readonly occurredOn?: Day | undefined;
    readonly occurredAt?: string | undefined;
  };
}[EventType];

/** What one noun decides: facts, a refusal, or what already stands, with nothing to add. */
export type Verdict =
  | { readonly facts: readonly Fact[] }
  | { readonly refusal: Refusal }
  | { readonly standing: readonly Recorded[] };

export function accept(...facts: readonly Fact[]): Verdict {
  return { facts };
}

export function reject(...because: Parameters<typeof refuse>): { readonly refusal: Refusal } {
  return { refusal: refuse(...because) };
}

/** An id of a kind, with the random characters of its command. */
export function idFrom<P extends string>(prefix: P, command: CommandId): `${P}_${string}` {
  return `${prefix}_${randomOf(command)}`;
}

/** Whether the caller acts for an organisation: its own, or any for an admin. */
export function actsFor(caller: Caller, organisation: OrganisationId | undefined): boolean {
  if (caller.role === 'admin' || caller.role === 'system') return true;
  return organisation !== undefined && caller.organisation === organisation;
}

/** The same of a wallet that is none of the caller's business: how much it has is not told. */
export function tooFew(needs: Hundredths, more = ''): Refusal {
  const facts = { needed: credits(needs) };
  return refuse('too_few_credits', { needed: creditsAloud(needs), more }, { facts });
}

/** The refusal of a debit past what is available. */
export function insufficient(has: Hundredths, needs: Hundredths, more = ''): Refusal {
  return refuse(
    'insufficient_credits',
    { available: creditsAloud(has), needed: creditsAloud(needs), more },
    { facts: { available: credits(has), needed: credits(needs) } },
  );
}

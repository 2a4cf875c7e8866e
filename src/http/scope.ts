import { keyDigest } from '../../schemas/digest.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import type { Digest } from '../../schemas/ids.ts';
import { ofSameRole, useOf } from '../ledger/idempotency.ts';
import type { Caller } from './authentication.ts';
import type { Services } from './services.ts';

/** An idempotency key in its scope. */
export type ScopedKey = {
  readonly key: Digest;
  /** In the scope of the whole organisation, where its two roles have keys of their own by now. */
  readonly shared?: Digest;
};

/**
 * A caller's idempotency key in its scope: its organisation, or the network for those without one.
 * Each role of an organisation that both earns and spends has a scope of its own; a key from
 * before the ledger's third format is found in the one that they shared.
 */
export function scoped(
  { sequencer }: Services,
  { organisation, role }: Caller,
  key: string,
): ScopedKey {
  const whole = keyDigest(organisation ?? 'network', key);
  const roles = organisation && sequencer.ledger.organisations.get(organisation)?.roles;
  if (roles === undefined || roles.length < 2) return { key: whole };
  return { key: keyDigest(`${organisation}/${role}`, key), shared: whole };
}

/** What an event has to do with a caller's key, if anything. */
export function useIn(
  { sequencer }: Services,
  { role }: Caller,
  { key, shared }: ScopedKey,
  event: StreamEvent,
): 'used' | 'voided' | undefined {
  const use = useOf(event, key);
  if (use !== undefined || shared === undefined) return use;
  return ofSameRole(sequencer.ledger, role, event) ? useOf(event, shared) : undefined;
}

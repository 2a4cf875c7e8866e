import type { Command } from '../../schemas/commands.ts';
import type { Recorded, StreamEvent } from '../../schemas/events/index.ts';
import type { Digest } from '../../schemas/ids.ts';
import type { Role } from '../../schemas/roles.ts';
import type { Context } from './context.ts';
import type { Ledger } from './state.ts';

/** Since this format each role of an organisation that has both has keys of its own. */
const OWN_KEYS_SINCE = 3;

/** A command with its keys as the ledger's format knows them. */
export function inFormat({ format }: Ledger, command: Command): Command {
  const { sharedKey, ask, ...rest } = command;
  if (format >= OWN_KEYS_SINCE) return command;
  if (ask.type === 'VoidKey' && ask.shared !== undefined) {
    return { ...rest, key: sharedKey ?? rest.key, ask: { type: ask.type, voids: ask.shared } };
  }
  return sharedKey === undefined ? command : { ...rest, key: sharedKey, ask };
}

/** Where a key was used or voided. */
export type Earlier = Recorded & { readonly voided: boolean };

/**
 * The event that a key made or that voided it: the first of its command, at its revision.
 * @param shared what the key was called while both roles of the organisation shared their keys
 */
export function earlierUnder(
  context: Context,
  key: Digest,
  shared: Digest | undefined,
): Earlier | undefined {
  const own = under(context, key).next().value;
  if (own !== undefined || shared === undefined) return own;
  return under(context, shared).find(({ event }) =>
    ofSameRole(context.state, context.caller.role, event),
  );
}

function* under({ state, recall }: Context, key: Digest): Generator<Earlier, undefined> {
  for (const revision of state.keys.candidates(key)) {
    const event = recall(revision);
    const use = useOf(event, key);
    if (use !== undefined) yield { revision, event, voided: use === 'voided' };
  }
  return undefined;
}

/** What an event has to do with a key, if anything. */
export function useOf(event: StreamEvent, key: Digest): 'used' | 'voided' | undefined {
  if (event.command.key === key) return 'used';
  return event.type === 'KeyVoided' && event.data.voids === key ? 'voided' : undefined;
}

/** Whether an access of the same role asked for an event: the other role's are none of its own. */
export function ofSameRole(
  { accesses }: Ledger,
  role: Role | 'system',
  { by }: StreamEvent,
): boolean {
  return by.access === 'system' ? role === 'system' : accesses.get(by.access)?.role === role;
}

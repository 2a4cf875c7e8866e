import type { Command } from '../../schemas/commands.ts';
import { saltFrom } from '../../schemas/digest.ts';
import { SALT_FORMAT } from '../../schemas/events/envelope.ts';
import { versionIn, type StreamEvent } from '../../schemas/events/index.ts';
import { instant } from '../../schemas/time.ts';
import type { Context, Fact } from './context.ts';

/** What an envelope says: when, by whose command, in the ledger's format. */
type Enveloping = Pick<Context, 'state' | 'recordedAt_ms' | 'today'> & {
  readonly command: Pick<Command, 'id' | 'seed' | 'by' | 'key' | 'body' | 'bodyAsSent'>;
};

/**
 * Puts the envelope round the facts of one command. `key` and `body` stand on the first only.
 * Fields are set in canonical order, which saves the journal from sorting them.
 */
export function enveloped(context: Enveloping, facts: readonly Fact[]): StreamEvent[] {
  const { command, recordedAt_ms, today, state } = context;
  const { id, key } = command;
  const salted = state.format >= SALT_FORMAT;
  const body = salted ? command.body : (command.bodyAsSent?.() ?? command.body);
  const recordedAt = instant(recordedAt_ms);
  const count = facts.length;
  return facts.map((fact, index) => {
    const { occurredAt, occurredOn = today, organisation } = fact;
    return {
      by: { access: command.by, organisation },
      command: index === 0 ? { body, count, id, index, key } : { count, id, index },
      data: fact.data,
      ...(occurredAt !== undefined && { occurredAt }),
      occurredOn,
      recordedAt,
      ...(salted && { salt: saltFrom(command.seed, index) }),
      type: fact.type,
      v: versionIn(state.format, fact.type),
    } as StreamEvent;
  });
}

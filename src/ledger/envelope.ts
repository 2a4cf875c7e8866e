import type { StreamEvent } from '../../schemas/events/index.ts';
import { instant } from '../../schemas/time.ts';
import type { Context, Fact } from './context.ts';

/** Puts the envelope round the facts of one command. `key` and `body` stand on the first only. */
export function enveloped(context: Context, facts: readonly Fact[]): StreamEvent[] {
  const { command, recordedAt_ms, today } = context;
  const recordedAt = instant(recordedAt_ms);
  return facts.map((fact, index) => {
    const event = {
      type: fact.type,
      v: 1,
      recordedAt,
      occurredOn: fact.occurredOn ?? today,
      by: { access: command.by, organisation: fact.organisation },
      command: { id: command.id, index, count: facts.length },
      data: fact.data,
    } as StreamEvent;
    if (fact.occurredAt !== undefined) event.occurredAt = fact.occurredAt;
    if (index === 0 && command.key !== undefined) event.command.key = command.key;
    if (index === 0 && command.body !== undefined) event.command.body = command.body;
    return event;
  });
}

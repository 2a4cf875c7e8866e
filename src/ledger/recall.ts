import type { Command } from '../../schemas/commands.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { needsOf } from './needs.ts';
import type { Ledger } from './state.ts';
import type { Stream } from './stream.ts';

/** Reads the old events that the decisions will want, so that deciding never waits. */
export async function recallFor(
  commands: Iterable<Command>,
  ledger: Readonly<Ledger>,
  stream: Stream,
  now_ms: number,
): Promise<Map<number, StreamEvent>> {
  const recalled = new Map<number, StreamEvent>();
  const read = async (revision: number, count = 1) => {
    if (count === 1 && recalled.has(revision)) return;
    for await (const page of stream.read(revision, count)) {
      for (const { revision: at, event } of page) recalled.set(at, event);
    }
  };
  for (const command of commands) {
    const needs = needsOf(ledger, command, Math.max(now_ms, ledger.recordedAt_ms));
    for (const revision of needs.events) await read(revision);
    for (const revision of needs.commands) {
      await read(revision);
      const { index, count } = recalled.get(revision)!.command;
      if (count > 1) await read(revision - index, count);
    }
  }
  return recalled;
}

import type { StreamEvent } from '../../../schemas/events/index.ts';
import { canonical } from '../../../schemas/canonical.ts';
import { eventId } from '../../../src/journal/eventstore/received.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import type { StandIn, StrangeEvent } from '../../support/eventstore/index.ts';
import { enrolled } from '../samples.ts';

/** The line of a small event, another one for each number. */
export function line(number: number): string {
  return canonical(enrolled(number));
}

/** Everything that a journal reads. */
export async function linesIn(journal: Journal): Promise<string[]> {
  const lines: string[] = [];
  for await (const page of journal.read(0)) lines.push(...page.lines);
  return lines;
}

/** The lines that the server has, in its own bytes. */
export function linesAt(server: StandIn, stream: string): string[] {
  return server.stream(stream).map(({ data }) => Buffer.from(data).toString('utf8'));
}

/** An event as another instance would write it, which may run newer code. */
export function ours(stream: string, revision: number, event: object): StrangeEvent {
  const text = canonical(event);
  const { type } = event as Pick<StreamEvent, 'type'>;
  return { id: eventId(stream, revision, text), type, data: text };
}

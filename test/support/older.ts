import type { StreamEvent } from '../../schemas/events/index.ts';
import { linesOf } from '../../schemas/stream.ts';
import { memoryJournal, type MemoryJournal } from '../../src/journal/memory.ts';
import { testApp } from './service.ts';

/** A stream that was opened while there was no later format than one. */
export async function olderJournal(format: number): Promise<MemoryJournal> {
  const fresh = await testApp();
  const journal = memoryJournal();
  for await (const { lines } of fresh.journal.read(0)) {
    const events = lines.map((line) => {
      const { salt: _, ...event } = JSON.parse(line) as StreamEvent;
      if (event.type !== 'LedgerOpened') return event;
      return { ...event, data: { ...event.data, format } };
    });
    await journal.append(linesOf(events), -1);
  }
  return journal;
}

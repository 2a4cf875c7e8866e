import { join } from 'node:path';
import { canonical } from '../../schemas/canonical.ts';
import type { EventOf, StreamEvent } from '../../schemas/events/index.ts';
import { NoteError } from '../proofs/note.ts';
import { EventsFile } from './lines.ts';
import type { Receipted } from './receipt.ts';

/** A reversal of what a receipt shows. */
export type Later = {
  readonly revision: number;
  readonly recordedAt: string;
  /** Left out where minutes are withdrawn and no credit moves. */
  readonly credits: string | undefined;
  readonly reason: string;
};

/** What an auditor's directory has on a receipt, and how far it reaches. */
export type Since = {
  readonly reversals: readonly Later[];
  /** The last event of the directory. */
  readonly newest: { readonly revision: number; readonly recordedAt: string };
};

/**
 * Finds the later reversals of a receipt's transaction in an auditor's directory, which is
 * believed: whoever doubts it verifies it first.
 * @throws NoteError where the directory does not reach the receipt, or has another event there
 */
export async function sinceIn(directory: string, receipt: Receipted): Promise<Since> {
  const { revision, event, transactionId } = receipt;
  const reversals: Later[] = [];
  let [at, last, found] = [-1, '', ''];
  for await (const { bytes } of new EventsFile(join(directory, 'events.ndjson')).read()) {
    for (const line of bytes.toString('utf8').split('\n')) {
      if (line === '') continue;
      at += 1;
      last = line;
      if (at === revision) found = line;
      if (at > revision && line.includes(transactionId)) {
        reversals.push(...laterOf(at, eventIn(line, at), transactionId));
      }
    }
  }
  if (at < revision) {
    throw new NoteError(`${directory} ends at revision ${at}, before the receipt's ${revision}`);
  }
  if (found !== canonical(event)) {
    throw new NoteError(`${directory} has another event at revision ${revision}`);
  }
  const { recordedAt } = eventIn(last, at);
  return { reversals, newest: { revision: at, recordedAt } };
}

function laterOf(revision: number, event: StreamEvent, of: string): Later[] {
  if (event.type !== 'TransactionReversed' || event.data.reverses !== of) return [];
  const { credits, reason }: EventOf<'TransactionReversed'>['data'] = event.data;
  return [{ revision, recordedAt: event.recordedAt, credits, reason }];
}

function eventIn(line: string, revision: number): StreamEvent {
  try {
    return JSON.parse(line) as StreamEvent;
  } catch {
    throw new NoteError(`the line of revision ${revision} in events.ndjson is no event`);
  }
}

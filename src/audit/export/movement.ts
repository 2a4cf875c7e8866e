import { z } from 'zod';
import { amountOrZeroSchema, hundredths, type Hundredths } from '../../../schemas/amounts.ts';
import { canonical } from '../../../schemas/canonical.ts';
import { ledgerOpened, ledgerOpenedV1 } from '../../../schemas/events/ledger.ts';
import {
  accountSchema,
  commandIdSchema,
  transactionIdAt,
  transactionIdSchema,
  type Account,
  type TransactionId,
} from '../../../schemas/ids.ts';
import { calendarIn, daySchema, instantSchema, type Day } from '../../../schemas/time.ts';
import { ExportError } from './lines.ts';

/** What an event moved. */
export type Movement = {
  readonly transactionId: TransactionId;
  readonly debit: Account;
  readonly credit: Account;
  readonly amount: Hundredths;
  readonly reverses: TransactionId | undefined;
};

/** An event as an export shows it. */
export type Entry = {
  readonly revision: number;
  readonly type: string;
  readonly recordedAt: string;
  /** The day it was recorded on, in the network's zone. */
  readonly recordedOn: Day;
  readonly occurredOn: Day;
  /** Its bytes. */
  readonly line: string;
  /** Nothing where it names no accounts; of nothing where all minutes were carried. */
  readonly movement: Movement | undefined;
};

/** How the ledger was opened. */
export type Opening = { readonly network: string; readonly timeZone: string };

/** What an export reads of any event, known or not: whatever moves credits says so alike. */
const openedSchema = z.discriminatedUnion('v', [ledgerOpenedV1, ledgerOpened]);
const seenSchema = z.object({
  command: z.object({ id: commandIdSchema }),
  data: z.object({
    credit: accountSchema.optional(),
    credits: amountOrZeroSchema.optional(),
    debit: accountSchema.optional(),
    reverses: transactionIdSchema.optional(),
  }),
  occurredOn: daySchema,
  recordedAt: instantSchema,
  type: z.string().regex(/^[A-Z][A-Za-z]*$/, 'must be a word'),
});

type Seen = z.infer<typeof seenSchema>;

/** Reads lines in their order into what is exported of them. */
export class Entries {
  readonly opening: Opening;
  /** How many were read. */
  count = 0;
  /** How many of them name accounts. */
  movements = 0;
  readonly #dayOf: (time_ms: number) => Day;
  #latest = '';

  /**
   * @param first the line of revision 0
   * @throws ExportError where it does not open a ledger
   */
  constructor(first: string) {
    const opened = openedSchema.safeParse(jsonIn(first, 0));
    if (!opened.success) throw new ExportError(0, 'LedgerOpened', issueOf(opened.error));
    this.opening = opened.data.data;
    this.#dayOf = calendarIn(this.opening.timeZone);
  }

  /** @throws ExportError where the line is not one of a stream */
  read(line: string): Entry {
    const revision = this.count;
    const json = jsonIn(line, revision);
    const seen = seenSchema.safeParse(json);
    if (!seen.success) throw new ExportError(revision, 'an event', issueOf(seen.error));
    if (canonical(json) !== line) {
      throw new ExportError(revision, 'canonical JSON', 'the same said in other bytes');
    }
    const { type, recordedAt, occurredOn } = seen.data;
    // One spelling in UTC, so the order of the texts is the order of the times.
    if (recordedAt < this.#latest) {
      throw new ExportError(revision, `recordedAt ${this.#latest} or later`, recordedAt);
    }
    this.#latest = recordedAt;
    const movement = movementOf(seen.data, revision);
    this.count += 1;
    if (movement !== undefined) this.movements += 1;
    const recordedOn = this.#dayOf(Date.parse(recordedAt));
    return { revision, type, recordedAt, recordedOn, occurredOn, line, movement };
  }
}

function movementOf({ command, data }: Seen, revision: number): Movement | undefined {
  const { debit, credit, credits, reverses } = data;
  if (debit === undefined && credit === undefined && credits === undefined) return undefined;
  if (debit === undefined || credit === undefined || credits === undefined) {
    throw new ExportError(revision, 'debit, credit and credits', 'not all three');
  }
  const transactionId = transactionIdAt(revision, command.id);
  return { transactionId, debit, credit, amount: hundredths(credits), reverses };
}

function jsonIn(line: string, revision: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new ExportError(revision, 'JSON', 'something else');
  }
}

function issueOf({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.') || 'the event'}: ${issue?.message ?? ''}`;
}

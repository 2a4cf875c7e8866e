import { canonical } from '../../schemas/canonical.ts';
import type { Ask, Command } from '../../schemas/commands.ts';
import { saltFrom } from '../../schemas/digest.ts';
import { SALT_FORMAT } from '../../schemas/events/envelope.ts';
import type { EventType, Recorded, StreamEvent } from '../../schemas/events/index.ts';
import { transactionIdAt, type AccessId, type CommandId, type Digest } from '../../schemas/ids.ts';
import type { Fault, RefusalCode } from '../../schemas/refusals.ts';
import { milliseconds } from '../../schemas/time.ts';
import type { Fact } from '../../src/ledger/context.ts';
import { decide, type Decision } from '../../src/ledger/decide.ts';
import { evolve } from '../../src/ledger/evolve.ts';
import { needsOf } from '../../src/ledger/needs.ts';
import { draftOf, type Ledger } from '../../src/ledger/state.ts';
import { digestOf, listedLedger } from './books.ts';
import { idOf, seeded } from './names.ts';

/** When a history was recorded, and when the command comes, unless a test says otherwise. */
export const BEFORE = '2026-01-02T09:00:00.000Z';
export const NOW = '2026-06-10T09:00:00.000Z';

/** A thing that has happened: a fact as `decide` makes it, or a command that was carried out. */
export type Past = (Fact & { readonly recordedAt?: string }) | Done;
export type Done = { readonly did: Ask; readonly by: Command['by'] } & Terms;

/** The idempotency key and the body of a command, and when it comes. */
export type Terms = {
  readonly key?: Digest | undefined;
  readonly sharedKey?: Digest | undefined;
  readonly body?: Digest | undefined;
  readonly at?: string | undefined;
};

/** A ledger and the stream it came from. */
export type Book = { readonly ledger: Ledger; readonly stream: Recorded[] };

/** What is expected of a command: some facts in this order, a refusal, or an answer from before. */
export type Expected =
  | readonly ExpectedFact[]
  | { readonly refused: RefusalCode; readonly facts?: object; readonly errors?: object }
  | { readonly replayed: readonly number[] }
  | { readonly standing: readonly number[] };
type ExpectedFact = {
  readonly type: EventType;
  readonly data: object;
  readonly occurredOn?: string;
  readonly occurredAt?: string;
  readonly v?: number;
  readonly by?: object;
};

type Checks = { strictSame(actual: unknown, expected: unknown, message: string): boolean };

/**
 * The words of every test of `decide`: given what has happened, when a command comes, then these
 * facts, or that refusal. No time passes but what the test names, and nothing is random.
 */
export function given(...past: readonly (Past | readonly Past[])[]) {
  const book = bookOf(past.flat());
  return {
    book,
    when: (ask: Ask, by: Command['by'] = 'system', terms: Terms = {}) => {
      const before = digestOf(book.ledger);
      const decision = decided(book, ask, by, terms);
      const untouched = digestOf(book.ledger) === before;
      return {
        decision,
        /** Compares, and holds that deciding alone changed nothing. */
        then: (t: Checks, sentence: string, expected: Expected) =>
          t.strictSame(
            { untouched, ...told(decision, expected) },
            { untouched: true, ...hoped(expected) },
            sentence,
          ),
      };
    },
  };
}

/** The id of the command that comes when the stream has so many events. */
export function commandAt(revision: number): CommandId {
  return idOf('cmd', `command ${revision}`);
}

/** The id of the transaction at a revision of a history. */
export function transactionAt(revision: number, first = revision) {
  return transactionIdAt(revision, commandAt(first));
}

/** An id made by the command that came when the stream had so many events. */
export function madeAt<P extends string>(prefix: P, revision: number): `${P}_${string}` {
  return `${prefix}_${commandAt(revision).slice(4)}`;
}

export function bookOf(past: readonly Past[]): Book {
  const book: Book = { ledger: listedLedger(), stream: [] };
  for (const one of past) {
    if (!('did' in one)) {
      record(book, [happened(one, book.ledger)]);
      continue;
    }
    const { did, by, ...terms } = one;
    const decision = decided(book, did, by, { at: BEFORE, ...terms });
    if (decision.outcome !== 'accepted') {
      throw new Error(`the history of a test was not accepted: ${canonical(decision)}`);
    }
    record(book, decision.events);
  }
  return book;
}

function happened(
  { recordedAt = BEFORE, ...fact }: Fact & { recordedAt?: string },
  ledger: Ledger,
) {
  const { type, data, organisation, occurredOn = recordedAt.slice(0, 10), occurredAt } = fact;
  const id = commandAt(ledger.revision + 1);
  const format = type === 'LedgerOpened' ? data.format : ledger.format;
  const salt = format < SALT_FORMAT ? undefined : saltFrom(seeded(id).seed, 0);
  return {
    ...{ type, v: 1, recordedAt, occurredOn, occurredAt, data, salt },
    by: { access: 'system', organisation },
    command: { id, index: 0, count: 1 },
  } as StreamEvent;
}

/** Takes in events as a service would read them back: through their canonical bytes. */
export function record(book: Book, events: readonly StreamEvent[]): void {
  for (const event of events) {
    const read = JSON.parse(canonical(event)) as StreamEvent;
    const recorded = { revision: book.ledger.revision + 1, event: read };
    evolve(book.ledger, recorded);
    book.stream.push(recorded);
  }
}

/** Decides on a draft that is dropped, with only those old events that `needsOf` asked for. */
export function decided(book: Book, ask: Ask, by: Command['by'], terms: Terms): Decision {
  const { at = NOW, ...identity } = terms;
  const command: Command = { ...seeded(commandAt(book.ledger.revision + 1)), by, ...identity, ask };
  const needs = needsOf(book.ledger, command, milliseconds(at));
  const wanted = new Set(needs.events);
  for (const revision of needs.commands) {
    const { index, count } = book.stream[revision]!.event.command;
    for (let at = 0; at < count; at += 1) wanted.add(revision - index + at);
  }
  const recall = (revision: number) => {
    if (!wanted.has(revision)) throw new Error(`revision ${revision} was not read beforehand`);
    return book.stream[revision]!.event;
  };
  const recordedAt_ms = Math.max(milliseconds(at), book.ledger.recordedAt_ms);
  return decide(draftOf(book.ledger), command, recordedAt_ms, recall);
}

/** Of a decision, as much as the test speaks of; the data of facts always whole. */
function told(decision: Decision, expected: Expected): object {
  if (decision.outcome === 'accepted') {
    const spoken = Array.isArray(expected) ? (expected as readonly ExpectedFact[]) : [];
    return {
      facts: decision.events.map((event, index) => {
        const names = ['type', 'data', ...Object.keys(spoken[index] ?? {})];
        return plain(Object.fromEntries(Object.entries(event).filter(([n]) => names.includes(n))));
      }),
    };
  }
  if (decision.outcome !== 'refused') {
    return { [decision.outcome]: decision.recorded.map(({ revision }) => revision) };
  }
  const { code, facts, errors } = decision.refusal;
  return plain({
    refused: code,
    ...('facts' in expected && { facts }),
    ...('errors' in expected && { errors: errors?.map(withoutDetail) }),
  });
}

function withoutDetail({ pointer, code }: Fault): object {
  return { pointer, code };
}

function hoped(expected: Expected): object {
  return Array.isArray(expected) ? { facts: plain(expected) } : plain(expected);
}

/** Without what is undefined, which the stream leaves out. */
function plain(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object;
}

/** Who a command of a history came from. */
export function did(ask: Ask, by: AccessId | 'system' = 'system', terms: Terms = {}): Done {
  return { did: ask, by, ...terms };
}

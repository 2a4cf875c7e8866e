import { revisionIn } from '../../schemas/ids.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { DamagedJournalError, type Journal } from '../journal/journal.ts';
import { byPlace } from '../audit/fault.ts';
import { ACCEPTED, type Accepted } from '../audit/model/accepted.ts';
import { Findings, type AcceptedFinding } from '../audit/model/findings.ts';
import { FORM, formOf } from '../audit/model/form.ts';
import { breach, type Finding } from '../audit/model/invariant.ts';
import { invariants, Judge } from '../audit/model/judge.ts';
import { leafHash } from '../proofs/merkle.ts';
import { ledgerAgrees, projectionsAgree } from './agreement.ts';

type Reader = Pick<Journal, 'read'>;

export type Rule = { readonly name: string; readonly says: string };

/** What lies beside a stream, such as its checkpoints, and must fit it. */
export interface Beside {
  readonly rules: readonly Rule[];
  /** Told of each event in order, with the hash of its line as a leaf of the tree. */
  take(revision: number, leaf: Uint8Array, event: StreamEvent): void;
  /** Told that no more events come. */
  end(size: number): void | Promise<void>;
}

const JOURNAL = {
  name: 'journal',
  says: 'revisions are dense, and every row is as it was written',
};

export type Checked = {
  readonly events: number;
  readonly invariants: readonly Rule[];
  /** The breaches that nobody accepted, the earliest first; of each rule at most 1,000. */
  readonly findings: readonly Finding[];
  /** How many there are of each rule that is broken. */
  readonly counts: ReadonlyMap<string, number>;
  readonly accepted: readonly AcceptedFinding[];
  /** Whether the rest of the stream could not be judged. */
  readonly stopped: boolean;
};

export type CheckOptions = {
  /** Told after each page how many events were judged. */
  readonly progress?: (events: number) => void;
  /** Whether it may end in the middle of a command, of which the rest is still to come. */
  readonly isGrowing?: boolean;
  /** Breaches that were looked into before. */
  readonly accepted?: Accepted | undefined;
  /** Makes what judges the things beside the stream, given where it tells what it finds. */
  readonly beside?: (find: (finding: Finding) => void) => readonly Beside[];
};

/** Judges a whole stream, event by event, by what its bytes say and by nothing the service says. */
export async function checkStream(reader: Reader, options: CheckOptions = {}): Promise<Checked> {
  const check = new Check(reader, options);
  try {
    await check.read(Infinity);
  } catch (error) {
    const damage = damageIn(error, check.events);
    // The events before the damage in the same page are still judged.
    await check.read(damage.revision!);
    check.stop(damage);
  }
  return check.result();
}

/** One check under way: every invariant, and what was found so far. */
class Check {
  events = 0;
  readonly #reader: Reader;
  readonly #options: CheckOptions;
  readonly #found: Findings;
  readonly #judge: Judge;
  readonly #beside: readonly Beside[];
  #stopped = false;

  constructor(reader: Reader, options: CheckOptions) {
    this.#reader = reader;
    this.#options = options;
    const { accepted, beside } = options;
    this.#found = new Findings(accepted);
    const all = [...invariants(), ledgerAgrees(), projectionsAgree()];
    this.#judge = new Judge(all, accepted, this.#found);
    this.#beside = beside?.((finding) => this.#found.add(finding)) ?? [];
  }

  /** Judges what was not judged yet, up to a revision, exclusive. */
  async read(end: number): Promise<void> {
    if (this.events >= end) return;
    for await (const { lines } of this.#reader.read(this.events, end - this.events)) {
      for (const line of lines) {
        await this.#take(line);
        if (this.#stopped) return;
      }
      this.#options.progress?.(this.events);
    }
  }

  /** Nothing behind a damaged place can be judged rightly. */
  stop(damage: Finding): void {
    this.#found.add(damage);
    this.#stopped = true;
  }

  async result(): Promise<Checked> {
    if (!this.#stopped) {
      if (this.#options.isGrowing !== true) this.#judge.end(Math.max(0, this.events - 1));
      for (const one of this.#beside) await one.end(this.events);
    }
    const rules = [JOURNAL, FORM, ...this.#beside.flatMap((one) => one.rules)];
    rules.push(...this.#judge.invariants);
    if (this.#options.accepted !== undefined) rules.push(ACCEPTED);
    return {
      events: this.events,
      invariants: rules.map(({ name, says }) => ({ name, says })),
      findings: this.#found.kept.toSorted(byPlace),
      counts: new Map(rules.map(({ name }) => [name, this.#found.countOf(name)])),
      accepted: this.#found.accepted,
      stopped: this.#stopped,
    };
  }

  async #take(line: string): Promise<void> {
    const revision = this.events;
    const hash = leafHash(line);
    const { event, breach: found } = formOf(line);
    if (found !== undefined) {
      const leaf = hash.toString('base64');
      const named = event === undefined ? {} : { event: event.type, leaf };
      this.#found.add({ invariant: FORM.name, revision, ...named, ...found });
    }
    if (event === undefined) {
      // Without this event nothing that follows could be judged rightly.
      this.#stopped = true;
      return;
    }
    const original =
      event.type === 'TransactionReversed'
        ? await this.#earlier(revisionIn(event.data.reverses), revision)
        : undefined;
    this.events += 1;
    this.#judge.take(revision, event, original, hash);
    for (const one of this.#beside) one.take(revision, hash, event);
  }

  async #earlier(revision: number, before: number): Promise<StreamEvent | undefined> {
    if (revision >= before) return undefined;
    for await (const { lines } of this.#reader.read(revision, 1)) return formOf(lines[0]!).event;
    return undefined;
  }
}

/** Damage to the rows, or to the file under them. */
export function damageIn(error: unknown, next: number): Finding {
  const { code, message } = error as Error & { code?: string };
  const invariant = JOURNAL.name;
  if (error instanceof DamagedJournalError) {
    const { revision } = error;
    return { invariant, revision, ...breach('the row as it was written', message) };
  }
  if (code !== 'ERR_SQLITE_ERROR') throw error;
  return { invariant, revision: next, ...breach('a database that SQLite can read', message) };
}

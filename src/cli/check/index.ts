import { revisionIn } from '../../../schemas/ids.ts';
import type { StreamEvent } from '../../../schemas/events/index.ts';
import { DamagedJournalError, type Journal } from '../../journal/journal.ts';
import { FORM, formOf } from '../../audit/model/form.ts';
import { breach, type Finding } from '../../audit/model/invariant.ts';
import { invariants, Judge } from '../../audit/model/judge.ts';
import { ledgerAgrees, projectionsAgree } from './agreement.ts';

type Reader = Pick<Journal, 'read'>;

const JOURNAL = {
  name: 'journal',
  says: 'revisions are dense, and every row is as it was written',
};

export type Checked = {
  readonly events: number;
  readonly invariants: readonly { readonly name: string; readonly says: string }[];
  /** The first breach of each invariant, the earliest first. */
  readonly findings: readonly Finding[];
  /** Why the rest of the stream could not be judged, if it could not. */
  readonly stopped: boolean;
};

/**
 * Judges a whole stream, event by event, by what its bytes say and by nothing the service says.
 * @param progress told after each page how many events were judged
 */
export async function checkStream(
  reader: Reader,
  progress?: (events: number) => void,
): Promise<Checked> {
  const check = new Check(reader);
  let damage: Finding | undefined;
  try {
    await check.read(Infinity, progress);
  } catch (error) {
    damage = damageIn(error, check.events);
    // What stands before the damage in the same page is still judged.
    await check.read(damage.revision, progress);
  }
  return check.result(damage);
}

/** One check under way: every invariant, and what was found so far. */
class Check {
  events = 0;
  readonly #reader: Reader;
  readonly #judge = new Judge([...invariants(), ledgerAgrees(), projectionsAgree()]);
  #form: Finding | undefined;
  #stopped = false;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Judges what was not judged yet, up to a revision, exclusive. */
  async read(end: number, progress?: (events: number) => void): Promise<void> {
    if (this.events >= end) return;
    for await (const { lines } of this.#reader.read(this.events, end - this.events)) {
      for (const line of lines) {
        await this.#take(line);
        if (this.#stopped) return;
      }
      progress?.(this.events);
    }
  }

  result(damage: Finding | undefined): Checked {
    const stopped = this.#stopped || damage !== undefined;
    if (!stopped) this.#judge.end(Math.max(0, this.events - 1));
    const findings = [...this.#judge.findings, this.#form, damage].filter(
      (one) => one !== undefined,
    );
    return {
      events: this.events,
      invariants: [JOURNAL, FORM, ...this.#judge.invariants].map(({ name, says }) => ({
        name,
        says,
      })),
      findings: findings.toSorted((one, other) => one.revision - other.revision),
      stopped,
    };
  }

  async #take(line: string): Promise<void> {
    const revision = this.events;
    const { event, breach: found } = formOf(line);
    if (found !== undefined) {
      const type = event === undefined ? {} : { event: event.type };
      this.#form ??= { invariant: FORM.name, revision, ...type, ...found };
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
    this.#judge.take(revision, event, original);
  }

  async #earlier(revision: number, before: number): Promise<StreamEvent | undefined> {
    if (revision >= before) return undefined;
    for await (const { lines } of this.#reader.read(revision, 1)) return formOf(lines[0]!).event;
    return undefined;
  }
}

/** Damage to the rows, or to the file under them. */
function damageIn(error: unknown, next: number): Finding {
  const { code, message } = error as Error & { code?: string };
  const invariant = JOURNAL.name;
  if (error instanceof DamagedJournalError) {
    const { revision } = error;
    return { invariant, revision, ...breach('the row as it was written', message) };
  }
  if (code !== 'ERR_SQLITE_ERROR') throw error;
  return { invariant, revision: next, ...breach('a database that SQLite can read', message) };
}

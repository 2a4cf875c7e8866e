import { revisionIn } from '../../../schemas/ids.ts';
import type { StreamEvent } from '../../../schemas/events/index.ts';
import { DamagedJournalError, type Journal } from '../../journal/journal.ts';
import { ledgerAgrees, projectionsAgree } from './agreement.ts';
import { guarded, movements, zeroSum } from './balances.ts';
import { endings, suspensions } from './endings.ts';
import { FORM, formOf } from './form.ts';
import { bookings } from './bookings.ts';
import { accesses, registered } from './holders.ts';
import { hoursGiven } from './hours.ts';
import { breach, type Breach, type Finding, type Invariant, type Subject } from './invariant.ts';
import { offers } from './offers.ts';
import { commandRuns, idempotencyKeys, opening, recordedTime } from './order.ts';
import { reversals } from './reversals.ts';
import { clearing, visitReferences } from './visits.ts';
import { settlements } from './settlements.ts';

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
  readonly #findings: Finding[] = [];
  readonly #invariants: readonly Invariant[];
  #holding: Invariant[];
  #stopped = false;

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#invariants = [
      opening(),
      recordedTime(),
      commandRuns(),
      idempotencyKeys(),
      accesses(),
      registered(),
      movements(),
      zeroSum(),
      guarded(),
      hoursGiven(),
      reversals(),
      offers(),
      bookings(),
      clearing(),
      visitReferences(),
      settlements(),
      endings(),
      suspensions(),
      ledgerAgrees(),
      projectionsAgree(),
    ];
    this.#holding = [...this.#invariants];
  }

  /** Judges what was not judged yet, up to a revision, exclusive. */
  async read(end: number, progress?: (events: number) => void): Promise<void> {
    if (this.events >= end) return;
    for await (const { lines } of this.#reader.read(this.events, end - this.events)) {
      for (const line of lines) {
        await this.#judge(line);
        if (this.#stopped) return;
      }
      progress?.(this.events);
    }
  }

  result(damage: Finding | undefined): Checked {
    const stopped = this.#stopped || damage !== undefined;
    if (!stopped) this.#end();
    const findings = damage === undefined ? this.#findings : [...this.#findings, damage];
    return {
      events: this.events,
      invariants: [JOURNAL, FORM, ...this.#invariants].map(({ name, says }) => ({ name, says })),
      findings: findings.toSorted((one, other) => one.revision - other.revision),
      stopped,
    };
  }

  async #judge(line: string): Promise<void> {
    const revision = this.events;
    const form = formOf(line);
    if (form.breach !== undefined) this.#find(FORM.name, revision, form.breach, form.event);
    if (form.event === undefined) {
      // Without this event nothing that follows could be judged rightly.
      this.#stopped = true;
      return;
    }
    const { event } = form;
    const original =
      event.type === 'TransactionReversed'
        ? await this.#earlier(revisionIn(event.data.reverses), revision)
        : undefined;
    const subject: Subject = { revision, event, original };
    this.events += 1;
    let broken = false;
    for (const invariant of this.#holding) {
      const found = judged(() => invariant.take(subject));
      if (found === undefined) continue;
      broken = true;
      this.#find(invariant.name, revision, found, event);
    }
    if (broken) this.#holding = this.#holding.filter(({ name }) => !this.#found(name));
  }

  async #earlier(revision: number, before: number): Promise<StreamEvent | undefined> {
    if (revision >= before) return undefined;
    for await (const { lines } of this.#reader.read(revision, 1)) return formOf(lines[0]!).event;
    return undefined;
  }

  #end(): void {
    for (const { name, end } of this.#holding) {
      const found = end === undefined ? undefined : judged(end);
      if (found !== undefined) this.#find(name, Math.max(0, this.events - 1), found);
    }
  }

  #find(invariant: string, revision: number, found: Breach, event?: StreamEvent): void {
    if (this.#found(invariant)) return;
    const type = event === undefined ? {} : { event: event.type };
    this.#findings.push({ invariant, revision, ...type, ...found });
  }

  #found(name: string): boolean {
    return this.#findings.some(({ invariant }) => invariant === name);
  }
}

/** A fold that fails over an event shows that the event does not fit what stands before it. */
function judged(judge: () => Breach | undefined): Breach | undefined {
  try {
    return judge();
  } catch (error) {
    return breach('an event that fits what stands before it', (error as Error).message);
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

import { hundredths, type Hundredths } from '../schemas/amounts.ts';
import type { EventOf, Recorded, StreamEvent } from '../schemas/events/index.ts';
import { fundOf, type OrganisationId } from '../schemas/ids.ts';
import { calendarIn, milliseconds, type Day } from '../schemas/time.ts';
import { entryOf } from './maps.ts';

/** What an earn group issued from one fund in one period. */
export type Issuing = {
  readonly fund: string;
  /** Lines issued, whatever was reversed later. */
  entries: number;
  minutes: number;
  credits: Hundredths;
  minutesWithdrawn: number;
  creditsTakenBack: Hundredths;
  creditsWrittenOff: Hundredths;
  absences: number;
};

/** The fund of hours that were recorded without a credit. */
export const NO_FUND = '';

/**
 * Issuing by organisation, fund and period. Days are those of recording, so a closed month stays
 * closed: what is corrected later counts on the day of the correction.
 */
export class IssuingReport {
  revision = -1;
  #timeZone = 'UTC';
  #calendar = calendarIn(this.#timeZone);
  #days = new Map<OrganisationId, Map<Day, Map<string, Issuing>>>();

  /** Takes in the next event; one that was taken in before changes nothing. */
  apply({ revision, event }: Recorded): void {
    if (revision <= this.revision) return;
    this.revision = revision;
    if (event.type === 'LedgerOpened') this.#goBy(event.data.timeZone);
    if (event.type === 'CreditsIssued') this.#issued(event);
    if (event.type === 'TransactionReversed') this.#reversed(event);
  }

  /** Each fund's figures between two days, both included; by fund name. */
  between(organisation: OrganisationId, from: Day, to: Day): Issuing[] {
    const funds = new Map<string, Issuing>();
    for (const [day, cells] of this.#days.get(organisation) ?? []) {
      if (day < from || day > to) continue;
      for (const cell of cells.values()) add(funds, cell);
    }
    return [...funds.values()].toSorted((a, b) => (a.fund < b.fund ? -1 : 1));
  }

  /** Everything kept, in order, to compare one rebuild with another. */
  cells(): unknown[] {
    return [...this.#days].map(([organisation, days]) => [
      organisation,
      [...days].map(([day, cells]) => [day, [...cells.values()]]),
    ]);
  }

  saved() {
    return { revision: this.revision, timeZone: this.#timeZone, days: this.#days };
  }

  static restored({ revision, timeZone, days }: ReturnType<IssuingReport['saved']>): IssuingReport {
    const report = new IssuingReport();
    report.revision = revision;
    report.#goBy(timeZone);
    report.#days = days;
    return report;
  }

  #goBy(timeZone: string): void {
    this.#timeZone = timeZone;
    this.#calendar = calendarIn(timeZone);
  }

  #issued(event: EventOf<'CreditsIssued'>): void {
    const { minutes, credits, debit, absences } = event.data;
    const cell = this.#cell(event, debit === undefined ? NO_FUND : fundOf(debit));
    cell.entries += 1;
    cell.minutes += minutes;
    cell.credits += hundredths(credits ?? '0');
    cell.absences += absences ?? 0;
  }

  #reversed(event: EventOf<'TransactionReversed'>): void {
    const { issue, credits } = event.data;
    if (issue === undefined) return;
    const cell = this.#cell(event, issue.fund ?? NO_FUND);
    cell.minutesWithdrawn += issue.minutes;
    cell.creditsTakenBack += hundredths(credits ?? '0');
    cell.creditsWrittenOff += hundredths(issue.writtenOff ?? '0');
  }

  #cell({ by, recordedAt }: StreamEvent, fund: string): Issuing {
    const organisation = by.organisation as OrganisationId;
    const day = this.#calendar(milliseconds(recordedAt));
    const days = entryOf(this.#days, organisation, () => new Map<Day, Map<string, Issuing>>());
    const funds = entryOf(days, day, () => new Map<string, Issuing>());
    return entryOf(funds, fund, () => emptyIssuing(fund));
  }
}

function emptyIssuing(fund: string): Issuing {
  return {
    fund,
    entries: 0,
    minutes: 0,
    credits: 0,
    minutesWithdrawn: 0,
    creditsTakenBack: 0,
    creditsWrittenOff: 0,
    absences: 0,
  };
}

function add(funds: Map<string, Issuing>, cell: Issuing): void {
  const sum = entryOf(funds, cell.fund, () => emptyIssuing(cell.fund));
  sum.entries += cell.entries;
  sum.minutes += cell.minutes;
  sum.credits += cell.credits;
  sum.minutesWithdrawn += cell.minutesWithdrawn;
  sum.creditsTakenBack += cell.creditsTakenBack;
  sum.creditsWrittenOff += cell.creditsWrittenOff;
  sum.absences += cell.absences;
}

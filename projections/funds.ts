import { hundredths } from '../schemas/amounts.ts';
import type { EventOf, Recorded, StreamEvent } from '../schemas/events/index.ts';
import {
  accountOf,
  fundOf,
  holderOf,
  kindOf,
  PROGRAMME,
  revisionIn,
  type Account,
  type MemberId,
  type OrganisationId,
} from '../schemas/ids.ts';
import { calendarIn, milliseconds, type Day } from '../schemas/time.ts';
import type { Count } from './disclosure.ts';
import { closed, summed, type Closed } from './fundFigures.ts';
import { openOf, shownOf, type ShownFigures } from './fundShown.ts';
import {
  countsIn,
  figuresOf,
  newCell,
  newPart,
  overall,
  yearsOf,
  type Cell,
  type Part,
} from './fundParts.ts';
import { entryOf } from './maps.ts';
import { stand, unite } from './people.ts';
import { Years } from './years.ts';

/** Figures of a year or of all. Members are people with hours standing; few are hidden. */
export type FundFigures = ShownFigures & { readonly members: Count };
type Row<F> = F & {
  readonly organisationId: OrganisationId;
  readonly firstDay?: Day | undefined;
  readonly lastDay?: Day | undefined;
};
export type FundPart = Row<FundFigures>;
type Report<F> = {
  readonly fund: string;
  /** The years in which anything was recorded of the fund. */
  readonly years: readonly number[];
  readonly parts: readonly Row<F>[];
  readonly total: F;
};
export type FundReport = Report<FundFigures>;
/** What a report is made of, with nothing hidden: for checking, and not for showing. */
export type ExactReport = Report<Closed & { readonly members: Count }>;

type Place = Cell & { readonly part: Part; readonly day: Day; readonly year: number };

/**
 * What became of each fund's credits, by organisation and year of the network. Years go by the
 * day of recording, so a year that is over stays as it was: its people are those whose hours of
 * that year stood at its end.
 */
export class Funds {
  revision = -1;
  #years = new Years();
  #timeZone = 'UTC';
  #calendar = calendarIn(this.#timeZone);
  /** The newest year of anything recorded of a fund, and the first such revision in it. */
  #begun = { year: 0, revision: 0 };
  #funds = new Map<string, Map<Account, Part>>();
  #survivors = new Map<MemberId, MemberId>();

  get years(): Years {
    return this.#years;
  }

  /** Takes in the next event; one that was taken in before changes nothing. */
  apply({ revision, event }: Recorded): void {
    if (revision <= this.revision) return;
    this.revision = revision;
    switch (event.type) {
      case 'LedgerOpened':
        this.#goBy(event.data.timeZone);
        return this.years.start(event.data.rules.yearStart, this.#dayOf(event));
      case 'RulesChanged':
        return this.years.start(event.data.rules.yearStart, this.#dayOf(event));
      case 'CreditsAllocated':
        return this.#allocated(event);
      case 'CreditsIssued':
        return this.#issued(event);
      case 'TransactionReversed':
        return this.#reversed(event);
      case 'MembersMerged':
        return this.#merged(event);
      case 'AllocationReturned':
        this.#at(event, event.data.debit).figures.returned += hundredths(event.data.credits);
        return;
      case 'CreditsTransferred': {
        const { debit, credits } = event.data;
        if (kindOf(debit) !== 'allocation') return;
        this.#at(event, debit).figures.toPot += hundredths(credits);
        return;
      }
      default:
        return;
    }
  }

  /** The funds in the order they began; for one organisation, in which its parts did. */
  names(only?: OrganisationId): string[] {
    const parts = [...this.#funds].flatMap(([fund, all]) => {
      const part = all.values().find((one) => only === undefined || isOf(one, only));
      return part === undefined ? [] : [{ fund, since: part.since }];
    });
    return parts.toSorted((a, b) => a.since - b.since).map(({ fund }) => fund);
  }

  /** Whether an organisation has a part of a fund; without one, whether there is such a fund. */
  has(fund: string, only?: OrganisationId): boolean {
    return this.#partsOf(fund).some((part) => only === undefined || isOf(part, only));
  }

  /**
   * One fund by organisation: a year of the network, or its whole life.
   * @param only the one organisation whose part is told; what is hidden does not depend on it
   */
  report(fund: string, year?: number, only?: OrganisationId): FundReport {
    const all = this.#partsOf(fund);
    const open = openOf(all);
    const { parts, total, ...rest } = this.exact(fund, year, only);
    const partOf = (id: OrganisationId | undefined) =>
      all.find((part) => id !== undefined && isOf(part, id));
    const shown = <F extends Closed & { members: Count }>(row: F, part: Part | undefined) => ({
      ...row,
      ...shownOf(row, open.of(part, year, row.members)),
    });
    return {
      ...rest,
      parts: parts.map((part) => shown(part, partOf(part.organisationId))),
      total: shown(total, partOf(only)),
    };
  }

  /** The same with every figure, of few people too; only the counts are as they are shown. */
  exact(fund: string, year?: number, only?: OrganisationId): ExactReport {
    const begun = this.#partsOf(fund).filter(({ began }) => began <= (year ?? Infinity));
    const counts = year === undefined ? overall(begun) : countsIn(begun, year);
    const told = (part: Part) => only === undefined || isOf(part, only);
    const parts = begun.map((part, index) => ({ part, members: counts.rows[index] }));
    const shown = parts
      .filter(({ part }) => told(part))
      .map(({ part, members }) => {
        const organisationId = holderOf(part.account) as OrganisationId;
        const { firstDay, lastDay } = part;
        return { organisationId, firstDay, lastDay, ...figuresOf(part, year), members };
      });
    const opening = shown.reduce((sum, part) => sum + part.opening, 0);
    const [own = { members: 0 }] = shown;
    const members = only === undefined ? counts.total : own.members;
    return {
      fund,
      years: yearsOf(this.#partsOf(fund).filter(told)),
      parts: shown,
      total: { ...closed(opening, summed(shown)), members },
    };
  }

  /** Everything kept, in order, to compare one rebuild with another. */
  cells(): unknown[] {
    return [...this.#funds].map(([fund, parts]) => [
      fund,
      [...parts.values()].map(({ people, years, ...part }) => [
        part,
        [...people],
        [...years].map(([year, cell]) => [year, cell.figures, [...cell.people]]),
      ]),
    ]);
  }

  saved() {
    return {
      revision: this.revision,
      years: this.#years.saved(),
      timeZone: this.#timeZone,
      begun: this.#begun,
      funds: this.#funds,
      survivors: this.#survivors,
    };
  }

  static restored(saved: ReturnType<Funds['saved']>): Funds {
    const restored = new Funds();
    restored.revision = saved.revision;
    restored.#years = Years.restored(saved.years);
    restored.#goBy(saved.timeZone);
    restored.#begun = saved.begun;
    restored.#funds = saved.funds;
    restored.#survivors = saved.survivors;
    return restored;
  }

  #goBy(timeZone: string): void {
    this.#timeZone = timeZone;
    this.#calendar = calendarIn(timeZone);
  }

  #allocated(event: EventOf<'CreditsAllocated'>): void {
    const { credit, credits, firstDay, lastDay } = event.data;
    const { part, figures } = this.#at(event, credit);
    part.firstDay = firstDay ?? part.firstDay;
    part.lastDay = lastDay ?? part.lastDay;
    figures.allocated += hundredths(credits);
  }

  #issued(event: EventOf<'CreditsIssued'>): void {
    const { debit, memberId, minutes } = event.data;
    if (debit === undefined) return;
    const { part, day, year, figures, people } = this.#at(event, debit);
    const issued = hundredths(event.data.credits ?? '0');
    figures.issued += issued;
    figures.minutes += minutes;
    if (this.years.yearOf(event.occurredOn) < year) figures.issuedForEarlierYears += issued;
    if (part.lastDay !== undefined && part.lastDay < day) figures.issuedAfterLastDay += issued;
    const member = this.#survivorOf(memberId);
    stand(part.people, member, minutes);
    stand(people, member, minutes);
  }

  #reversed(event: EventOf<'TransactionReversed'>): void {
    const { issue, credit, credits, reverses } = event.data;
    const account =
      issue?.fund === undefined
        ? credit
        : accountOf.allocation(event.by.organisation as OrganisationId, issue.fund);
    if (account === undefined || kindOf(account) !== 'allocation') return;
    const { part, figures, people } = this.#at(event, account);
    figures.corrected += hundredths(credits ?? '0');
    // What a closed group's allocation gets back goes on to the programme at once.
    if (credit === PROGRAMME) figures.returned += hundredths(credits ?? '0');
    if (issue === undefined) return;
    const member = this.#survivorOf(issue.memberId);
    figures.writtenOff += hundredths(issue.writtenOff ?? '0');
    figures.minutesWithdrawn += issue.minutes;
    stand(part.people, member, -issue.minutes);
    const isOfThisYear = revisionIn(reverses) >= this.#begun.revision;
    if (isOfThisYear) stand(people, member, -issue.minutes);
  }

  /** Two who turn out to be one are counted as one, but in years that are over. */
  #merged(event: EventOf<'MembersMerged'>): void {
    const { from, into } = event.data;
    this.#survivors.set(from, into);
    const year = this.years.yearOf(this.#dayOf(event));
    for (const part of [...this.#funds.values()].flatMap((parts) => [...parts.values()])) {
      unite(part.people, from, into);
      unite(part.years.get(year)?.people ?? new Map<MemberId, number>(), from, into);
    }
  }

  #survivorOf(id: MemberId): MemberId {
    const next = this.#survivors.get(id);
    return next === undefined ? id : this.#survivorOf(next);
  }

  #partsOf(fund: string): Part[] {
    return [...(this.#funds.get(fund)?.values() ?? [])];
  }

  #dayOf({ recordedAt }: StreamEvent): Day {
    return this.#calendar(milliseconds(recordedAt));
  }

  /** Where an event counts: the part of the account, and its year. */
  #at(event: StreamEvent, account: Account): Place {
    const day = this.#dayOf(event);
    const year = this.years.yearOf(day);
    if (this.#begun.year !== year) this.#begun = { year, revision: this.revision };
    const parts = entryOf(this.#funds, fundOf(account), () => new Map<Account, Part>());
    const part = entryOf(parts, account, () => newPart(account, this.revision, year));
    const { figures, people } = entryOf(part.years, year, newCell);
    return { part, day, year, figures, people };
  }
}

function isOf({ account }: Part, organisation: OrganisationId): boolean {
  return holderOf(account) === organisation;
}

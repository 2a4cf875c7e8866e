import { addDays, type Day } from '../schemas/time.ts';

/** A year of the network, named for the calendar year it begins in; both days are in it. */
export type NetworkYear = { readonly year: number; readonly from: Day; readonly to: Day };

/** After it no day has a spelling. */
const LAST_YEAR = 9999;

type Start = { readonly since: Day; readonly monthAndDay: string };

/**
 * The years of a network. Where the rules move the first day of the year, the new one counts from
 * the next day on: a year that is over keeps its days, and none begins twice.
 */
export class Years {
  #starts: Start[] = [];
  readonly #known = new Map<Day, number>();

  /** Takes in the first day of the year, as the rules of some day say it. */
  start(monthAndDay: string, on: Day): void {
    if (this.#starts.at(-1)?.monthAndDay === monthAndDay) return;
    const since = this.#starts.length === 0 ? '0000-01-01' : addDays(on, 1);
    this.#starts.push({ since, monthAndDay });
    this.#known.clear();
  }

  /** The year that a day is in. */
  yearOf(day: Day): number {
    const known = this.#known.get(day);
    if (known !== undefined) return known;
    const calendarYear = Number(day.slice(0, 4));
    const year = this.#beginning(calendarYear) <= day ? calendarYear : calendarYear - 1;
    this.#known.set(day, year);
    return year;
  }

  /** The days of a year, whether or not it has begun. */
  of(year: number): NetworkYear {
    const to = year < LAST_YEAR ? addDays(this.#beginning(year + 1), -1) : `${LAST_YEAR}-12-31`;
    return { year, from: this.#beginning(year), to };
  }

  /** Without the years that are known by now, which are only remembered. */
  saved(): Start[] {
    return this.#starts;
  }

  static restored(saved: Start[]): Years {
    const years = new Years();
    years.#starts = saved;
    return years;
  }

  #beginning(year: number): Day {
    const days = this.#starts.map(({ since, monthAndDay }) => {
      const day = `${year}-${monthAndDay}`;
      return day < since ? since : day;
    });
    const found = days.find((day, index) => {
      const next = this.#starts[index + 1];
      return next === undefined || day < next.since;
    });
    return found ?? `${year}-01-01`;
  }
}

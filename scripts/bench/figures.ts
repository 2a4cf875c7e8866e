/** The middle one of some figures, or the mean of the two in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The median of what each round says; nothing where a round does not say it. */
export function medianOf<T>(
  rounds: readonly T[],
  figure: (round: T) => number | undefined,
): number | undefined {
  const figures = rounds.map(figure);
  return figures.every((value) => value !== undefined) ? median(figures) : undefined;
}

/** A figure as it is printed: whole from a hundred on, otherwise with some places; or a dash. */
export function shown(figure: number | undefined, places = 2): string {
  if (figure === undefined || Number.isNaN(figure)) return '–';
  return figure >= 100 ? Math.round(figure).toLocaleString('en-GB') : figure.toFixed(places);
}

/** Says what the bench is at, apart from its results. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** What every part of the bench is told. */
export type Settings = {
  readonly seconds: number;
  readonly rounds: number;
  /** How many events the largest stream has, where a part lets that be chosen. */
  readonly events?: number | undefined;
  /** A folder that is removed at the end. */
  readonly folder: string;
  /** An EventStoreDB for the parts that need one; the stand-in of the tests where none is given. */
  readonly url?: string | undefined;
};

/** What a part of the bench found: an object for machines and a table for people. */
export type Part = { readonly result: unknown; readonly text: string };

import type { Breach } from './model/invariant.ts';

/** Something that does not hold: which rule, where, what was expected and what was found. */
export type Fault = Breach & {
  readonly rule: string;
  /** The event that is bad; nothing where it is no event, such as a key that is not known. */
  readonly revision?: number;
  /** The last event that may be the bad one, where it is not known which of several is. */
  readonly to?: number | undefined;
  readonly event?: string;
};

/** The first bad event first; of two at one place the one that is surer of it. */
export function byPlace(one: Fault, other: Fault): number {
  const [a, b] = [one.to ?? one.revision ?? Infinity, other.to ?? other.revision ?? Infinity];
  if (a === b) return Number(one.to !== undefined) - Number(other.to !== undefined);
  return a < b ? -1 : 1;
}

/** A fault as a sentence. */
export function sentence({ revision, to, event, expected, found }: Fault): string {
  const what = event === undefined ? '' : ` (${event})`;
  return `${placed(revision, to)}${what} expected ${expected}; found ${found}.`;
}

function placed(revision: number | undefined, to: number | undefined): string {
  if (revision === undefined) return 'Beside the events:';
  return to === undefined || to === revision
    ? `At revision ${revision}:`
    : `Somewhere from revision ${revision} to ${to}:`;
}

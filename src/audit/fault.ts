import type { Finding } from './model/invariant.ts';

/** Something that does not hold: which rule, where, what was expected and what was found. */
export type Fault = Omit<Finding, 'invariant'> & { readonly rule: string };

/** A finding of a rule's fold as what an auditor is told. */
export function faultOf({ invariant: rule, ...found }: Finding): Fault {
  return { rule, ...found };
}

type Placed = Omit<Finding, 'invariant'>;

/** The first bad event first; of two at one place the one that is surer of it. */
export function byPlace(one: Placed, other: Placed): number {
  const [a, b] = [one.to ?? one.revision ?? Infinity, other.to ?? other.revision ?? Infinity];
  if (a === b) return Number(one.to !== undefined) - Number(other.to !== undefined);
  return a < b ? -1 : 1;
}

/** A fault as a sentence. */
export function sentence({ revision, to, event, expected, found }: Placed): string {
  const what = event === undefined ? '' : ` (${event})`;
  return `${placed(revision, to)}${what}: expected ${expected}; found ${found}.`;
}

function placed(revision: number | undefined, to: number | undefined): string {
  if (revision === undefined) return 'Beside the events';
  return to === undefined || to === revision
    ? `At revision ${revision}`
    : `Somewhere from revision ${revision} to ${to}`;
}

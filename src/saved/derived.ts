import { Projections } from '../../projections/index.ts';
import type { Recorded } from '../../schemas/events/index.ts';
import { evolve } from '../ledger/evolve.ts';
import { restoredLedger, savedLedger, type SavedLedger } from '../ledger/saved.ts';
import { emptyLedger, type Ledger } from '../ledger/state.ts';

/** Everything that is derived from the stream: what is decided on, and what is answered from. */
export type Derived = { readonly ledger: Ledger; readonly projections: Projections };

/** Its parts as plain values, each under its name. */
export type Parts = Readonly<Record<string, unknown>>;

/** What is derived from an empty stream. */
export function nothingDerived(): Derived {
  return { ledger: emptyLedger(), projections: new Projections() };
}

/** Takes in the next events. */
export function fold({ ledger, projections }: Derived, recorded: readonly Recorded[]): void {
  for (const one of recorded) evolve(ledger, one);
  projections.apply(recorded);
}

export function partsOf({ ledger, projections }: Derived): Parts {
  return { ledger: savedLedger(ledger), ...projections.saved() };
}

/** @param parts what `partsOf` gave, which is taken over, not copied */
export function derivedFrom({ ledger, ...projections }: Parts): Derived {
  return {
    ledger: restoredLedger(ledger as SavedLedger),
    projections: Projections.restored(projections as ReturnType<Projections['saved']>),
  };
}

import { Projections } from '../../projections/index.ts';
import type { Recorded } from '../../schemas/events/index.ts';
import { DamagedJournalError } from '../../schemas/stream.ts';
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

/**
 * Takes in the next events.
 * @throws DamagedJournalError where one does not fit those before it
 */
export function fold({ ledger, projections }: Derived, recorded: readonly Recorded[]): void {
  let at = recorded[0]?.revision ?? 0;
  try {
    for (const one of recorded) {
      at = one.revision;
      evolve(ledger, one);
    }
    projections.apply(recorded);
  } catch (error) {
    throw new DamagedJournalError(
      at,
      `the event does not fit those before it (${(error as Error).message}): one of them was ` +
        'removed or changed since it was written',
      { cause: error },
    );
  }
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

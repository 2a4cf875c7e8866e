import type { Digest } from '../../schemas/ids.ts';
import { canonical } from '../../schemas/canonical.ts';
import { emptyLedger, type Ledger } from '../../src/ledger/state.ts';
import type { DigestIndex } from '../../src/ledger/tables.ts';

/** A digest index that can be listed, which the flat one of the ledger cannot. */
class ListedIndex implements DigestIndex {
  readonly revisions = new Map<Digest, number[]>();

  candidates(digest: Digest): readonly number[] {
    return this.revisions.get(digest) ?? [];
  }

  add(digest: Digest, revision: number): void {
    this.revisions.set(digest, [...this.candidates(digest), revision]);
  }
}

/** The flat indexes. */
const INDEXES = ['keys', 'lines', 'sheets', 'visits'] as const;
type Indexes = Record<(typeof INDEXES)[number], ListedIndex>;

/** The flat tables of numbers. */
const FLAT = [
  ...(['dayMinutes', 'offerMembers', 'memberDayUses', 'memberMonthUses'] as const),
  ...(['offerDayCredits', 'slotPlaces', 'endedHolds'] as const),
] as const;

/**
 * An empty ledger whose flat tables are exchanged for ones that can be listed, so that a test can
 * see all of its state. `tables.test.ts` holds that the flat ones answer the same.
 */
export function listedLedger(): Ledger {
  return {
    ...emptyLedger(),
    ...Object.fromEntries(FLAT.map((name) => [name, new Map<number, number>()])),
    ...(Object.fromEntries(INDEXES.map((name) => [name, new ListedIndex()])) as Indexes),
  };
}

/** Every table and figure of a listed ledger in one text: equal texts, equal states. */
export function digestOf(ledger: Ledger): string {
  const listed = Object.entries(ledger).map(([name, value]: [string, unknown]) => {
    if (typeof value === 'function') return [name, 'a function'];
    if (value instanceof ListedIndex) return [name, rows(value.revisions)];
    if (value instanceof Map) return [name, rows(value)];
    return [name, value];
  });
  return canonical(Object.fromEntries(listed));
}

/** The rows of a table by key; what a row leaves out is absent, as in the stream. */
function rows(table: ReadonlyMap<unknown, unknown>): unknown[] {
  return [...table]
    .map(([key, value]) => canonical([key, value]))
    .toSorted((a, b) => (a < b ? -1 : 1));
}

/** Whether a ledger with flat tables answers as a listed one does, for every key of the latter. */
export function answersAs(flat: Ledger, listed: Ledger): boolean {
  const bare = (ledger: Ledger) => {
    const hidden: readonly string[] = [...FLAT, ...INDEXES];
    const rest = Object.entries(ledger).filter(([name]) => !hidden.includes(name));
    return digestOf(Object.fromEntries(rest) as Ledger);
  };
  if (bare(flat) !== bare(listed)) return false;
  const alike = FLAT.every((name) =>
    [...(listed[name] as Map<number, number>)].every(
      ([key, value]) => flat[name].get(key) === value,
    ),
  );
  if (!alike) return false;
  return INDEXES.every((name) => {
    const index = listed[name];
    if (!(index instanceof ListedIndex)) throw new Error('compare with a listed ledger');
    return [...index.revisions].every(([digest, revisions]) => {
      const candidates = flat[name].candidates(digest);
      return revisions.every((revision) => candidates.includes(revision));
    });
  });
}

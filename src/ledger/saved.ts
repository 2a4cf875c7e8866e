import type { Account } from '../../schemas/ids.ts';
import { clocksIn, emptyLedger, type DueHolds, type Ledger } from './state.ts';
import { FlatIndex, FlatTable, type SavedTable } from './tables.ts';
import { daysOf, ofDays, type UnsettledDay, type Unsettled } from './unsettled.ts';

/**
 * The state as plain values that can be written down. Every field is kept under its own name, so
 * that a new one is kept too; only what is no plain value is put another way: flat tables slot by
 * slot, chains as lists (they may be longer than a stack is deep), and no clocks, which come from
 * the time zone.
 */
export type SavedLedger = Readonly<Record<string, unknown>>;

export function savedLedger(ledger: Ledger): SavedLedger {
  const unsettled = ledger.unsettled as Map<Account, Unsettled>;
  const saved = Object.entries(ledger).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'function') return [];
    return [[name, isFlat(value) ? value.saved() : value]];
  });
  return {
    ...(Object.fromEntries(saved) as SavedLedger),
    dueHolds: new Map([...ledger.dueHolds.entries()].map(([at, due]) => [at, holdsOf(due)])),
    unsettled: new Map([...unsettled].map(([till, head]) => [till, daysOf(head)])),
  };
}

export function restoredLedger(saved: SavedLedger): Ledger {
  const ledger = emptyLedger();
  const dueHolds = saved['dueHolds'] as Map<number, number[]>;
  const unsettled = saved['unsettled'] as Map<Account, UnsettledDay[]>;
  const flat = Object.entries(ledger).flatMap(([name, empty]: [string, unknown]) =>
    isFlat(empty) ? [[name, restoredFlat(empty, saved[name] as SavedTable)]] : [],
  );
  const tables = Object.fromEntries(flat) as SavedLedger;
  return Object.assign(ledger, saved, tables, {
    ...clocksIn(saved['timeZone'] as string),
    dueHolds: new Map([...dueHolds].map(([at, holds]) => [at, dueOf(holds)])),
    unsettled: new Map([...unsettled].map(([till, days]) => [till, ofDays(days)])),
  });
}

function isFlat(value: unknown): value is FlatTable | FlatIndex {
  return value instanceof FlatTable || value instanceof FlatIndex;
}

function restoredFlat(empty: FlatTable | FlatIndex, saved: SavedTable): FlatTable | FlatIndex {
  return empty instanceof FlatTable ? FlatTable.restored(saved) : FlatIndex.restored(saved);
}

/** The bookings of a minute, the newest first. */
function holdsOf(due: DueHolds): number[] {
  const holds: number[] = [];
  for (let one: DueHolds | undefined = due; one !== undefined; one = one.others) {
    holds.push(one.hold);
  }
  return holds;
}

function dueOf(holds: readonly number[]): DueHolds {
  const due = holds.reduceRight<DueHolds | undefined>(
    (others, hold) => ({ hold, others }),
    undefined,
  );
  if (due === undefined) throw new Error('no booking is due in a minute that is kept');
  return due;
}

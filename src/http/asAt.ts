import { milliseconds } from '../../schemas/time.ts';
import { stopInvalid } from './problems.ts';
import type { Services } from './services.ts';

type AsAt = { readonly atRevision?: number | undefined; readonly recordedBy?: string | undefined };

/** The revision a question is as at: the one named, the last recorded by a time, or the newest. */
export async function asAtRevision(services: Services, query: AsAt): Promise<number> {
  const newest = services.projections.entries.revision;
  if (query.recordedBy !== undefined) {
    return (await firstRecordedAfter(services, milliseconds(query.recordedBy))) - 1;
  }
  if (query.atRevision !== undefined && query.atRevision > newest) {
    stopInvalid('#/atRevision', `the ledger ends at revision ${newest}`);
  }
  return query.atRevision ?? newest;
}

/**
 * The first revision recorded after an instant, by halving: `recordedAt` never falls along the
 * stream, so twenty reads find one of a million.
 */
export async function firstRecordedAfter(services: Services, time_ms: number): Promise<number> {
  let low = 0;
  let high = services.projections.entries.revision + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { recordedAt } = await services.eventAt(middle);
    if (milliseconds(recordedAt) <= time_ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

import { movementOf } from '../../projections/movement.ts';
import type { EventType, Recorded, StreamEvent } from '../../schemas/events/index.ts';
import {
  kindOf,
  randomOf,
  revisionIn,
  type HoldId,
  type TransactionId,
} from '../../schemas/ids.ts';
import { sideOf } from '../ledger/sides.ts';
import type { Caller } from './authentication.ts';
import { stop } from './problems.ts';
import type { Services } from './services.ts';
import { seesAccount, seesAs } from './visibility.ts';

/** Types that make a transaction also where no credits move. */
const MAY_MOVE_NOTHING: readonly EventType[] = [
  'CreditsIssued',
  'TransactionReversed',
  'TillSettled',
];

/** Whether an event is a transaction; a closing or a merge is one only where it moved something. */
export function isTransaction(event: StreamEvent): boolean {
  return MAY_MOVE_NOTHING.includes(event.type) || movementOf(event) !== undefined;
}

/** The transaction of an id, which nobody learns of who may not see it. */
export async function transactionAsked(
  services: Services,
  caller: Caller,
  id: TransactionId,
): Promise<Recorded> {
  const found = await recordedAs(services, id);
  const seen = found !== undefined && isTransaction(found.event) && maySee(services, caller, found);
  return seen ? found : stop('transaction_not_found', { id });
}

/** The side of the organisation that recorded it sees it, and whoever sees an account it moved. */
function maySee({ projections }: Services, caller: Caller, { event }: Recorded): boolean {
  if (seesAs(caller, sideOf(event), event.by.organisation)) return true;
  const movement = movementOf(event);
  if (movement === undefined) return false;
  const sides = [movement.debit, movement.credit].filter((side) => kindOf(side) !== 'programme');
  return sides.some((side) => seesAccount(projections.directory, caller, side));
}

/** The event that an id names by its revision; nothing where the id is not of that event. */
export async function recordedAs(
  { projections, eventAt }: Services,
  id: TransactionId | HoldId,
): Promise<Recorded | undefined> {
  const revision = revisionIn(id);
  if (revision > projections.entries.revision) return undefined;
  const event = await eventAt(revision);
  return randomOf(event.command.id) === randomOf(id) ? { revision, event } : undefined;
}

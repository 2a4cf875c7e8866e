import { movementOf } from '../../projections/movement.ts';
import type { EventType, Recorded, StreamEvent } from '../../schemas/events/index.ts';
import { randomOf, revisionIn, type HoldId, type TransactionId } from '../../schemas/ids.ts';
import type { Services } from './services.ts';

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

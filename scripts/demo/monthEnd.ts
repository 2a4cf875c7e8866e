import { addDays, monthOf, type Day } from '../../schemas/time.ts';
import { forEach } from './client.ts';
import type { Stage } from './stage.ts';
import { refusedWith } from './tally.ts';
import { refundLast } from './spending.ts';

const CSV = 'text/csv';
const JSON_TYPE = 'application/json';

/** The second of a month: every till is settled, and everybody's statement is read. */
export async function playMonthEnd(stage: Stage): Promise<void> {
  const { world, tally } = stage;
  const to = addDays(`${monthOf(stage.today)}-01`, -1);
  for (const { venueId } of world.everyVenue) {
    const { status, body } = await world.admin.try('/v1/settlements', { venueId, to });
    if (status === 201) tally.settlements += 1;
    else if (body.code === 'nothing_to_settle') refusedWith(tally, body.code);
    else throw new Error(JSON.stringify(body));
  }
  await readStatements(stage, monthOf(to));
}

/** Venues read theirs as CSV, earn groups as JSON. */
async function readStatements(stage: Stage, month: string): Promise<void> {
  const { world, statements } = stage;
  await forEach(world.everyVenue, async ({ venueId, till }) => {
    const path = `/v1/venues/${venueId}/statements/${month}`;
    statements.set(path, await till.text(path, CSV));
  });
  await forEach(world.groups, async ({ organisationId, coordinator }) => {
    const path = `/v1/organisations/${organisationId}/statements/${month}`;
    statements.set(path, await coordinator.text(path, JSON_TYPE));
  });
}

/** The third of a month: something that was settled already is given back. */
export async function playLateRefund(stage: Stage): Promise<void> {
  const { world, today } = stage;
  const last = monthOf(addDays(`${monthOf(today)}-01`, -1));
  const group = world.groups.find(({ lastSale }) => lastSale?.month === last);
  if (group === undefined) return;
  if (await refundLast(stage, group, 'goodwill')) stage.tally.refundedAfterSettlement += 1;
}

/** Every statement is read once more, long after. @returns those that are not as they were */
export async function changedStatements({ world, statements }: Stage): Promise<string[]> {
  const changed: string[] = [];
  await forEach([...statements], async ([path, before]) => {
    const accept = path.startsWith('/v1/venues') ? CSV : JSON_TYPE;
    const now = await world.admin.text(path, accept);
    if (now !== before) changed.push(`${path} is no longer what it was.`);
  });
  return changed;
}

/** The last month end, of the month in which late hours came in; the rest is returned by then. */
export function codaEnd(lastDay: Day): Day {
  return addDays(lastDay, 32);
}

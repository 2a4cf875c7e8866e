import { credits } from '../../schemas/amounts.ts';
import { addDays, dayNumber, type Day } from '../../schemas/time.ts';
import { forEach } from './client.ts';
import { playGiving } from './giving.ts';
import { playIncidents, unlike } from './incidents.ts';
import { changedStatements, codaEnd, playLateRefund, playMonthEnd } from './monthEnd.ts';
import { networkPlan, type Scale } from './network.ts';
import { allocate, lastListsOn, playLastLists, playSessions } from './sessions.ts';
import { playAway, playVisits } from './spending.ts';
import { Stage } from './stage.ts';
import { emptyTally } from './tally.ts';
import { enrol, register } from './world.ts';

export type DemoOptions = {
  readonly url: string;
  readonly adminKey: string;
  readonly scale: Scale;
  readonly seed: number;
  /** Where attendance lists are written to and read back from. */
  readonly folder: string;
  readonly say: (line: string) => void;
};

export type Played = { readonly stage: Stage; readonly differences: readonly string[] };

const GIVING_DAYS = 28;
const GOES_OUT_PERCENT = 72;
const CARD_EVERY = 3;
/** By then everybody has been enrolled, first half of them on the first day. */
const ENROLLED_BY = 0.4;

/** The time that the service's clock is to show at its start. */
export function beginning(scale: Scale): string {
  return `${networkPlan(scale).firstDay}T05:00:00Z`;
}

/**
 * Plays a made-up network over HTTP, day by day on the service's own clock. What happens is worked
 * out from one seed, so its figures are the same at every run; only ids are not.
 */
export async function play(options: DemoOptions): Promise<Played> {
  const { url, adminKey, scale, folder, say, seed } = options;
  const plan = networkPlan(scale);
  const venues = plan.partners.flatMap((partner) => partner.venues).length;
  say(`registering ${plan.groups.length} earn groups and ${venues} venues …`);
  const world = await register(url, adminKey, plan);
  const stage = new Stage(plan, world, emptyTally(), folder, seed);
  const end = codaEnd(plan.lastDay);
  for (let before = -1; stage.today <= end; stage.today = addDays(stage.today, 1)) {
    await playDay(stage, before);
    before = stage.progress;
    if (/-(03|06|09|12)-28$/.test(stage.today)) say(soFar(stage));
  }
  say('reading every statement once more …');
  const differences = [...(await unlike(stage)), ...(await changedStatements(stage))];
  return { stage, differences };
}

/** A morning with what is due, and until the last day an evening with lists and visits. */
async function playDay(stage: Stage, before: number): Promise<void> {
  const { plan, today } = stage;
  if (today > plan.firstDay) await stage.clock('08:00');
  if (today === plan.firstDay || (today.slice(5) === '04-01' && today < plan.lastDay)) {
    await allocate(stage);
  }
  await stage.morning();
  if (isDay(today, '02') && today > addDays(plan.firstDay, 1)) await playMonthEnd(stage);
  if (isDay(today, '03') && today > addDays(plan.firstDay, 2)) await playLateRefund(stage);
  if (today === lastListsOn(plan)) await playLastLists(stage);
  if (today > plan.lastDay) return;
  await enrolNew(stage, before);
  await playIncidents(stage, before);
  await stage.clock('20:00');
  await playSessions(stage);
  await playVisits(stage);
  if (isDay(today, '15')) await playAway(stage);
  if (dayNumber(today) % GIVING_DAYS === 0) await playGiving(stage);
}

function isDay(today: Day, day: string): boolean {
  return today.endsWith(`-${day}`);
}

/** Half of the members are there from the first day; the others come later, one by one. */
async function enrolNew(stage: Stage, before: number): Promise<void> {
  const { world, tally } = stage;
  await forEach(world.groups, async (group) => {
    const { members: names } = group.plan;
    const choices = stage.choices(5, group.index);
    for (const [index, name] of names.entries()) {
      const comes = Math.max(0, ((2 * index) / names.length - 1) * ENROLLED_BY);
      if (comes <= before || comes > stage.progress) continue;
      await enrol(group, name, choices.chance(GOES_OUT_PERCENT), index % CARD_EVERY === 0);
      tally.members += 1;
    }
  });
}

function soFar({ today, tally }: Stage): string {
  const { lists, issued, takenBack, redemptions } = tally;
  const counted = `${lists} lists, ${credits(issued - takenBack)} credits issued`;
  return `  ${today.slice(0, 7)}: ${counted}, ${redemptions} redemptions`;
}

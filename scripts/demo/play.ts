import type { Day } from '../../schemas/time.ts';
import { forEach } from './client.ts';
import { noFigures, total, type Figures, type Turn } from './figures.ts';
import { networkPlan, type NetworkPlan, type Scale } from './network.ts';
import { choicesFrom } from './random.ts';
import { playSession } from './sessions.ts';
import { playGiving, playLostCard, playVisit } from './spending.ts';
import { register, type World } from './world.ts';

export type DemoOptions = {
  readonly url: string;
  readonly adminKey: string;
  readonly scale: Scale;
  /** The service's day, after the last week played. */
  readonly today: Day;
  /** Where attendance lists are written to and read back from. */
  readonly folder: string;
  readonly say: (line: string) => void;
};

export type Played = {
  readonly plan: NetworkPlan;
  readonly world: World;
  readonly figures: Figures;
};

const SEED = 20_260_401;
const SAY_WEEKS = 4;
const GIVING_WEEKS = 4;
/** Sessions, visits and giving: each has choices of its own. */
const PARTS = 3;

/**
 * Plays a made-up network over HTTP. What happens is worked out from one seed, so its figures are
 * the same at every run; only ids, days and times are not.
 */
export async function play(options: DemoOptions): Promise<Played> {
  const { url, adminKey, scale, today, folder, say } = options;
  const plan = networkPlan(scale, today);
  say(`registering ${scale.groups} earn groups and ${scale.partners} spend partners …`);
  const world = await register(url, adminKey, plan);
  const figures = noFigures(world);
  for (const [week, monday] of plan.mondays.entries()) {
    await playWeek(world, figures, folder, week, monday);
    if (week === Math.floor(scale.weeks / 2)) {
      await playLostCard(world.groups[0]!, world.partners[0]!, figures);
    }
    if ((week + 1) % SAY_WEEKS === 0) say(sofar(figures, week + 1, scale.weeks));
  }
  return { plan, world, figures };
}

/**
 * First all sessions, then all visits, then giving: what one member may do never depends on how
 * fast another's request was answered.
 */
async function playWeek(
  world: World,
  figures: Figures,
  folder: string,
  week: number,
  monday: Day,
): Promise<void> {
  const { groups } = world;
  const turnOf = (part: number, number: number): Turn => ({
    choices: choicesFrom(SEED + (week * PARTS + part) * groups.length + number),
    figures,
    mine: figures.groups[number]!,
  });
  await forEach(groups, (group, number) => playSession(folder, group, monday, turnOf(0, number)));
  await forEach(groups, async ({ members }, number) => {
    const turn = turnOf(1, number);
    for (const [index, member] of members.entries()) {
      const reference = `week-${week + 1}/${number + 1}-${index + 1}`;
      await playVisit(world, member, monday, reference, turn);
    }
  });
  if ((week + 1) % GIVING_WEEKS !== 0) return;
  await forEach(groups, (group, number) => playGiving(group, turnOf(2, number)));
}

function sofar({ groups, partners }: Figures, week: number, weeks: number): string {
  const lists = total(groups, (group) => group.lists);
  const hours = Math.round(total(groups, ({ minutes }) => minutes) / 60);
  const redemptions = total(partners, (partner) => partner.redemptions);
  const counted = `${lists} lists, ${hours} hours given, ${redemptions} redemptions`;
  return `  week ${week} of ${weeks}: ${counted}`;
}

import { addDays, dayNumber, type Day } from '../../schemas/time.ts';
import type { NetworkPlan } from './network.ts';
import { choicesFrom, type Choices } from './random.ts';
import type { Tally } from './tally.ts';
import type { World } from './world.ts';

type Action = () => Promise<void>;

/** Where everything is played: the network, the day that it is, and what is to happen later. */
export class Stage {
  readonly plan: NetworkPlan;
  readonly world: World;
  readonly tally: Tally;
  readonly folder: string;
  /** Every statement that was read, by its address, to be compared with itself at the end. */
  readonly statements = new Map<string, string>();
  today: Day;
  readonly #seed: number;
  readonly #later = new Map<Day, Action[]>();

  constructor(plan: NetworkPlan, world: World, tally: Tally, folder: string, seed: number) {
    this.plan = plan;
    this.world = world;
    this.tally = tally;
    this.folder = folder;
    this.today = plan.firstDay;
    this.#seed = seed;
  }

  /** Moves the clock of the service to a time of the day that is played. */
  async clock(time: string): Promise<void> {
    const path = '/v1/clock';
    const { status, body } = await this.world.admin.try(path, { at: `${this.today}T${time}:00Z` });
    if (status !== 200) throw new Error(`the clock was not moved: ${JSON.stringify(body)}`);
  }

  /** Choices of one part of this day, whoever is answered first. */
  choices(part: number, group = 0): Choices {
    const number = (dayNumber(this.today) * 8 + part) * 32 + group;
    return choicesFrom(Math.imul(this.#seed, 0x9e3779b1) ^ number);
  }

  /** Something that is to happen in the morning some days from now. */
  after(days: number, action: Action): void {
    const day = addDays(this.today, days);
    const actions = this.#later.get(day) ?? [];
    actions.push(action);
    this.#later.set(day, actions);
  }

  /** What is due this morning, one after another. */
  async morning(): Promise<void> {
    for (const action of this.#later.get(this.today) ?? []) await action();
    this.#later.delete(this.today);
  }

  /** How far the day is between the first (0) and the last (1). */
  get progress(): number {
    const { firstDay, lastDay } = this.plan;
    const first = dayNumber(firstDay);
    return (dayNumber(this.today) - first) / (dayNumber(lastDay) - first);
  }
}

import type { Choices } from '../../scripts/demo/random.ts';

/** What can go wrong, each with a word on what it stands for. */
export const FAULTS = {
  lostRequest: 'an append never reaches the journal, and its caller gives up waiting',
  lostReply: 'an append is done, and the answer is lost',
  slowAppend: 'an append takes long, and many commands gather behind it',
  lateAppend: 'its caller gives up waiting, and the append is done long after',
  noReply: 'an append is never answered, whether it was done or not',
  unavailable: 'the journal takes nothing just now',
  falseConflict: 'the journal says wrong revision of one that is right',
  broken: 'the journal no longer knows what it holds',
  malformed: 'the journal calls one event malformed',
  tornWrite: 'the journal fails while it writes, is down for a while, and drops half a batch',
  crashBefore: 'an instance ends right after it sent an append',
  crashAfter: 'an instance ends when its append is done, before it hears of it',
  slowRead: 'a page is read late, when others have written meanwhile',
  failedRead: 'a page cannot be read',
  stuckRead: 'a page never comes',
  lostAnswer: 'a client never hears what it was answered',
  hurriedClient: 'a client asks again before it could be answered',
  askedTwice: 'a client asks two instances at once under one key',
  crash: 'an instance ends at any moment',
  pausedProcess: 'an instance stands still for a while, and goes on where it was',
  lateNews: 'an instance hears late of what another wrote',
  lostNews: 'what another wrote is not delivered, and is found when the stream is looked at',
  deafInstance: 'an instance hears nothing for a while',
} as const;
export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

const CALM_PERCENT = 20;
const USED_PERCENT = 35;
const PERCENTS = [1, 4, 16];
/** What is asked of far more often than the rest. */
const SELDOM: readonly FaultName[] = ['failedRead', 'stuckRead', 'crash', 'pausedProcess'];
const SELDOM_PERCENT = 20;

/** Which faults there are for a while, and how often: a few kinds at a time find the most. */
export class Weather {
  /** How often each has struck in the run. */
  readonly struck = new Map<FaultName, number>();
  readonly #choices: Choices;
  #percents = new Map<FaultName, number>();

  constructor(choices: Choices) {
    this.#choices = choices;
  }

  get isCalm(): boolean {
    return this.#percents.size === 0;
  }

  clear(): void {
    this.#percents = new Map();
  }

  change(): string {
    this.clear();
    if (!this.#choices.chance(CALM_PERCENT)) {
      for (const name of FAULT_NAMES) {
        if (!this.#choices.chance(USED_PERCENT)) continue;
        this.#percents.set(name, this.#choices.pick(PERCENTS));
      }
    }
    return [...this.#percents].map((one) => one.join(' ')).join(', ') || 'calm';
  }

  strikes(name: FaultName): boolean {
    const percent = this.#percents.get(name);
    if (percent === undefined || !this.#choices.chance(percent)) return false;
    if (SELDOM.includes(name) && !this.#choices.chance(SELDOM_PERCENT)) return false;
    this.struck.set(name, (this.struck.get(name) ?? 0) + 1);
    return true;
  }
}

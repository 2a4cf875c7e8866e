import type { FastifyReply } from 'fastify';
import type { CommandType } from '../../schemas/commands.ts';
import { refuse, type Refusal } from '../../schemas/refusals.ts';
import type { Caller } from './authentication.ts';

const HOUR_S = 60 * 60;
const DAY_S = 24 * HOUR_S;

/** So many at once, and as many again over the window. */
type Budget = { readonly quota: number; readonly window_s: number };

/** What credits bound by themselves: each of these takes some, or holds some until it is undone. */
const BOUNDED_BY_CREDITS: readonly CommandType[] = [
  'RedeemCredits',
  'HoldCredits',
  'CaptureHold',
  'IssueCredits',
];
const OTHERWISE: Budget = { quota: 5_000, window_s: HOUR_S };
const BUDGETS: { readonly [T in CommandType]?: Budget } = {
  VoidKey: { quota: 1_000, window_s: HOUR_S },
  RegisterVenue: { quota: 1_000, window_s: DAY_S },
  PublishOffer: { quota: 1_000, window_s: DAY_S },
};

/** What is left of a budget, and when it was so. */
type Left = { count: number; at_ms: number };

/**
 * Bounds what an organisation can write without taking a credit, since every event stays for ever:
 * a budget for each organisation and command. Whoever runs the scheme has none.
 */
export class Budgets {
  readonly #now_ms: () => number;
  readonly #left = new Map<string, Left>();

  constructor(now_ms: () => number) {
    this.#now_ms = now_ms;
  }

  /** Takes one of a budget, and says in the answer what is left; refuses where nothing is. */
  take({ organisation }: Caller, command: CommandType, reply: FastifyReply): Refusal | undefined {
    if (organisation === undefined || BOUNDED_BY_CREDITS.includes(command)) return undefined;
    const budget = BUDGETS[command] ?? OTHERWISE;
    const left = this.#leftOf(`${organisation} ${command}`, budget);
    const each_s = budget.window_s / budget.quota;
    const isRefused = left.count < 1;
    if (!isRefused) left.count -= 1;
    const reset_s = Math.ceil((budget.quota - left.count) * each_s);
    tellLimit(reply, { name: command, ...budget, left: Math.floor(left.count), reset_s });
    if (!isRefused) return undefined;
    const seconds = Math.ceil((1 - left.count) * each_s);
    const limited = `${budget.quota} such calls of one organisation in ${budget.window_s} s`;
    return refuse('too_many_requests', { limited, seconds }, { facts: { seconds } });
  }

  #leftOf(name: string, { quota, window_s }: Budget): Left {
    const now_ms = this.#now_ms();
    const left = this.#left.get(name) ?? { count: quota, at_ms: now_ms };
    const since_s = Math.max(0, now_ms - left.at_ms) / 1000;
    left.count = Math.min(quota, left.count + (since_s * quota) / window_s);
    left.at_ms = now_ms;
    this.#left.set(name, left);
    return left;
  }
}

/** What is told of a limit. */
export type Limit = Budget & {
  readonly name: string;
  readonly left: number;
  /** When all of it is there again. */
  readonly reset_s: number;
};

/** Says how much more a caller may ask, in the fields of draft-ietf-httpapi-ratelimit-headers. */
export function tellLimit(reply: FastifyReply, limit: Limit): void {
  const { name, quota, window_s, left, reset_s } = limit;
  reply.header('ratelimit-policy', `"${name}";q=${quota};w=${window_s}`);
  reply.header('ratelimit', `"${name}";r=${left};t=${reset_s}`);
}

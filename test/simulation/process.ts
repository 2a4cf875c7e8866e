import type { Service } from '../../src/service.ts';
import type { Call } from './journal.ts';
import type { Attempt } from './judge.ts';

/** One run of an instance, from its start to its end. */
export type Process = {
  readonly name: string;
  /** How far its clock is from the simulated one. */
  readonly skew_ms: number;
  alive: boolean;
  /** What it serves with, once it has started. */
  service: Service | undefined;
  /** Commands it has taken and may still write, in the order in which it took them. */
  inside: Attempt[];
  taken: number;
  /** The append that it must send again, because its outcome is unknown. */
  again: Call | undefined;
  /** Something is under way that will never end. */
  stuck: boolean;
  /** It was given a reason to call its journal broken. */
  mayBreak: boolean;
  ticking: boolean;
  /** It stands still until then. */
  pausedTo_ms: number;
};

export function newProcess(name: string, skew_ms: number): Process {
  return {
    ...{ name, skew_ms, alive: true, service: undefined, inside: [], taken: 0 },
    ...{ again: undefined, stuck: false, mayBreak: false, ticking: false, pausedTo_ms: 0 },
  };
}

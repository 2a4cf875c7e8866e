import { status, type Metadata, type StatusObject } from '@grpc/grpc-js';
import type { Fault, Faults, Problem, When } from './faults.ts';
import type { Seen } from './seen.ts';
import type { Store } from './store.ts';
import type { Wire } from './wire.ts';

/** What every call works with. */
export type Context = {
  readonly store: Store;
  readonly faults: Faults;
  readonly seen: Seen;
  readonly wire: Wire;
};

/** What a broken connection comes to. */
export const FAILED = { is: 'failed', code: status.UNAVAILABLE } as const;

/** One request, as a fault may treat it. */
export type Request<T> = {
  act(): T;
  answer(result: T): void;
  refuse(problem: Problem): void;
  /** Cuts the connection that it came over. */
  cut(): void;
  /** Ends the stream that it came over, as if all were well. */
  end(): void;
};

/** Carries out a request, as far as the fault that strikes it lets it. */
export async function carryOut<T>(fault: Fault | undefined, request: Request<T>): Promise<void> {
  if (!(await passes(fault, 'before', request))) return;
  const result = request.act();
  const spared = fault?.onlyFresh === true && !isFresh(result);
  if (!spared && !(await passes(fault, 'after', request))) return;
  request.answer(result);
}

function isFresh(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'fresh' in result;
}

async function passes<T>(
  fault: Fault | undefined,
  when: When,
  request: Request<T>,
): Promise<boolean> {
  if (fault?.when !== when) return true;
  fault.takesEffect();
  switch (fault.does) {
    case 'wait':
      return fault.until();
    case 'refuse':
      request.refuse(fault.problem);
      return false;
    case 'cut':
      request.cut();
      return false;
    case 'end':
      request.end();
      return false;
    case 'nothing':
      return false;
  }
}

export function requiresLeader(metadata: Metadata): boolean {
  return metadata.get('requires-leader').includes('true');
}

/** Fails a call that streams its answers; to destroy it would leave the client waiting. */
export function fail(
  call: { emit(event: 'error', error: StatusObject): boolean; readonly cancelled: boolean },
  problem: StatusObject,
): void {
  if (!call.cancelled) call.emit('error', problem);
}

import { refuse, type Refusal } from '../../schemas/refusals.ts';
import type { Item, Outcome } from './round.ts';

/** Gives everyone who waits the same answer. */
export function answerAll(items: Iterable<Item>, outcome: Outcome): void {
  for (const { resolve } of items) resolve(outcome);
}

export function refused(refusal: Refusal): Outcome {
  return { outcome: 'refused', refusal };
}

/** The answer of an instance that takes no writes. */
export function notWriting(why: string): Outcome {
  return refused(refuse('not_writing', { why }));
}

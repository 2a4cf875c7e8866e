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

/** The answer where nobody knows yet what became of an append. */
export function outcomeUnknown(patience_ms: number): Outcome {
  return refused(refuse('outcome_unknown', { seconds: patience_ms / 1000 }));
}

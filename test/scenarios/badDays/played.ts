import t from 'tap';
import { DAYS } from '../../../scripts/drill/days.ts';
import { playDay } from '../../../scripts/drillInstances.ts';
import { REAL_URL } from '../../support/eventstore/target.ts';

/** Longer than an instance waits before it says that it hears nothing. */
const TROUBLE_MS = 6_000;

/**
 * Plays the days whose names have some words in them, one after another, on the server that
 * EVENTSTORE_URL names as far as they need no faults, or on the stand-in.
 */
export function played(words: RegExp): void {
  const days = DAYS.filter(({ name }) => words.test(name));
  if (days.length === 0) throw new Error(`no day is named ${words}`);
  for (const day of days) {
    const skip = day.needsFaults && REAL_URL !== undefined && 'it needs faults of the stand-in';
    t.test(`several instances, and ${day.name}`, { skip }, async (t) => {
      const losses = await playDay(day, {
        seed: 1,
        directory: t.testdir(),
        url: REAL_URL,
        trouble_ms: TROUBLE_MS,
        say: (line) => t.comment(line),
      });
      t.same(losses, [], 'ends as it must');
    });
  }
}

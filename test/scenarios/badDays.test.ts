import t from 'tap';
import { DAYS } from '../../scripts/drill/days.ts';
import { playDay } from '../../scripts/drillInstances.ts';

/** Long enough for instances to notice, since their own patience is not shortened. */
const TROUBLE_MS = 6_000;

for (const day of DAYS) {
  t.test(`several instances, and ${day.name}`, async (t) => {
    const losses = await playDay(day, {
      seed: 1,
      directory: t.testdir(),
      trouble_ms: TROUBLE_MS,
      say: (line) => t.comment(line),
    });
    t.same(losses, [], 'ends as it must');
  });
}

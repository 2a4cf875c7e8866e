import t from 'tap';
import { drillRestore } from '../../scripts/drillRestore.ts';

t.test('a service that loses its data under load', async (t) => {
  const report = await drillRestore({
    writes: 100,
    directory: t.testdir(),
    say: (line) => t.comment(line),
  });
  t.same(report.faults, [], 'loses nothing that was answered before the backup or the mirror');
  t.equal(report.refused, 'shorter_than_shown', 'is not served shorter than was shown');
  t.ok(report.alone.lost > report.withTail.lost, 'loses less with the end from the mirror');
  t.ok(report.withTail.lost > 0, 'and what nobody but it ever had');
});

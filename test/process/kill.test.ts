import t from 'tap';
import { drillKill } from '../../scripts/drillKill.ts';

t.test('a service that is killed under load, again and again', async (t) => {
  const report = await drillKill({
    rounds: 3,
    seed: 7,
    dataDirectory: t.testdir(),
    say: (line) => t.comment(line),
  });
  t.same(report.losses, [], 'loses nothing that it answered, and has nothing twice');
  t.ok(report.answered > 0, 'of which there was something to lose');
});

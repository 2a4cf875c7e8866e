import t from 'tap';
import { Projections } from '../../projections/index.ts';
import { asAtRevision } from '../../src/http/asAt.ts';
import type { Services } from '../../src/http/services.ts';
import { histories } from '../support/histories.ts';
import { accountsIn, sidesOf, sum } from './naive.ts';

t.test('the balance as at a time of recording', async (t) => {
  for (const [index, stream] of (await histories()).entries()) {
    const projections = new Projections();
    projections.apply(stream);
    const eventAt = async (revision: number) => stream[revision]!.event;
    const services = { projections, eventAt } as unknown as Services;
    const sides = sidesOf(stream);
    const times = new Set(stream.map(({ event }) => event.recordedAt));
    const wrong: string[] = [];
    for (const time of ['2020-01-01T00:00:00.000Z', ...times, '2030-01-01T00:00:00.000Z']) {
      const revision = await asAtRevision(services, { recordedBy: time });
      for (const account of accountsIn(sides)) {
        const naive = sum(sides, account, ({ recordedAt }) => recordedAt <= time);
        if (projections.entries.balance(account, revision) !== naive) wrong.push(time);
      }
    }
    t.same(wrong, [], `${index}: is a fold of what was recorded by then`);
  }
});

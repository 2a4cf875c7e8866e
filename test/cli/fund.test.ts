import t from 'tap';
import { smallWorld, FUND } from '../support/world.ts';
import { CommandLine } from './support.ts';

t.test('given a commissioner', async (t) => {
  const world = await smallWorld();
  const { app, admin, clock, group } = world;
  await world.enrol(180);
  const access = { role: 'commissioner', label: 'nhs' };
  const { body } = await admin.post<{ key: string }>('/v1/access', access);
  const cli = new CommandLine(app, body.key);
  const other = { organisationId: group.id, fund: 'lottery', credits: '20' };
  await admin.post('/v1/allocations', { ...other, lastDay: '2027-03-31' });

  await t.test('when a fund is looked at', async (t) => {
    const { status, output } = await cli.run('fund', '--fund', FUND, '--year', '2026');
    t.equal(status, 0);
    t.match(output, /^Fund public-health-2026, 2026-04-01 to 2027-03-31, as at revision \d+\n/);
    t.match(output, /Strood Gardeners +0 +1000 +\* +\* +\* +0 +\* +\* +\*\n/);
    t.match(output, /Total +0 +1000 +\* /);
    t.match(output, /\* fewer than 8 people/, 'then a small count is not shown, nor their hours');
    t.match(output, /years in which anything was recorded of it: 2026/);
  });

  await t.test('when every fund is', async (t) => {
    const all = await cli.json('fund');
    t.match(all, {
      status: 0,
      body: { items: [{ fund: FUND, allocated: '1000', left: null }, { fund: 'lottery' }] },
    });
    const years = await cli.run('fund', '--year', '2027');
    t.match(years.output, /^Every fund, 2027-04-01 to 2028-03-31[^]*lottery +20 +0 +0 /);
  });

  await t.test('when hours of the old year come late', async (t) => {
    const people = await Promise.all(Array.from({ length: 8 }, () => world.enrol()));
    clock.now_ms = Date.parse('2027-04-05T09:00:00.000Z');
    const late = { occurredOn: '2027-03-30', activity: 'garden', fund: 'lottery' };
    const entries = people.map((memberId) => ({ memberId, minutes: 60 }));
    await group.coordinator.post('/v1/issues', { organisationId: group.id, ...late, entries });
    const { output } = await cli.run('fund', '--fund', 'lottery', '--year', '2027');
    t.match(output, /Strood Gardeners +2027-03-31 +20 +0 +8 +0 /);
    t.match(output, /Strood Gardeners: 8 of those issued for hours of earlier years/);
    t.match(output, /Strood Gardeners: 8 of those issued after the fund's last day/);
    t.notMatch(output, /Total: /, 'then it is said once');
  });

  await t.test('when there is no such fund or year', async (t) => {
    const none = await cli.run('fund', '--fund', 'nix');
    t.match(none, { status: 1, progress: 'There is no fund of this name here.\n' });
    const year = await cli.run('fund', '--year', '26');
    t.match(year, { status: 2, progress: /--year "26": must be a year such as 2025/ });
  });
});

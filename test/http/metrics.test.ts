import t from 'tap';
import { memoryJournal } from '../../src/journal/memory.ts';
import { watchedJournal } from '../sequencer/instance.ts';
import { figure, samplesIn } from '../support/metrics.ts';
import { ADMIN_KEY, Client, testApp, type Answer } from '../support/service.ts';
import { smallWorld, type World } from '../support/world.ts';
import { isProblem, send } from './problem.ts';

/* What Prometheus reads. Figures are read back from the text, as it would. */

const TOKEN = 'the-token-of-prometheus';

/** A figure of a service as it is answered, by its name without our prefix. */
async function asked({ admin }: Pick<World, 'admin'>) {
  const { body } = await admin.get<string>('/metrics');
  const samples = samplesIn(body);
  return (name: string, labels: Readonly<Record<string, string>> = {}) =>
    figure(samples, `timecredits_${name}`, labels);
}

t.test('the metrics', async (t) => {
  const world = await smallWorld({ service: { metricsToken: TOKEN } });
  const { app, admin, group } = world;
  const auditor = await admin.post<{ key: string }>('/v1/access', { role: 'auditor', label: 'a' });
  const status = async (key: string | undefined) =>
    (await new Client(app, key).get('/metrics')).status;
  t.equal((await admin.get('/metrics')).status, 200, 'are for the lead partner');
  t.equal(await status(auditor.body.key), 200, 'and for an auditor');
  t.equal(await status(TOKEN), 200, 'and for who has the token for them');
  t.equal((await group.coordinator.get('/metrics')).status, 403, 'but for no other key');
  t.equal(await status(undefined), 401, 'nor for nobody');
  t.equal(await status(`${TOKEN}2`), 401, 'nor for a token that is nearly right');
  const elsewhere = await new Client(app, TOKEN).get('/v1/ledger');
  t.equal(elsewhere.status, 401, 'and the token opens nothing else');
});

t.test('where no token for the metrics is set', async (t) => {
  const { app } = await smallWorld();
  for (const sent of ['Bearer ', 'Bearer undefined', 'Bearer']) {
    const answer = await send(app, { url: '/metrics', headers: { authorization: sent } });
    isProblem(t, answer, { status: 401, code: 'unauthenticated' }, `none is taken: "${sent}"`);
  }
});

t.test('the text of the metrics', async (t) => {
  const { admin } = await smallWorld();
  const answer: Answer<string> = await admin.get<string>('/metrics');
  t.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8', 'has a type');
  t.equal(answer.headers['cache-control'], 'no-store', 'and is not kept');
  const types = [...answer.body.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  const helps = [...answer.body.matchAll(/^# HELP (\S+) \S/gm)].map(([, name]) => name);
  t.same(
    helps,
    types.map(([, name]) => name),
    'says of each what it is',
  );
  for (const [, name, type] of types) {
    t.match(name, /^timecredits_[a-z_]+$/, `${name} is ours`);
    t.equal(name!.endsWith('_total'), type === 'counter', `${name} ends as a ${type} does`);
  }
  const samples = samplesIn(answer.body);
  const bare = samples.map(({ name }) => name.replace(/_(bucket|sum|count)$/, ''));
  const known = new Set(types.map(([, name]) => name));
  t.same(
    samples.filter(({ name }, at) => !known.has(name) && !known.has(bare[at])),
    [],
    'has no figure without a type',
  );
  const lines = answer.body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const series = lines.map((line) => line.slice(0, line.lastIndexOf(' ')));
  t.equal(new Set(series).size, series.length, 'and none twice');
});

t.test('what the metrics tell of a ledger', async (t) => {
  const world = await smallWorld();
  const { partner, service, clock } = world;
  const memberId = await world.enrol(300);
  const sale = { venueId: partner.venue, memberId, credits: '1.5' };
  await partner.till.post('/v1/holds', sale);
  await partner.till.post('/v1/redemptions', sale);
  await partner.till.post('/v1/redemptions', { ...sale, credits: '40' });
  clock.forward(90_000);
  await service.checkpoints.make();
  const told = await asked(world);
  const { revision } = service.sequencer.ledger;
  t.equal(told('ledger_revision'), revision, 'its revision');
  t.equal(told('projection_lag_revisions'), 0, 'that balances have all of it');
  t.equal(told('balances_sum_credits'), 0, 'that they sum to zero');
  t.equal(told('open_holds'), 1, 'the bookings that are open');
  t.equal(told('held_credits'), 1.5, 'what they hold');
  t.equal(told('checkpoint_size_events'), revision + 1, 'what the last checkpoint covers');
  t.equal(told('checkpoint_timestamp_seconds'), clock.now_ms / 1000, 'and when it was made');
  t.equal(told('refusals_total', { code: 'insufficient_credits' }), 1, 'what was refused');
  t.equal(told('refusals_total', { code: 'not_writing' }), 0, 'and what was not');
  t.equal(told('queued_commands'), 0, 'that nobody waits to write');
  t.equal(told('waiting_reads'), 0, 'nor to read');
  t.equal(told('ready'), 1, 'and that it takes writes');
});

t.test('what the metrics tell of requests', async (t) => {
  const world = await smallWorld();
  const { app, admin, group, partner } = world;
  const memberId = await world.enrol(60);
  await group.coordinator.get(`/v1/members/${memberId}`);
  await partner.till.get(`/v1/members/${memberId}`);
  await partner.till.post('/v1/redemptions', '{"venueId"');
  await app.inject({ url: `/v1/nobody/${memberId}` });
  await app.inject({ url: '/%zz' });
  const { body } = await admin.get<string>('/metrics');
  const samples = samplesIn(body);
  const requests = (route: string, status: string) =>
    figure(samples, 'timecredits_http_requests_total', { route, status });
  t.equal(requests('/v1/members/:id', '2xx'), 1, 'those that were answered');
  t.equal(requests('/v1/members/:id', '4xx'), 1, 'those that were turned away');
  t.equal(requests('/v1/redemptions', '4xx'), 1, 'those that could not be read');
  t.equal(requests('other', '4xx'), 2, 'and those that no route takes, without their address');
  const route = '/v1/members/:id';
  const timed = figure(samples, 'timecredits_http_request_duration_seconds_count', { route });
  t.equal(timed, 1, 'how long those took that were let in');
  t.notMatch(body, /(org|ven|mem|crd|acc|txn|hld)_[0-9]*[0-9a-z]{8}/, 'and no id of anybody');
  t.notMatch(body, /Strood|Medway/, 'nor a name');
});

t.test('what the metrics tell of appends', async (t) => {
  const journal = watchedJournal();
  const clock = { elapsed_ms: 0 };
  const elapsed_ms = () => clock.elapsed_ms;
  const world = await smallWorld({ journal, service: { elapsed_ms } });
  const before = await asked(world);
  journal.answer = async () => {
    clock.elapsed_ms += 20;
    return undefined;
  };
  const enrolling = [world.enrol(), world.enrol(), world.enrol()];
  await Promise.all(enrolling);
  const told = await asked(world);
  const grown = (name: string, labels = {}) => told(name, labels)! - before(name, labels)!;
  const written = grown('appends_total', { outcome: 'written' });
  const seconds = grown('append_duration_seconds_sum');
  t.ok(written >= 1, 'how many there were');
  t.ok(Math.abs(seconds - written * 0.02) < 1e-9, 'how long they took');
  t.equal(grown('append_duration_seconds_bucket', { le: '0.01' }), 0, 'within how many ranges');
  t.equal(grown('append_duration_seconds_bucket', { le: '0.025' }), written, 'of time');
  t.equal(grown('batch_events_sum'), 3, 'how many events they wrote');
  t.equal(grown('batch_commands_sum'), 3, 'for how many commands');
  t.equal(grown('decisions_total'), 3, 'decided once');
  t.equal(grown('decisions_again_total'), 0, 'and not again');
});

t.test('what the metrics tell of another instance', async (t) => {
  const lines: string[] = [];
  const here = await smallWorld({ journal: memoryJournal(lines) });
  const memberId = await here.enrol(120);
  const second = await testApp({ journal: memoryJournal(lines), clock: here.clock, seed: 2 });
  const there = new Client(second.app, ADMIN_KEY);
  await there.post('/v1/members', { organisationId: here.group.id });
  const sale = { venueId: here.partner.venue, memberId, credits: '1' };
  await here.partner.till.post('/v1/redemptions', sale);
  await there.post('/v1/members', { organisationId: here.group.id });
  await here.partner.till.post('/v1/redemptions', { ...sale, credits: '9' });
  const told = await asked(here);
  t.equal(told('conflicts_total', { cause: 'overtaken' }), 1, 'that it wrote first');
  t.equal(told('conflicts_total', { cause: 'stale' }), 1, 'that a refusal was out of date');
  t.equal(told('decisions_again_total'), 2, 'and that both were decided again');
  t.equal(told('appends_total', { outcome: 'conflict' }), 1, 'one of them after an append');
});

t.test('what the metrics tell of a journal that fails', async (t) => {
  const journal = memoryJournal();
  const world = await smallWorld({ journal });
  journal.faults.push({ kind: 'unknown_written' });
  await world.enrol();
  journal.faults.push({ kind: 'unavailable' });
  await world.admin.post('/v1/members', { organisationId: world.group.id });
  const told = await asked(world);
  t.equal(told('conflicts_total', { cause: 'lost_reply' }), 1, 'that a lost reply was a success');
  t.equal(told('appends_total', { outcome: 'unknown' }), 1, 'that it was not known at first');
  t.equal(told('appends_total', { outcome: 'unavailable' }), 1, 'that one was not possible');
  t.equal(told('ready'), 0, 'and that it takes no writes');
});

t.test('an instance that does not hear from its journal', async (t) => {
  const said: { silence?: string } = {};
  const journal = { ...memoryJournal(), silence: () => said.silence };
  const world = await smallWorld({ journal });
  const ready = () => world.app.inject({ url: '/readyz' });
  t.equal((await ready()).statusCode, 200, 'was ready before');
  said.silence = 'nothing was heard of the server for 6 s';
  const answer = await ready();
  t.equal(answer.statusCode, 503, 'is not ready');
  t.match(answer.json(), { ok: false, why: 'nothing was heard of the server for 6 s' }, 'says why');
  t.equal(answer.headers['retry-after'], '1', 'and when to ask again');
  const told = await asked(world);
  t.equal(told('journal_silent'), 1, 'and its metrics say so');
  t.equal(told('ready'), 0, 'both ways');
  t.equal((await world.app.inject({ url: '/livez' })).statusCode, 200, 'while the process lives');
  Reflect.deleteProperty(said, 'silence');
  t.equal((await ready()).statusCode, 200, 'and is ready once it hears again');
});

t.test('the metrics of the process', async (t) => {
  const world = await smallWorld();
  world.service.metrics.watchProcess();
  const { body } = await world.admin.get<string>('/metrics');
  t.match(body, /^process_resident_memory_bytes \d+$/m, 'stand beside those of the ledger');
});

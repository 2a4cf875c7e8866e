import t from 'tap';
import { DAY_MS } from '../schemas/time.ts';
import { SteadyClock } from '../src/steadyClock.ts';
import { START_MS } from './support/service.ts';

const YEAR_MS = 365 * DAY_MS;
const MINUTE_MS = 60_000;

/** A machine whose clocks a test moves: the wall's alone, or all of them. */
function machine(accepted?: string) {
  const clocks = { wall_ms: START_MS, elapsed_ms: 1_000, sinceBoot_ms: 500_000 };
  const steady = new SteadyClock(
    {
      wall_ms: () => clocks.wall_ms,
      elapsed_ms: () => clocks.elapsed_ms,
      sinceBoot_ms: () => clocks.sinceBoot_ms,
    },
    accepted,
  );
  return {
    steady,
    set: (by_ms: number) => void (clocks.wall_ms += by_ms),
    /** Time passes, and somebody looks at the clock now and then, as a service does. */
    pass(time_ms: number, step_ms = time_ms) {
      for (let passed_ms = 0; passed_ms < time_ms; passed_ms += step_ms) {
        clocks.wall_ms += step_ms;
        clocks.elapsed_ms += step_ms;
        clocks.sinceBoot_ms += step_ms;
        steady.now_ms();
      }
    },
    sleep(time_ms: number) {
      clocks.wall_ms += time_ms;
      clocks.sinceBoot_ms += time_ms;
    },
  };
}

t.test('a clock that jumps ten years ahead for 2.5 s', async (t) => {
  const { steady, set, pass } = machine();
  pass(MINUTE_MS);
  set(10 * YEAR_MS);
  pass(2_500);
  t.equal(steady.now_ms(), START_MS + MINUTE_MS + 2_500, 'shows what has passed');
  t.match(steady.doubt(), /its clock jumped 3650 days ahead; .* once the clock is back; where/);
  set(-10 * YEAR_MS);
  t.equal(steady.doubt(), undefined, 'is believed as soon as it is back');
  t.equal(steady.now_ms(), START_MS + MINUTE_MS + 2_500);
});

t.test('a clock that stays ten years ahead', async (t) => {
  const { steady, set, pass } = machine();
  set(10 * YEAR_MS);
  pass(2 * DAY_MS, MINUTE_MS);
  t.match(steady.doubt(), /jumped 3650 days ahead/, 'is never believed by itself');
});

t.test('a clock that is put right by ten minutes', async (t) => {
  const { steady, set, pass } = machine();
  set(10 * MINUTE_MS);
  pass(9 * MINUTE_MS, MINUTE_MS);
  t.match(steady.doubt(), /jumped 600 s ahead; .*, or has stood so for as long/, 'is waited for');
  pass(2 * MINUTE_MS, MINUTE_MS);
  t.equal(steady.doubt(), undefined, 'and believed once it has stood for as long');
  t.equal(steady.now_ms(), START_MS + 21 * MINUTE_MS, 'for what it shows');
});

t.test('a clock that jumps again and again', async (t) => {
  const { steady, set, pass } = machine();
  set(MINUTE_MS);
  for (let jumps = 0; jumps < 5; jumps += 1) {
    pass(50_000, 10_000);
    set(10_000);
  }
  t.match(steady.doubt(), /jumped 110 s ahead/, 'is waited for anew each time');
});

t.test('a clock that runs at twice its pace', async (t) => {
  const { steady, set, pass } = machine();
  for (let seconds = 0; seconds < 60; seconds += 1) {
    set(1_000);
    pass(1_000);
  }
  t.match(steady.doubt(), /jumped/, 'is found out, although no step of it is large');
});

t.test('a clock that gains a second in five minutes', async (t) => {
  const { steady, set, pass } = machine();
  for (let minutes = 0; minutes < 120; minutes += 5) {
    set(1_000);
    pass(5 * MINUTE_MS, MINUTE_MS);
  }
  t.equal(steady.doubt(), undefined, 'is believed');
});

t.test('a machine that slept', async (t) => {
  const { steady, sleep } = machine();
  sleep(8 * 60 * MINUTE_MS);
  t.equal(steady.doubt(), undefined, 'is believed when it wakes');
  t.equal(steady.now_ms(), START_MS + 8 * 60 * MINUTE_MS);
});

t.test('a clock that goes back', async (t) => {
  const { steady, set } = machine();
  set(-DAY_MS);
  t.equal(steady.now_ms(), START_MS - DAY_MS, 'is believed');
  set(DAY_MS);
  t.match(steady.doubt(), /jumped 86400 s ahead/, 'and held back when it goes ahead from there');
});

t.test('at a start', async (t) => {
  const idle = machine();
  idle.steady.startsAfter(START_MS - 30 * DAY_MS);
  t.equal(idle.steady.doubt(), undefined, 'a scheme may have rested for a month');

  const wrong = machine();
  wrong.steady.startsAfter(START_MS - 40 * DAY_MS);
  t.match(
    wrong.steady.doubt(),
    /2026-06-10T09:00:00.000Z, 40 days after the last event; .* ACCEPT_CLOCK=2026-06-10$/,
    'a clock far beyond the last event is in doubt',
  );
  wrong.set(-20 * DAY_MS);
  t.equal(wrong.steady.doubt(), undefined, 'until it is set');

  const accepted = machine('2026-06-10');
  accepted.steady.startsAfter(START_MS - YEAR_MS);
  t.equal(accepted.steady.doubt(), undefined, 'or an operator names the day');
  const stale = machine('2026-06-09');
  stale.steady.startsAfter(START_MS - YEAR_MS);
  t.match(stale.steady.doubt(), /ACCEPT_CLOCK/, 'which counts on that day alone');
});

import t from 'tap';
import { holdIdAt, issueIdAt, transactionIdAt } from '../../schemas/ids.ts';
import { DAY_MS } from '../../schemas/time.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { routesOf } from '../support/routes.ts';
import {
  ADMIN_KEY,
  Client,
  START_MS,
  testApp,
  testClock,
  type TestOptions,
} from '../support/service.ts';
import { again, folded, recordedIn } from './streams.ts';

const LINES = await busyLines();
const RECORDED = recordedIn(LINES);
const PERIODS = ['2026-06', '2026-07'];
/** Of what the service is, not of what was recorded. */
const ELSEWHERE = /^\/(docs|openapi|metrics)|^\/v1\/(checkpoints|proofs|tile)/;

const instance = async (saved?: TestOptions['saved']) => {
  const clock = testClock();
  clock.now_ms = START_MS + 40 * DAY_MS;
  const journal = memoryJournal([...LINES]);
  return testApp({ clock, journal, ...(saved && { saved }) });
};

/** Everything that an address may name. */
function names(): string[] {
  const text = LINES.join('\n');
  const ids = text.match(/\b(org|ven|mem|acc|off|crd)_[0-9a-z]{16}\b/g) ?? [];
  const accounts =
    text.match(/\b(wallet|pot|till|allocation|clearing):[^"]+|programme|lapsed/g) ?? [];
  const funds = text.match(/(?<=allocation:org_\w{16}:)[^"]+/g) ?? [];
  const at = RECORDED.flatMap(({ revision, event: { command } }) =>
    [transactionIdAt, holdIdAt, issueIdAt].map((idAt) => idAt(revision, command.id)),
  );
  return [...new Set([...ids, ...accounts, ...funds, ...at, 'cardiff'])];
}

const NAMES = names();
/** The keys that the clients of tests have used by now. */
const KEYS = Array.from({ length: 40 }, (_, index) => `test-${index + 1}`);

/** Every address of a route that may name something. */
function addressesOf({ url }: { readonly url: string }): string[] {
  const filled = (urls: readonly string[], place: RegExp, all: readonly string[]) =>
    urls.flatMap((one) => (place.test(one) ? all.map((name) => one.replace(place, name)) : [one]));
  return filled(
    filled(filled([url], /:(id|account|fund)/, NAMES), /:period/, PERIODS),
    /:key/,
    KEYS,
  );
}

t.test('a service that started from a state saved half way', async (t) => {
  const end = Math.floor(LINES.length / 2);
  const restored = again(folded(RECORDED.slice(0, end)));
  const [replayed, loaded] = [await instance(), await instance({ load: async () => restored })];
  const routes = (await routesOf(replayed.service)).filter(({ method }) => method === 'GET');
  const urls = routes.filter(({ url }) => !ELSEWHERE.test(url)).flatMap(addressesOf);
  const clients = [replayed, loaded].map(({ app }) => new Client(app, ADMIN_KEY));
  const different: string[] = [];
  const answered = new Set<string>();
  for (const url of urls) {
    const [one, other] = await Promise.all(clients.map((client) => client.get(url)));
    if (JSON.stringify(one!.body) !== JSON.stringify(other!.body)) different.push(url);
    if (one!.status === 200) answered.add(url.replace(/[a-z]+_[0-9a-z_]{16,}|test-\d+/g, ''));
  }
  t.same(different, [], 'gives every answer that one gives which replayed all of them');
  t.ok(answered.size > 30, `of many kinds (${answered.size})`);
  await Promise.all([replayed.app.close(), loaded.app.close()]);
});

t.test('a service that started from a saved state', async (t) => {
  const restored = again(folded(RECORDED));
  const [replayed, loaded] = [await instance(), await instance({ load: async () => restored })];
  const bodies = await Promise.all(
    [replayed, loaded].map(async ({ app }) => {
      const admin = new Client(app, ADMIN_KEY);
      const entries = [{ account: 'lapsed', credits: '1' }];
      const refused = await admin.post('/v1/opening-balances', { entries });
      const member = await admin.post<{ memberId: string }>('/v1/members', {}, 'after');
      return [refused.body, member.body];
    }),
  );
  t.same(bodies[0], bodies[1], 'decides as one that replayed all events');
  await Promise.all([replayed.app.close(), loaded.app.close()]);
});

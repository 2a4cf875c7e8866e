import fc from 'fast-check';
import t from 'tap';
import type { FastifyInstance } from 'fastify';
import { TODAY } from '../support/service.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { testApp } from '../support/service.ts';
import { neighbours, type Neighbours } from './neighbours.ts';
import { callsOf, checkedIn, documents, fitting, mutated, type Call } from './openapi.ts';
import { send } from './problem.ts';

/*
 * Requests made from the OpenAPI document, bodies that fit it and mutations of them, against every
 * call. Whatever comes, the answer is one that the document knows, and never a fault of ours.
 */

const SETTINGS = { seed: 20_260_610, numRuns: 60 };

function wordsOf({ group, partner, own, theirs }: Neighbours): readonly string[] {
  const { issue, redemption, card } = theirs;
  const ids = [group.id, partner.id, partner.venue, own, theirs.member, theirs.venue, theirs.group];
  const accounts = [
    `wallet:${own}`,
    `wallet:${theirs.member}`,
    `pot:${group.id}`,
    `till:${partner.venue}`,
    `allocation:${theirs.group}:lottery`,
  ];
  const times = [TODAY, '2026-06-09', '0001-01-01', '9999-12-31', `${TODAY}T09:00:00+01:00`];
  return [
    ...ids,
    issue,
    redemption,
    card,
    ...accounts,
    ...times,
    'lottery',
    'cardiff',
    'their-sale',
    '0',
    '7',
  ];
}

/** Addresses of a call, with parameters that fit, mostly. */
function addresses({ path, operation }: Call, known: readonly string[]) {
  const parameters = (operation.parameters ?? []).filter((one) => one.in !== 'header');
  const values = fc.tuple(
    ...parameters.map(({ schema, required }) =>
      fc.option(fc.oneof(fitting(schema, known), fitting(schema, known), fc.string()), {
        nil: required ? '' : undefined,
        freq: 4,
      }),
    ),
  );
  return values.map((chosen) => {
    let url = path;
    const query = new URLSearchParams();
    for (const [index, one] of parameters.entries()) {
      const value = chosen[index];
      if (value === undefined) continue;
      const text = (value as string).toWellFormed();
      if (one.in === 'path') url = url.replace(`{${one.name}}`, encodeURIComponent(text));
      else query.set(one.name, text);
    }
    return query.size === 0 ? url : `${url}?${query.toString()}`;
  });
}

async function wrongWith(
  app: FastifyInstance,
  { method, operation }: Call,
  url: string,
  body: unknown,
): Promise<string | undefined> {
  const posted = method === 'POST' ? { payload: JSON.stringify(body) } : {};
  const { status, headers } = await send(app, { method, url, ...posted });
  if (status >= 500) return `${status} is our fault`;
  if (!documents(operation, status)) return `${status} is not documented`;
  const type = String(headers['content-type']);
  if (status >= 400 && type !== 'application/problem+json') return `${status} comes as ${type}`;
  return undefined;
}

t.test('whatever is sent', async (t) => {
  const world = await neighbours();
  const { app } = world;
  const known = wordsOf(world);
  const cardiff = { network: 'cardiff', theyOweAtMost: '20', weOweAtMost: '20' };
  await world.admin.post('/v1/networks', cardiff);
  for (const call of callsOf(checkedIn)) {
    const schema = call.operation.requestBody?.content['application/json']?.schema ?? {};
    const fits = fitting(schema, known);
    const bodies = fc.oneof(fits, mutated(fits), fc.jsonValue({ maxDepth: 3 }));
    // A preview answers 200, which is tested with the document itself.
    const target = addresses(call, known).map((url) => url.replace(/\?preview=true$/, ''));
    const property = fc.asyncProperty(target, bodies, async (url, body) => {
      // Unknown cards are counted by the minute, and that limit is not what is tested here.
      world.clock.forward(60_000);
      const wrong = await wrongWith(app, call, url, body);
      if (wrong !== undefined) throw new Error(`${call.method} ${url}: ${wrong}`);
    });
    const { failed, errorInstance, counterexample } = await fc.check(property, SETTINGS);
    const found = failed ? `${String(errorInstance)} ${JSON.stringify(counterexample)}` : 'nothing';
    t.equal(found, 'nothing', `${call.method} ${call.path} answers as it is documented`);
  }

  const { body } = await world.admin.get<{ sumOfBalances: string }>('/v1/ledger');
  t.equal(body.sumOfBalances, '0', 'afterwards all balances still sum to zero');
  const lines = [];
  for await (const page of world.journal.read(0)) lines.push(...page.lines);
  const again = await testApp({ journal: memoryJournal([...lines]), clock: world.clock });
  const revisions = [world, again].map(({ service }) => service.sequencer.ledger.revision);
  t.equal(revisions[0], revisions[1], 'and what was written can be replayed');
});

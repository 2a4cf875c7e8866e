import t from 'tap';
import { FORMAT } from '../../schemas/events/index.ts';
import { filled, nameOf, routesOf } from '../support/routes.ts';
import { TODAY } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import {
  callsOf,
  checkedIn,
  documents,
  exampleOf,
  type JsonSchema,
  type OpenApi,
  type Parameter,
} from './openapi.ts';
import type { Problem } from './problem.ts';

/* The document that programmers build against: checked in, served, complete, and readable. */

/** What it makes is no fact of the ledger, so it needs no idempotency key. */
const NO_FACT = '/v1/checkpoints';

t.test('the OpenAPI document is served as it is checked in', async (t) => {
  const { app } = await smallWorld();
  const served = await app.inject({ url: '/openapi.json' });
  const body = served.json<OpenApi>();
  t.same(body, checkedIn, 'schemas/openapi.json is stale: run `npm run openapi`');
  t.match(served.headers['content-type'], /^application\/json/, 'and says that it is JSON');
});

t.test('the OpenAPI document has the form of OpenAPI 3.1', async (t) => {
  const { openapi, info, components } = checkedIn;
  t.match(openapi, /^3\.1\.\d+$/, 'by its version');
  t.ok(info.title && info.version, 'with a title and a version');
  t.ok(components.securitySchemes['key'], 'and says how keys are sent');
  const references = [...JSON.stringify(checkedIn).matchAll(/"\$ref":"([^"]+)"/g)];
  const names = references.map(([, reference]) => reference!.replace('#/components/schemas/', ''));
  const missing = names.filter((name) => !(name in components.schemas));
  t.same(missing, [], 'every reference leads somewhere');
  t.notMatch(JSON.stringify(checkedIn), /"nullable"|"exclusiveMinimum":true/, 'and is not 3.0');
});

t.test('the OpenAPI document holds every route', async (t) => {
  const { service } = await smallWorld();
  const routes = await routesOf(service);
  const kept = routes.filter(({ url }) => !/^\/(docs|openapi)/.test(url));
  const inDocument = callsOf(checkedIn).map(({ method, path }) => `${method} ${path}`);
  const expected = kept.map((route) => described(nameOf(route)));
  t.same(inDocument.toSorted(), expected.toSorted(), 'and no other');
  for (const { method, url, policy } of kept) {
    const path = described(url);
    const operation = checkedIn.paths[path]?.[method.toLowerCase()];
    const secured = operation?.security !== undefined;
    t.equal(secured, policy !== 'public', `${method} ${url} says whether it takes a key`);
  }
});

t.test('the OpenAPI document tells a programmer what to expect', async (t) => {
  for (const { method, path, operation } of callsOf(checkedIn)) {
    const { summary = '', description = '', parameters = [], responses } = operation;
    const name = `${method} ${path}`;
    t.match(summary, /^[A-Z]/, `${name} has a summary`);
    t.match(description, /^For /, `${name} says whom it is for`);
    for (const status of ['4XX', '5XX']) {
      const content = Object.keys(responses[status]?.content ?? {});
      t.same(content, ['application/problem+json'], `${name} documents its problems, ${status}`);
    }
    const inPath = [...path.matchAll(/\{(\w+|\*)\}/g)].map(([, word]) => word);
    const declared = parameters.filter((one) => one.in === 'path').map((one) => one.name);
    t.same(declared, inPath, `${name} declares what stands in its path`);
    const key = parameters.some((one) => one.name.toLowerCase() === 'idempotency-key');
    const writes = method === 'POST' && path !== NO_FACT;
    t.equal(key, writes, `${name} takes an idempotency key if it writes`);
  }
});

t.test('the OpenAPI document names every form of an answer', async (t) => {
  const forms = (path: string, status = '200') => {
    const { responses } = callsOf(checkedIn).find((call) => call.path === path)!.operation;
    return Object.keys(responses[status]?.content ?? {});
  };
  const asCsv = [
    ...['/v1/funds', '/v1/funds/{fund}', '/v1/organisations/{id}/issuing'],
    ...['venues', 'organisations', 'networks'].map((of) => `/v1/${of}/{id}/statements/{period}`),
  ];
  for (const path of asCsv) {
    t.same(forms(path), ['application/json', 'text/csv'], `${path}: JSON or CSV`);
  }
  t.same(forms('/v1/events'), ['application/json', 'application/x-ndjson'], 'the stream: lines');
  t.same(forms('/v1/refusals'), ['application/json', 'text/html'], 'the refusals: a page');
  t.same(forms('/readyz', '503'), ['application/json'], 'and why an instance is not ready');
});

t.test('the OpenAPI document describes bodies that are strict', async (t) => {
  for (const { path, operation } of callsOf(checkedIn)) {
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (schema === undefined) continue;
    t.same(openObjects(schema), [], `POST ${path} takes no unknown fields`);
  }
});

t.test('the OpenAPI document uses each name for one thing', async (t) => {
  const names = Object.keys(checkedIn.components.schemas);
  const used = JSON.stringify(checkedIn);
  const doubled = names.filter((name) => name.endsWith('Input'));
  t.same(doubled, [], 'nothing is there a second time as what goes in');
  const unused = names.filter((name) => !used.includes(`"#/components/schemas/${name}"`));
  t.same(unused, [], 'and nothing is there that no call uses');
});

t.test('an example of the OpenAPI document', async (t) => {
  const { admin } = await smallWorld();
  for (const { method, path, operation } of callsOf(checkedIn)) {
    if (method !== 'POST') continue;
    const { parameters = [], requestBody } = operation;
    const url = path.replace('{id}', () => String(parameters.find(isId)?.example));
    const body = exampleOf(requestBody!.content['application/json']!);
    const answer = await admin.post<Problem>(url, body);
    t.not(answer.body.code, 'invalid_request', `of POST ${path} can be sent as it is`);
    const key = parameters.find(({ name }) => name.toLowerCase() === 'idempotency-key');
    if (path !== NO_FACT) t.ok(key?.example, `POST ${path} shows an idempotency key`);
  }
});

function isId({ name }: Parameter): boolean {
  return name === 'id';
}

t.test('an answer of the OpenAPI document', async (t) => {
  for (const { method, path, operation } of callsOf(checkedIn)) {
    const words = Object.entries(operation.responses).map(([, { description }]) => description);
    t.notMatch(words.join(), /Default Response/, `${method} ${path} says what each of its own is`);
    t.match(operation.responses['4XX']?.description, '(/v1/refusals)', 'and leads to the refusals');
  }
});

function openObjects(schema: JsonSchema, path = '#'): string[] {
  const { properties = {}, items } = schema;
  const open = 'additionalProperties' in schema && schema.additionalProperties === false;
  const here = schema.type === 'object' && !open ? [path] : [];
  const inside = Object.entries(properties).flatMap(([name, one]) =>
    openObjects(one, `${path}/${name}`),
  );
  return [...here, ...inside, ...(items === undefined ? [] : openObjects(items, `${path}/items`))];
}

t.test('an answer that is not a refusal', async (t) => {
  const world = await smallWorld();
  const { admin, group, enrol } = world;
  const memberId = await enrol(60);
  const list = {
    organisationId: group.id,
    occurredOn: TODAY,
    activity: 'planting',
    entries: [{ memberId, minutes: 60 }],
  };
  const preview = await group.coordinator.post('/v1/issues?preview=true', list);
  const { operation } = callsOf(checkedIn).find(({ path }) => path === '/v1/issues')!;
  t.ok(
    documents(operation, preview.status),
    `has a documented status: a preview ${preview.status}`,
  );
  const raised = await admin.post('/v1/format', { format: FORMAT + 1 });
  t.equal(raised.status, 409, 'and the format cannot be raised past what this code knows');
});

t.test('the page at /docs', async (t) => {
  const { app } = await smallWorld();
  const redirect = await app.inject({ url: '/docs' });
  t.equal(redirect.headers.location, '/docs/', 'is where it is looked for');
  const page = await app.inject({ url: '/docs/' });
  t.match(page.headers['content-type'], /^text\/html/, 'is a page');
  t.match(page.body, '<html lang="en">', 'in a language');
  t.match(page.body, '<link rel="icon" href="data:,">', 'which asks for no icon');
  const [, unscripted = ''] = /<noscript>(.*)<\/noscript>/.exec(page.body) ?? [];
  const links = [...unscripted.matchAll(/href="([^"]+)"/g)].map(([, url]) => url!);
  t.same(links, ['/docs/till', '/v1/refusals', '/openapi.json'], 'also without scripts');
  const loaded = [...page.body.matchAll(/src\s*=\s*["']([^"']+)["']/g)].map(([, url]) => url!);
  t.same(loaded, ['js/scalar.js'], 'loads one script');
  const [script] = loaded.map((url) => filled(`/docs/${url}`, ''));
  const answer = await app.inject({ url: script! });
  t.equal(answer.statusCode, 200, 'which is served here');
  t.match(answer.headers['content-type'], /javascript/, 'as a script');
  const allowed = page.headers['content-security-policy'];
  t.match(allowed, /default-src 'self'/, 'and may load from and speak to nobody else');
  t.notMatch(allowed, /https?:|\*/, 'without an exception');
  t.notMatch(page.body, /https?:|\/\/\w/, 'and names no other host');
  t.match(page.body, '"preferredSecurityScheme": "key"', 'and has a place for the key');
  t.match(page.body, /"telemetry": false/, 'and reports nothing to anybody');
  t.match(page.body, /"withDefaultFonts": false/, 'and uses the fonts that are there');
});

t.test('the page at /docs/till', async (t) => {
  const { app } = await smallWorld();
  const page = await app.inject({ url: '/docs/till' });
  t.match(page.headers['content-type'], /^text\/html/, 'is a page');
  t.match(page.body, /<h1 [^>]*>Integrate a till in thirty minutes<\/h1>/, 'for tills');
  t.match(page.body, '<pre>npm run sandbox\n</pre>', 'with its commands apart');
  t.match(page.body, '<td>a bug of ours</td>', 'and its tables as tables');
  const shown = page.body.replace(/<pre>[^]*?<\/pre>/g, '');
  t.notMatch(shown, /<!--|`|\*\*|\|/, 'without the marks of what it was written in');
  t.match(page.headers['content-security-policy'], /^default-src 'none'/, 'and loads nothing');
  t.notMatch(page.body, /<(script|link|img)|javascript:/, 'and runs nothing');
  t.match(page.body, 'color-scheme:light dark', 'and is dark where a reader has it dark');
  const links = [...page.body.matchAll(/href="([^"]+)"/g)].map(([, url]) => url!);
  for (const url of new Set(links)) {
    const { statusCode } = await app.inject({ url });
    t.ok(statusCode < 400, `and leads to ${url}, which is there`);
  }
  t.match(checkedIn.info.description, '(/docs/till)', 'and /docs leads to it');
});

/** A route's address as the document writes it. */
function described(url: string): string {
  return url.replace(/:(\w+)/g, '{$1}').replace('*', '{*}');
}

import { readFileSync } from 'node:fs';
import swagger from '@fastify/swagger';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { CSV } from './csv.ts';
import { Kept } from './kept.ts';
import { htmlOf } from './markdown.ts';
import { keptPage } from './page.ts';

/** A page on which keys are typed in loads from this service, and speaks to nobody else. */
const OWN_HOST_ONLY =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const CSP = 'content-security-policy';

const TILL_TITLE = 'Integrate a till in thirty minutes';
const TILL_TEXT = readFileSync(new URL('docs/till.md', import.meta.url), 'utf8');
const TILL = keptPage(TILL_TITLE, htmlOf(TILL_TEXT));

/** What the page says to a browser that runs no scripts, and has it ask for no icon. */
const NO_SCRIPT =
  '<noscript><h1>Time Credits ledger</h1><p>This page needs JavaScript. Without it: ' +
  `<a href="/docs/till">${TILL_TITLE}</a>, <a href="/v1/refusals">every refusal</a> and ` +
  '<a href="/openapi.json">the OpenAPI document</a>.</p></noscript>';
const NO_ICON = '<link rel="icon" href="data:,">';

/** The OpenAPI document, made from the schemas, at /openapi.json; a person reads it at /docs. */
export async function registerDocs(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Time Credits ledger',
        version: '1',
        description:
          'One hour given is one Time Credit. Time Credits have no cash value. ' +
          'Every call that writes takes an Idempotency-Key; send the same request with the same ' +
          'key again whenever you did not get an answer. A write is answered with its ' +
          '`Ledger-Revision`; a read that sends it back as `Ledger-Revision-At-Least` sees that ' +
          'write at every instance. Every refusal is a problem (RFC 9457) ' +
          'whose code is explained at [/v1/refusals](/v1/refusals). For whoever builds a till: ' +
          '[Integrate a till in thirty minutes](/docs/till).',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', bearerFormat: 'tcl_<id>_<secret>_<checksum>' },
        },
      },
    },
    transform: (route) => described(inEveryForm(route.route, jsonSchemaTransform(route))),
    transformObject: (document) => onlyWhatIsNamed(jsonSchemaTransformObject(document)),
  });
  await app.register(async (docs) => {
    keepEachPage(docs);
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, policy: 'public' };
      route.schema = { ...route.schema, hide: true };
    });
    docs.get('/openapi.json', (_request, reply) =>
      reply.type('application/json').serializer(JSON.stringify).send(app.swagger()),
    );
    docs.get('/docs/till', (request, reply) => TILL.send(request, reply));
    await docs.register(scalar, {
      routePrefix: '/docs',
      configuration: {
        pageTitle: 'Time Credits ledger',
        url: '/openapi.json',
        withDefaultFonts: false,
        hideClientButton: true,
        telemetry: false,
        authentication: { preferredSecurityScheme: 'key' },
        showDeveloperTools: 'never',
        agent: { disabled: true },
        mcp: { disabled: true },
      },
    });
  });
}

/**
 * Words each page once, when it is first asked for, and answers the same bytes from then on: none
 * of them says anything of who reads it.
 */
function keepEachPage(docs: FastifyInstance): void {
  const pages = new Map<string, Kept>();
  const addressOf = ({ routeOptions }: FastifyRequest) => routeOptions.url ?? '';
  docs.addHook('preHandler', async (request, reply) => {
    await pages.get(addressOf(request))?.send(request, reply);
  });
  docs.addHook('onSend', async (request, reply, payload) => {
    if (reply.hasHeader('etag')) return payload;
    if (!reply.hasHeader(CSP)) reply.header(CSP, OWN_HOST_ONLY);
    if (typeof payload !== 'string' || reply.statusCode !== 200) return payload;
    const page = payload.startsWith('<!doctype html>') ? forEveryReader(payload) : payload;
    const headers = {
      'content-type': String(reply.getHeader('content-type')),
      [CSP]: String(reply.getHeader(CSP)),
    };
    const kept = new Kept(page, headers);
    pages.set(addressOf(request), kept);
    return kept.payload(request, reply);
  });
}

type Transformed = ReturnType<typeof jsonSchemaTransform>;

/** What an answer is, by its status. */
const ANSWERS: Readonly<Record<string, string>> = {
  '200': 'What was asked for, or what it has become',
  '201': 'Recorded; the same again for the same key',
  '503': 'Not now',
  '4xx': 'Refused, by one of [these codes](/v1/refusals)',
  '5xx': 'No answer yet: send the same again',
};

function described({ schema, url }: Transformed): Transformed {
  const { response } = schema as { response?: Readonly<Record<string, object>> };
  const answers = Object.entries(response ?? {}).map(([status, answer]) => {
    const words = { 'x-response-description': ANSWERS[status] };
    return [status, { ...answer, ...words }] as const;
  });
  return { schema: { ...schema, response: Object.fromEntries(answers) }, url };
}

/** What is sent or answered in other forms than JSON is documented in each of them. */
function inEveryForm({ config }: RouteOptions, { schema, url }: Transformed): Transformed {
  const plain = schema as { body?: unknown; response?: Readonly<Record<string, unknown>> };
  const { 200: answer, ...others } = plain.response ?? {};
  const { csv, forms } = config ?? {};
  const sent = csv && { body: contentOf(plain.body, [CSV]) };
  const answered = forms && { response: { ...others, 200: contentOf(answer, forms) } };
  return { schema: { ...plain, ...sent, ...answered }, url };
}

function contentOf(json: unknown, forms: readonly string[]) {
  const text = forms.map((form) => [form, { schema: { type: 'string' } }] as const);
  return { content: { 'application/json': { schema: json }, ...Object.fromEntries(text) } };
}

/** Leaves out the schemas that no other part of the document refers to. */
function onlyWhatIsNamed<T extends object>(document: T): T {
  const text = JSON.stringify(document);
  const { components } = document as { components?: { schemas?: Record<string, unknown> } };
  const schemas = components?.schemas ?? {};
  for (const name of Object.keys(schemas)) {
    if (!text.includes(`"#/components/schemas/${name}"`)) Reflect.deleteProperty(schemas, name);
  }
  return document;
}

/** Scalar's page with its language, no request for an icon, and a word where no script runs. */
function forEveryReader(page: string): string {
  return page
    .replace('<html>', '<html lang="en">')
    .replace('</head>', `${NO_ICON}</head>`)
    .replace('<body>', `<body>${NO_SCRIPT}`);
}

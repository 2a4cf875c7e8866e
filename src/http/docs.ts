import { readFileSync } from 'node:fs';
import swagger from '@fastify/swagger';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance, FastifyReply, RouteOptions } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { CSV } from './csv.ts';
import { escaped, sendPage } from './page.ts';

/** A page on which keys are typed in loads from this service, and speaks to nobody else. */
const OWN_HOST_ONLY =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const TILL = readFileSync(new URL('docs/till.md', import.meta.url), 'utf8');

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
          'key again whenever you did not get an answer. Every refusal is a problem (RFC 9457) ' +
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
    transform: (route) => inEveryForm(route.route, jsonSchemaTransform(route)),
    transformObject: (document) => onlyWhatIsNamed(jsonSchemaTransformObject(document)),
  });
  await app.register(async (docs) => {
    docs.addHook('onSend', (_request, reply, payload, done) => {
      if (!reply.hasHeader('content-security-policy'))
        reply.header('content-security-policy', OWN_HOST_ONLY);
      done(null, payload);
    });
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, policy: 'public' };
      route.schema = { ...route.schema, hide: true };
    });
    docs.get('/openapi.json', (_request, reply) =>
      reply.type('application/json').serializer(JSON.stringify).send(app.swagger()),
    );
    docs.get('/docs/till', (_request, reply) => sendText(reply, TILL));
    await docs.register(scalar, {
      routePrefix: '/docs',
      configuration: {
        pageTitle: 'Time Credits ledger',
        url: '/openapi.json',
        withDefaultFonts: false,
        hideClientButton: true,
        telemetry: false,
        showDeveloperTools: 'never',
        agent: { disabled: true },
        mcp: { disabled: true },
      },
    });
  });
}

type Transformed = ReturnType<typeof jsonSchemaTransform>;

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

/** A text in Markdown as it was written, but for its headings, and commands ready to be copied. */
function sendText(reply: FastifyReply, markdown: string): FastifyReply {
  const [heading = ''] = markdown.split('\n');
  const shown = escaped(markdown.replace(/<!--[^]*?-->\n+/g, ''))
    .replace(/^```sh\n([^]*?)^```\n/gm, '</pre><pre class="commands">$1</pre><pre>')
    .replace(/^(#+) (.*)$/gm, (_, marks: string, words: string) => {
      const name = `h${marks.length}`;
      return `</pre><${name}>${words}</${name}><pre>`;
    });
  const body = `<pre>${shown}</pre>`.replace(/<pre>\s*/g, '<pre>').replace(/<pre><\/pre>/g, '');
  return sendPage(reply, heading.replace(/^# /, ''), body);
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

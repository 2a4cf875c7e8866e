import swagger from '@fastify/swagger';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

/** A page on which keys are typed in loads from this service, and speaks to nobody else. */
const OWN_HOST_ONLY =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

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
          'whose code is explained at /v1/refusals.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', bearerFormat: 'tcl_<id>_<secret>_<checksum>' },
        },
      },
    },
    transform: (route) => withSheet(route.route, jsonSchemaTransform(route)),
    transformObject: (document) => onlyWhatIsNamed(jsonSchemaTransformObject(document)),
  });
  await app.register(async (docs) => {
    docs.addHook('onSend', (_request, reply, payload, done) => {
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

/** A body that may also be sent as CSV is documented as both. */
function withSheet({ config }: RouteOptions, { schema, url }: Transformed): Transformed {
  const { body } = schema as { body?: unknown };
  if (config?.csv === undefined) return { schema, url };
  const content = {
    'application/json': { schema: body },
    'text/csv': { schema: { type: 'string' } },
  };
  return { schema: { ...schema, body: { content } }, url };
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

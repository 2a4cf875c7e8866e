import fastJsonStringify from 'fast-json-stringify';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { base32 } from '../../schemas/base32.ts';
import { registerAuthentication } from './authentication.ts';
import { registerDocs } from './docs.ts';
import { frameworkRefusal, invalidRequest, registerProblems, sendProblem } from './problems.ts';
import { Routes } from './route.ts';
import { accessRoutes } from './routes/access.ts';
import { accountRoutes } from './routes/account.ts';
import { allocationRoutes } from './routes/allocation.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { issueRoutes } from './routes/issue.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { memberRoutes } from './routes/member.ts';
import { organisationRoutes } from './routes/organisation.ts';
import { redemptionRoutes } from './routes/redemption.ts';
import { reversalRoutes } from './routes/reversal.ts';
import { transactionRoutes } from './routes/transaction.ts';
import { transferRoutes } from './routes/transfer.ts';
import { venueRoutes } from './routes/venue.ts';
import type { Services } from './services.ts';

/** A list of a thousand lines, the longest that is taken, has some 100 KiB. */
const BODY_BYTES_MAX = 512 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const REQUEST_ID_BYTES = 10;

const ROUTES = [
  healthRoutes,
  ledgerRoutes,
  eventRoutes,
  organisationRoutes,
  venueRoutes,
  memberRoutes,
  accessRoutes,
  allocationRoutes,
  issueRoutes,
  redemptionRoutes,
  transferRoutes,
  reversalRoutes,
  accountRoutes,
  transactionRoutes,
];

/**
 * The HTTP service, apart from the process that listens.
 * @throws at `ready` if a route says nothing of who may call it
 */
export async function buildApp(
  services: Services,
  logger?: FastifyBaseLogger,
): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => `req_${base32(services.random(REQUEST_ID_BYTES))}`,
    routerOptions: { maxParamLength: 300 },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: (error, request, reply) =>
      void sendProblem(request, reply, frameworkRefusal(error, request, BODY_BYTES_MAX)),
  });
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) =>
    httpPart === 'headers' ? () => true : validator(schema),
  );
  app.setSerializerCompiler(({ schema }) => serializer(schema as unknown as z.ZodType));
  registerProblems(app, BODY_BYTES_MAX);
  registerAuthentication(app, services);
  const { network } = services.sequencer.ledger;
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('ledger-network', network);
    done(null, payload);
  });
  closeConnectionsWhenClosing(app);
  await registerDocs(app);
  const routes = new Routes(app, services);
  for (const register of ROUTES) register(routes);
  return app;
}

function validator(schema: z.ZodType) {
  return (data: unknown) => {
    const parsed = schema.safeParse(data ?? {});
    return parsed.success ? { value: parsed.data } : { error: invalidRequest(parsed.error) };
  };
}

function serializer(schema: z.ZodType): (answer: unknown) => string {
  return fastJsonStringify(z.toJSONSchema(schema, { io: 'input' }) as object);
}

/** Clients that keep their connections open would otherwise hold up the end of the process. */
function closeConnectionsWhenClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}

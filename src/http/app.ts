import fastJsonStringify from 'fast-json-stringify';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { base32 } from '../../schemas/base32.ts';
import { Admission } from './admission.ts';
import { registerAuthentication } from './authentication.ts';
import { Connections, STALLED_MS, type ConnectionLimits } from './connections.ts';
import { registerSheets } from './csv.ts';
import { registerDocs } from './docs.ts';
import { commonHeaders } from './headers.ts';
import { frameworkRefusal, invalidRequest, registerProblems, sendThrown } from './problems.ts';
import { Routes } from './route.ts';
import { accessRoutes } from './routes/access.ts';
import { accountRoutes } from './routes/account.ts';
import { allocationRoutes } from './routes/allocation.ts';
import { cardRoutes } from './routes/card.ts';
import { entryRoutes } from './routes/entry.ts';
import { clockRoutes } from './routes/clock.ts';
import { eventRoutes } from './routes/events.ts';
import { fundRoutes } from './routes/fund.ts';
import { healthRoutes } from './routes/health.ts';
import { holdRoutes } from './routes/hold.ts';
import { idempotencyKeyRoutes } from './routes/idempotencyKey.ts';
import { issueRoutes } from './routes/issue.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { lifecycleRoutes } from './routes/lifecycle.ts';
import { memberRoutes } from './routes/member.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { offerRoutes } from './routes/offer.ts';
import { networkRoutes } from './routes/network.ts';
import { openingBalanceRoutes } from './routes/openingBalance.ts';
import { organisationRoutes } from './routes/organisation.ts';
import { checkpointRoutes } from './routes/checkpoint.ts';
import { proofRoutes } from './routes/proof.ts';
import { publicTileRoutes } from './routes/publicTile.ts';
import { redemptionRoutes } from './routes/redemption.ts';
import { refusalRoutes } from './routes/refusal.ts';
import { reversalRoutes } from './routes/reversal.ts';
import { rulesRoutes } from './routes/rules.ts';
import { settlementRoutes } from './routes/settlement.ts';
import { statementRoutes } from './routes/statement.ts';
import { transactionRoutes } from './routes/transaction.ts';
import { transferRoutes } from './routes/transfer.ts';
import { undoingRoutes } from './routes/undoing.ts';
import { venueRoutes } from './routes/venue.ts';
import { visitRoutes } from './routes/visit.ts';
import type { Services } from './services.ts';
import { Shares } from './shares.ts';
import { unparsedHandler } from './unparsed.ts';

/** A list of a thousand lines, the longest that is taken, has some 100 KiB. */
const BODY_BYTES_MAX = 512 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const RUN_ID_BYTES = 5;
/** A request whose headers are not there soon is cut, and that is looked after often enough. */
const HTTP_OPTIONS = { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 };
/** Unless the process is told otherwise. */
export const CONNECTIONS: ConnectionLimits = { most: 2_000, perAddress: 500 };

const ROUTES = [
  redemptionRoutes,
  holdRoutes,
  offerRoutes,
  issueRoutes,
  transferRoutes,
  transactionRoutes,
  reversalRoutes,
  accountRoutes,
  entryRoutes,
  memberRoutes,
  cardRoutes,
  organisationRoutes,
  venueRoutes,
  allocationRoutes,
  fundRoutes,
  settlementRoutes,
  statementRoutes,
  accessRoutes,
  networkRoutes,
  visitRoutes,
  lifecycleRoutes,
  undoingRoutes,
  openingBalanceRoutes,
  rulesRoutes,
  ledgerRoutes,
  refusalRoutes,
  idempotencyKeyRoutes,
  eventRoutes,
  checkpointRoutes,
  proofRoutes,
  publicTileRoutes,
  clockRoutes,
  healthRoutes,
  metricsRoutes,
];

/**
 * The HTTP service, apart from the process that listens.
 * @throws at `ready` if a route says nothing of who may call it
 */
export async function buildApp(
  services: Services,
  logger?: FastifyBaseLogger,
  limits: ConnectionLimits = CONNECTIONS,
): Promise<FastifyInstance> {
  const headers = commonHeaders(services.sequencer.ledger.network);
  const requestId = requestIds(services);
  const { figures } = services;
  const app: FastifyInstance = Fastify({
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: STALLED_MS,
    // A missing Host is refused as a problem, like all else, where Node would answer a bare 400.
    http: { ...HTTP_OPTIONS, requireHostHeader: false },
    clientErrorHandler: unparsedHandler({
      headers,
      requestId,
      refused: ({ code }, status) => {
        figures.refused(code);
        figures.otherRequests.answer(status);
      },
    }),
    // What still comes on an open connection is answered as ever, and is the last that it takes.
    return503OnClosing: false,
    genReqId: requestId,
    routerOptions: { maxParamLength: 300 },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: (error, request, reply) =>
      void sendThrown(
        request,
        reply.headers(headers),
        frameworkRefusal(error, request, BODY_BYTES_MAX),
      ),
  });
  const connections = new Connections(limits);
  connections.watch(app.server);
  const admission = new Admission(new Shares(services.timing), connections, headers);
  app.decorate('figures', figures);
  app.removeContentTypeParser('text/plain');
  admission.register(app);
  registerSheets(app, admission);
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) =>
    httpPart === 'headers' ? () => true : validator(schema),
  );
  app.setSerializerCompiler(({ schema }) => serializer(schema as unknown as z.ZodType));
  registerProblems(app, BODY_BYTES_MAX);
  registerAuthentication(app, services, admission);
  closeIdleConnectionsWhenClosing(app);
  await registerDocs(app);
  const routes = new Routes(app, services, admission);
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

/** Numbers the requests of one run of the process; the run has random characters of its own. */
function requestIds({ random }: Services): () => string {
  const run = base32(random(RUN_ID_BYTES));
  let count = 0;
  return () => `req_${run}_${(count += 1)}`;
}

/** How often connections are closed on which nothing is under way, once the service is closing. */
const SWEEP_MS = 50;

/** Clients keep connections open after an answer, which would hold up the end of the process. */
function closeIdleConnectionsWhenClosing(app: FastifyInstance): void {
  app.addHook('preClose', async () => {
    const sweeping = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
    app.server.once('close', () => clearInterval(sweeping));
  });
}

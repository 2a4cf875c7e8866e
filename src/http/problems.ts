import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { fault, refuse, REFUSALS, type Fault, type Refusal } from '../../schemas/refusals.ts';
import { DamagedJournalError, UnwrittenError } from '../../schemas/stream.ts';
import { ChangedHistoryError } from '../checkpoints/changedHistory.ts';
import { countRefusal, countThrown } from './counted.ts';
import { STATUSES } from './statuses.ts';

/** A refusal on its way to the error handler, for hooks and parsers that can only throw. */
export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.refusal = refusal;
  }
}

/** Stops a request with a refusal from the table. */
export function stop(...because: Parameters<typeof refuse>): never {
  throw new RefusedError(refuse(...because));
}

/** Stops a request of which one field, or all of it (`#`), is not as it must be. */
export function stopInvalid(pointer: string, detail: string): never {
  stop('invalid_request', {}, { errors: [{ ...fault(pointer, 'invalid_request'), detail }] });
}

/** How long whoever may try again had better wait, where the refusal does not say. */
const RETRY_AFTER_S: Readonly<Record<number, number>> = { 503: 1, 429: 60 };

/** RFC 9457 problem details of a refusal. */
export function problemOf(refusal: Refusal, requestId: string) {
  const { code, ...rest } = refusal;
  const status = STATUSES[code];
  const { retryable } = REFUSALS[code];
  const type = `/v1/refusals#${code}`;
  const title = code.replaceAll('_', ' ');
  return { type, title, status, code, retryable, ...rest, request_id: requestId };
}

/** Answers a refusal as a problem. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
): FastifyReply {
  countRefusal(request, refusal);
  const problem = problemOf(refusal, request.id);
  const { status } = problem;
  const retryAfter_s = refusal.facts?.['seconds'] ?? RETRY_AFTER_S[status];
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="time-credits"');
  if (status in RETRY_AFTER_S) reply.header('retry-after', String(retryAfter_s));
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problem);
}

/** How many faults of a request are named. */
const FAULTS_MAX = 100;

/** What a schema found wrong, by JSON pointer: the first of it, if that is much. */
export function invalidRequest(error: z.ZodError): RefusedError {
  const errors = error.issues.slice(0, FAULTS_MAX).flatMap((issue): Fault[] => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    return keys.slice(0, FAULTS_MAX).map((key) => {
      const path = key === undefined ? issue.path : [...issue.path, key];
      const detail = key === undefined ? issue.message : 'is not a field of this request';
      return { ...fault(pointerTo(path), 'invalid_request'), detail };
    });
  });
  return new RefusedError(refuse('invalid_request', {}, { errors: errors.slice(0, FAULTS_MAX) }));
}

function pointerTo(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'));
  return ['#', ...steps].join('/');
}

/** Makes every way of going wrong a problem with the right status; a bug is logged and is a 500. */
export function registerProblems(app: FastifyInstance, bodyLimit: number): void {
  app.setNotFoundHandler((request, reply) => sendThrown(request, reply, refuse('not_found')));
  app.setErrorHandler((error: FastifyError | RefusedError, request, reply) => {
    const refused = error instanceof RefusedError;
    const refusal = refused ? error.refusal : frameworkRefusal(error, request, bodyLimit);
    return sendThrown(request, reply, refusal);
  });
}

/** Answers what no handler answered. */
export function sendThrown(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
): FastifyReply {
  countThrown(request, STATUSES[refusal.code]);
  return sendProblem(request, reply, refusal);
}

/** Also for what Fastify refuses before a route is found, such as a URL that cannot be decoded. */
export function frameworkRefusal(
  error: FastifyError,
  request: FastifyRequest,
  bodyLimit: number,
): Refusal {
  if (error instanceof UnwrittenError) return refuse('not_writing', { why: error.message });
  if (error instanceof DamagedJournalError || error instanceof ChangedHistoryError)
    return refuse('damaged', { why: error.message });
  const status = error.statusCode ?? 500;
  if (status === 413) return refuse('body_too_large', { limit: bodyLimit });
  if (status === 415) return refuse('unsupported_media_type');
  if (status >= 400 && status < 500) {
    const errors = [{ ...fault('#', 'invalid_request'), detail: error.message }];
    return refuse('invalid_request', {}, { errors });
  }
  request.log.error(
    { err: error, url: request.routeOptions.url },
    'a request failed: this is a bug',
  );
  return refuse('internal_error');
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../../schemas/refusals.ts';
import type { Connections } from './connections.ts';
import { formFault } from './form.ts';
import { RefusedError } from './problems.ts';
import { NOBODY, PATIENCE_MS, type Shares } from './shares.ts';
import { notHttp } from './unparsed.ts';

/** A longer body, or a page of more items, is long: few of them are under way at once. */
const LONG_BODY_BYTES = 4_096;
const LONG_PAGE = 100;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its answer may be long whatever is asked, or is written bit by bit. */
    isLong?: boolean;
  }
  interface FastifyRequest {
    /** Whose share of the service it takes. */
    asker: string;
  }
}

type Done = (error?: Error) => void;

/** Lets requests begin, each when it is the turn of who asks. */
export class Admission {
  readonly #shares: Shares;
  readonly #connections: Connections;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(shares: Shares, connections: Connections, headers: Readonly<Record<string, string>>) {
    this.#shares = shares;
    this.#connections = connections;
    this.#headers = headers;
  }

  /** Has long bodies read in turn, and refuses what no route answers before its body is read. */
  register(app: FastifyInstance): void {
    app.decorateRequest('asker', NOBODY);
    app.addHook('onRequest', (request, reply, done) => {
      if (!request.is404) return done();
      this.begin(request, reply, () => done(new RefusedError(refuse('not_found'))), done);
    });
    const parse = app.getDefaultJsonParser('error', 'error');
    app.removeContentTypeParser('application/json');
    app.addContentTypeParser<string>(
      'application/json',
      { parseAs: 'string' },
      (request, body, done) => {
        if (body.length < LONG_BODY_BYTES) return void parse(request, body, done);
        void this.piece(request).then(() => {
          void parse(request, body, (error: Error | null, json?: unknown) => {
            done(error ?? formFault(json) ?? null, json);
          });
        });
      },
    );
  }

  /**
   * Begins a request when it is its turn.
   * @param go lets it go on; a request whose caller has gone meanwhile never does
   */
  begin(request: FastifyRequest, reply: FastifyReply, go: () => void, refused: Done): void {
    reply.headers(this.#headers);
    const { caller, raw } = request;
    if (caller !== undefined) this.#connections.know(raw.socket);
    const asker = caller === undefined ? NOBODY : (caller.organisation ?? caller.accessId);
    const long = isLong(request);
    request.asker = asker;
    this.#shares.enter(
      asker,
      long,
      () => {
        if (reply.raw.closed) return this.#shares.left(asker, long);
        reply.raw.once('close', () => this.#shares.left(asker, long));
        if (raw.headers.host === undefined && raw.httpVersion === '1.1') {
          return refused(new RefusedError(notHttp('has no Host header (RFC 9112, 3.2)')));
        }
        go();
      },
      () => refused(tooMany('requests that wait')),
    );
  }

  /** Ends when the asker of a request may hold the thread for some milliseconds more. */
  piece({ asker }: FastifyRequest): Promise<void> {
    return this.#shares.piece(asker);
  }
}

function isLong({ headers, routeOptions, method, query }: FastifyRequest): boolean {
  if (routeOptions.config.isLong === true) return true;
  if (method === 'GET') return Number((query as { limit?: string }).limit ?? 0) > LONG_PAGE;
  if (headers['transfer-encoding'] !== undefined) return true;
  return Number(headers['content-length'] ?? 0) >= LONG_BODY_BYTES;
}

function tooMany(limited: string): RefusedError {
  const seconds = Math.ceil(PATIENCE_MS / 1000);
  return new RefusedError(
    refuse('too_many_requests', { limited, seconds }, { facts: { seconds } }),
  );
}

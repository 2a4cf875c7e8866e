import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { keySchema } from '../../schemas/keys.ts';
import type { Given } from './command.ts';
import { EXIT, Failure, wrongUsage, type Exit } from './failure.ts';
import type { Io } from './io.ts';

const DEFAULT_URL = 'http://127.0.0.1:3000';
const ATTEMPTS_MAX = 4;
const FIRST_WAIT_MS = 500;
const WAIT_MAX_MS = 60_000;
const ANSWER_MS = 30_000;
/** Far more than any answer has; the rest of a longer one would only fill memory. */
const ANSWER_MIB_MAX = 256;
const TOO_MANY = 429;
const SERVER_ERROR = 500;
const CSV = 'text/csv';
const BYTES = 'application/octet-stream';

/** A problem as the service words it; later codes than this program knows are read as well. */
const problemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  retryable: z.boolean().default(false),
  errors: z
    .array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() }))
    .default([]),
});

/** The service said no. */
export class Refused extends Failure {
  readonly pointers: z.infer<typeof problemSchema>['errors'];
  /** The fields that differ from what the same idempotency key did before, where that is why. */
  readonly differs: string | undefined;

  constructor(exit: Exit, { code, detail, errors }: z.infer<typeof problemSchema>) {
    const faults = errors.map((one) => ({ code: one.code, detail: worded(one) }));
    super(exit, code, detail, faults);
    this.pointers = errors;
    this.differs = code === 'key_reused' ? /what differs: ([^.]*)/.exec(detail)?.[1] : undefined;
  }
}

function worded({ pointer, detail }: { pointer: string; detail: string }): string {
  return pointer === '#' ? detail : `${pointer.slice(2)}: ${detail}`;
}

/** What the service answered; `replayed` if it had answered the same request before. */
export type Answered<T> = { readonly body: T; readonly replayed: boolean };

type Sent = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** A body that is a sheet. */
  readonly sheet?: string;
  readonly accept?: string;
  readonly idempotencyKey?: string;
};

type Attempt =
  | { readonly answer: { readonly json: unknown; readonly replayed: boolean } }
  | { readonly failure: Failure; readonly retryAfter_ms?: number };

/**
 * Speaks to a service with one key. What fails for a while is tried again a few times; a write
 * keeps its idempotency key, so it is never there twice.
 */
export class Client {
  readonly url: string;
  readonly #key: string | undefined;
  readonly #io: Io;

  /** @param key nothing for what is for everybody */
  constructor(url: string, key: string | undefined, io: Io) {
    this.url = url;
    this.#key = key;
    this.#io = io;
  }

  async get<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
    const { json } = await this.#send({ method: 'GET', path });
    return this.#read(json, schema);
  }

  /** What is at an address, asked once; undefined where the service knows of nothing there. */
  async find<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S> | undefined> {
    const result = await this.#attempt({ method: 'GET', path });
    if ('answer' in result) return this.#read(result.answer.json, schema);
    if (result.failure.code.endsWith('_not_found')) return undefined;
    throw result.failure;
  }

  async post<S extends z.ZodType>(
    path: string,
    body: unknown,
    idempotencyKey: string,
    schema: S,
  ): Promise<Answered<z.output<S>>> {
    const sent = { method: 'POST', path, body, idempotencyKey } as const;
    const { json, replayed } = await this.#send(sent);
    return { body: this.#read(json, schema), replayed };
  }

  /** A report as the CSV that the service makes of it, byte for byte. */
  async getCsv(path: string): Promise<string> {
    const { json } = await this.#send({ method: 'GET', path, accept: CSV });
    return this.#read(json, z.string());
  }

  /** What is answered as plain text. */
  async getText(path: string): Promise<string> {
    const { json } = await this.#send({ method: 'GET', path, accept: 'text/plain' });
    return this.#read(json, z.string());
  }

  /** What is answered as bytes. */
  async getBytes(path: string): Promise<Uint8Array> {
    const { json } = await this.#send({ method: 'GET', path, accept: BYTES });
    return this.#read(json, z.instanceof(Uint8Array));
  }

  /** Asks for something that is no fact of the ledger, and so takes no idempotency key. */
  async make<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
    const { json } = await this.#send({ method: 'POST', path, body: {} });
    return this.#read(json, schema);
  }

  /** Sends a sheet, as CSV. */
  async postCsv<S extends z.ZodType>(
    path: string,
    sheet: string,
    idempotencyKey: string,
    schema: S,
  ): Promise<Answered<z.output<S>>> {
    const { json, replayed } = await this.#send({ method: 'POST', path, sheet, idempotencyKey });
    return { body: this.#read(json, schema), replayed };
  }

  /** An HMAC-SHA-256 under the access key, in hex: the same again only for who has that key. */
  keyed(words: string): string {
    return createHmac('sha256', this.#key ?? '')
      .update(words)
      .digest('hex');
  }

  async #send(sent: Sent): Promise<{ readonly json: unknown; readonly replayed: boolean }> {
    for (let attempt = 1; ; attempt += 1) {
      const result = await this.#attempt(sent);
      if ('answer' in result) return result.answer;
      const { failure, retryAfter_ms = 0 } = result;
      if (failure.exit !== EXIT.unreachable || attempt === ATTEMPTS_MAX) throw failure;
      const longer_ms = Math.max(FIRST_WAIT_MS * 2 ** (attempt - 1), retryAfter_ms);
      const wait_ms = Math.min(longer_ms, WAIT_MAX_MS);
      this.#io.progress(`  ${failure.code}: trying again in ${wait_ms / 1000} s …\n`);
      await this.#io.wait(wait_ms);
    }
  }

  async #attempt({ method, path, idempotencyKey, accept, ...sent }: Sent): Promise<Attempt> {
    const headers: Record<string, string> = {};
    if (this.#key !== undefined) headers['authorization'] = `Bearer ${this.#key}`;
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    if (accept !== undefined) headers['accept'] = accept;
    const body = sent.sheet ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
    if (body !== undefined) {
      headers['content-type'] = sent.sheet === undefined ? 'application/json' : CSV;
    }
    try {
      const response = await this.#io.fetch(`${this.url}${path}`, {
        method,
        headers,
        // A key goes to the address that was named and is not carried on to another.
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(body !== undefined && { body }),
      });
      return this.#judge(response, await bytesOf(response));
    } catch (error) {
      return { failure: this.#unreachable(reasonOf(error)) };
    }
  }

  #judge(response: Response, bytes: Uint8Array): Attempt {
    const json = understood(response.headers.get('content-type') ?? '', bytes);
    if (response.ok && json !== undefined) {
      const replayed = response.headers.get('idempotent-replayed') === 'true';
      return { answer: { json, replayed } };
    }
    const problem = problemSchema.safeParse(json);
    if (!problem.success) return { failure: this.#stranger(`status ${response.status}`) };
    const retryAfter_ms = Number(response.headers.get('retry-after') ?? 0) * 1000;
    // A day that has not ended may be asked for again later, but not in a moment.
    const passes = response.status === TOO_MANY || response.status >= SERVER_ERROR;
    const exit = problem.data.retryable && passes ? EXIT.unreachable : EXIT.refused;
    return { failure: new Refused(exit, problem.data), retryAfter_ms };
  }

  #read<S extends z.ZodType>(json: unknown, schema: S): z.output<S> {
    const read = schema.safeParse(json);
    if (read.success) return read.data;
    throw this.#stranger(`an answer without ${String(read.error.issues[0]?.path.join('.'))}`);
  }

  #unreachable(why: string): Failure {
    return new Failure(
      EXIT.unreachable,
      'unreachable',
      `The service at ${this.url} could not be reached (${why}). ` +
        'Is it running? npm start starts one; --url names another.',
    );
  }

  #stranger(found: string): Failure {
    return new Failure(
      EXIT.unreachable,
      'not_a_ledger',
      `What answers at ${this.url} does not speak as a Time Credits ledger does (${found}). ` +
        'Look at --url.',
    );
  }
}

/** The client that the options and the environment describe. */
export function clientFrom(given: Given, io: Io): Client {
  const url = addressFrom(given);
  const key = keyFrom(given, io);
  if (key !== undefined) return new Client(url, key, io);
  throw wrongUsage('No key: set TIMECREDITS_KEY to an access key, or give --key KEY.');
}

/** The same for what is for everybody, and whether there is a key all the same. */
export function openClientFrom(
  given: Given,
  io: Io,
): { readonly client: Client; readonly hasKey: boolean } {
  const key = keyFrom(given, io);
  return { client: new Client(addressFrom(given), key, io), hasKey: key !== undefined };
}

function addressFrom(given: Given): string {
  const url = given.text('url') ?? DEFAULT_URL;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw wrongUsage(`--url ${JSON.stringify(url)} is not an address such as ${DEFAULT_URL}.`);
  }
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}

function keyFrom(given: Given, io: Io): string | undefined {
  const key = given.text('key') ?? io.environment['TIMECREDITS_KEY'];
  if (key === undefined || key === '') return undefined;
  if (keySchema.safeParse(key).success) return key;
  throw wrongUsage('The key is not whole or mistyped; it looks like tcl_<id>_<secret>_<checksum>.');
}

/** A new idempotency key, for what is meant anew at every run. */
export function newKey(io: Io): string {
  return `cli-${Buffer.from(io.random(16)).toString('hex')}`;
}

/** The body of an answer, as far as anybody would need it. */
async function bytesOf({ body }: Response): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    length += piece.length;
    if (length > ANSWER_MIB_MAX * 2 ** 20) {
      throw new Error(`an answer of more than ${ANSWER_MIB_MAX} MiB`);
    }
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** What was answered: bytes, text, or what JSON says; undefined where it is none of them. */
function understood(type: string, bytes: Uint8Array): unknown {
  if (type.startsWith(BYTES)) return bytes;
  const text = new TextDecoder().decode(bytes);
  if (type.startsWith('text/plain') || type.startsWith(CSV)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message: string } };
  if (name === 'TimeoutError') return `no answer in ${ANSWER_MS / 1000} s`;
  return cause?.code ?? cause?.message ?? message;
}

import type { FastifyInstance, InjectOptions } from 'fastify';
import { cardHmacWith } from '../../src/cardKey.ts';
import { configFrom } from '../../src/config.ts';
import { buildApp } from '../../src/http/app.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { CheckpointStore } from '../../src/checkpoints/store.ts';
import { makeSigner } from '../../src/proofs/note.ts';
import { openService, type Service, type ServiceOptions } from '../../src/service.ts';
import { makeKey } from '../../schemas/keys.ts';
import type { Predecessor, Rules } from '../../schemas/events/ledger.ts';

/** The day on which every test begins, at ten in the morning in London. */
export const START_MS = Date.parse('2026-06-10T09:00:00.000Z');
export const TODAY = '2026-06-10';

/** A clock that only the test moves. */
export type TestClock = { now_ms: number; forward(ms: number): void };

export function testClock(): TestClock {
  return {
    now_ms: START_MS,
    forward(ms) {
      this.now_ms += ms;
    },
  };
}

/** Bytes that look random and are the same at every run. */
export function testRandom(seed = 1): (bytes: number) => Uint8Array {
  let state = seed >>> 0 || 1;
  return (bytes) =>
    Uint8Array.from({ length: bytes }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 0xff;
    });
}

export const ADMIN_KEY = makeKey(new Uint8Array(10).fill(1), new Uint8Array(32).fill(2));

export type TestApp = {
  readonly app: FastifyInstance;
  readonly service: Service;
  readonly clock: TestClock;
  readonly journal: Journal;
  /** Why the journal was called broken, if it was. */
  readonly broken: string[];
};

export type TestOptions = {
  readonly journal?: Journal;
  readonly rules?: Partial<Rules>;
  readonly seed?: number;
  readonly clock?: TestClock;
  readonly network?: string;
  readonly checkpoints?: ServiceOptions['checkpoints'];
  readonly predecessor?: Predecessor | undefined;
  /** What a test wants otherwise of the service. */
  readonly service?: Partial<ServiceOptions>;
  readonly saved?: ServiceOptions['saved'];
};

/** Checkpoints kept in memory, and one signing key. */
export function testCheckpoints(): ServiceOptions['checkpoints'] {
  const signer = makeSigner('credits.example/test', Buffer.alloc(32, 5));
  return { store: new CheckpointStore(':memory:'), signers: [signer] };
}

/** A service on a journal (in memory unless another is given), on a clock the test moves. */
export async function testApp(options: TestOptions = {}): Promise<TestApp> {
  const { network, predecessor } = options;
  const clock = options.clock ?? testClock();
  const journal = options.journal ?? memoryJournal();
  const broken: string[] = [];
  const { opening } = configFrom(network === undefined ? {} : { NETWORK: network });
  const service = await openService({
    journal,
    opening: { ...opening, rules: { ...opening.rules, ...options.rules }, predecessor },
    checkpoints: options.checkpoints ?? testCheckpoints(),
    bootstrapAdminKey: ADMIN_KEY,
    now_ms: () => clock.now_ms,
    moveClock: (to_ms) => {
      clock.now_ms = to_ms;
    },
    random: testRandom(options.seed),
    cardHmac: cardHmacWith(Buffer.alloc(32, 7)),
    saved: options.saved,
    broken: (why) => broken.push(why),
    ...options.service,
  });
  const app = await buildApp(service);
  await app.ready();
  return { app, service, clock, journal, broken };
}

export type Answer<T = Record<string, never>> = {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: T;
};

let keys = 0;

/** Speaks to a service as one access would, with a new idempotency key for each write. */
export class Client {
  readonly #app: FastifyInstance;
  readonly #key: string | undefined;

  constructor(app: FastifyInstance, key: string | undefined) {
    this.#app = app;
    this.#key = key;
  }

  get<T = Record<string, never>>(url: string, headers: Record<string, string> = {}) {
    return this.#send<T>({ method: 'GET', url, headers });
  }

  /** @param idempotencyKey a new one unless it is given; `null` sends none */
  post<T = Record<string, never>>(url: string, body: unknown, idempotencyKey?: string | null) {
    keys += 1;
    const key = idempotencyKey === undefined ? `test-${keys}` : idempotencyKey;
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (key !== null) headers['idempotency-key'] = key;
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    return this.#send<T>({ method: 'POST', url, headers, payload });
  }

  async #send<T>(options: InjectOptions): Promise<Answer<T>> {
    const authorization = this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` };
    const response = await this.#app.inject({
      ...options,
      headers: { ...authorization, ...options.headers },
    });
    const json = /[/+]json/.test(String(response.headers['content-type']));
    const body = (json ? JSON.parse(response.body) : response.body) as T;
    return { status: response.statusCode, headers: response.headers, body };
  }
}

import type { FastifyInstance } from 'fastify';
import { diskFiles } from '../../src/cli/files.ts';
import type { Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';
import { START_MS, testRandom } from '../support/service.ts';
import type { World } from '../support/world.ts';

/** A request that a command sent, as the service got it. */
export type SentRequest = {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
};

export type Ran = {
  readonly status: number;
  readonly output: string;
  readonly progress: string;
};

export type RanJson<T> = { readonly status: number; readonly body: T };

/** Every command line has randomness of its own, so that their idempotency keys differ. */
let seeds = 1000;

/** The command line in front of a service in this process: no port, no terminal, no waiting. */
export class CommandLine {
  readonly sent: SentRequest[] = [];
  /** How long commands wanted to wait before they tried again. */
  readonly waits: number[] = [];
  /** What goes wrong with the next requests, in order; `lost` is recorded but not answered. */
  readonly faults: ('none' | 'lost' | 'unreachable')[] = [];
  environment: Record<string, string | undefined>;
  confirm: Io['confirm'];
  /** Hosts that it really asks, beside the service. */
  readonly outside: string[] = [];
  /** When a command that goes on is to end; at once, unless a test says otherwise. */
  stopped: Io['stopped'] = async () => undefined;
  /** What happens while a command waits. */
  waited: (time_ms: number) => void = () => undefined;
  /** Told of what a command says while it goes on. */
  said: (text: string) => void = () => undefined;
  readonly #app: FastifyInstance | undefined;
  readonly #random = testRandom((seeds += 1));

  constructor(app?: FastifyInstance, key?: string) {
    this.#app = app;
    this.environment = { TIMECREDITS_KEY: key };
  }

  async run(...argv: string[]): Promise<Ran> {
    let output = '';
    let progress = '';
    const status = await run(argv, {
      fetch: (url, init) => this.#fetch(url, init),
      output: (text) => {
        output += text;
        this.said(text);
      },
      progress: (text) => (progress += text),
      environment: this.environment,
      files: diskFiles,
      now_ms: () => START_MS,
      random: this.#random,
      wait: async (time_ms) => {
        this.waits.push(time_ms);
        this.waited(time_ms);
      },
      stopped: this.stopped,
      confirm: this.confirm,
    });
    return { status, output, progress };
  }

  /** Runs with `--json`. */
  async json<T = Record<string, unknown>>(...argv: string[]): Promise<RanJson<T>> {
    const { status, output } = await this.run(...argv, '--json');
    return { status, body: JSON.parse(output) as T };
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const { host, pathname, search } = new URL(url);
    if (this.outside.includes(host)) return fetch(url, init);
    const headers = init.headers as Record<string, string>;
    const body = typeof init.body === 'string' ? init.body : '';
    this.sent.push({ url: pathname + search, headers, body });
    const fault = this.faults.shift();
    if (fault === 'unreachable' || this.#app === undefined) throw unreachable();
    const response = await this.#app.inject({
      method: init.method as 'GET' | 'POST',
      url: pathname + search,
      headers,
      payload: body,
    });
    if (fault === 'lost') throw unreachable();
    return new Response(new Uint8Array(response.rawPayload), {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
    });
  }
}

function unreachable(): Error {
  return Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
}

/** The command line of a new coordinator of the world's earn group. */
export async function coordinatorOf({ app, admin, group }: World): Promise<CommandLine> {
  const access = { role: 'coordinator', organisationId: group.id, label: 'laptop' };
  const { body } = await admin.post<{ key: string }>('/v1/access', access);
  return new CommandLine(app, body.key);
}

/** The command line of a new till of the world's spend partner. */
export async function tillOf({ app, admin, partner }: World): Promise<CommandLine> {
  const access = { role: 'partner', organisationId: partner.id, label: 'front-desk' };
  const { body } = await admin.post<{ key: string }>('/v1/access', access);
  return new CommandLine(app, body.key);
}

/** The part of the load generator that the bench uses; the package brings no types of its own. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  export type Request = {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly setupRequest?: (request: Request, context: Context) => Request;
    readonly onResponse?: (status: number, body: string, context: Context) => void;
  };
  /** What the requests of one connection hand on to those after them. */
  export type Context = { holdId?: string };
  export type Client = EventEmitter & { setRequests(requests: readonly Request[]): void };
  export type Options = {
    readonly url: string;
    readonly connections: number;
    readonly duration: number;
    readonly maxConnectionRequests: number;
    readonly sampleInt: number;
    readonly setupClient: (client: Client) => void;
  };
  export type Result = {
    readonly errors: number;
    readonly timeouts: number;
    readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>;
  };
  const autocannon: (
    options: Options,
    done: (error: Error | null, result: Result) => void,
  ) => EventEmitter;
  export default autocannon;
}

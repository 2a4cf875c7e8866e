import type { Appended } from '../../../schemas/stream.ts';
import { encode } from '../encode.ts';
import type { Following } from './following.ts';
import type { Mirror } from './mirror.ts';
import type { Server } from './server.ts';
import { elapsed, growingWait_ms, type Time } from './time.ts';

export type AppendingOptions = {
  readonly server: Server;
  readonly mirror: Mirror;
  readonly following: Following;
  readonly time: Time;
  readonly random: (bytes: number) => Uint8Array;
};

/** How long what certainly wrote nothing is tried again, before the callers are told. */
const TRYING_MS = 3_000;
/** How long the subscription has for what overtook an append, before it is read. */
const OVERTAKEN_MS = 100;

/**
 * Appends, one at a time. What it answers is certain: `written` once the mirror has the events
 * too, `conflict` once the mirror has the event that stands there instead, `unavailable` only
 * where nothing was sent or the server said that it did nothing, and otherwise `unknown`.
 */
export class Appending {
  readonly #options: AppendingOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: AppendingOptions) {
    this.#options = options;
  }

  append(given: readonly string[], expectedRevision: number): Promise<Appended> {
    const appended = this.#last.then(() => this.#append(given, expectedRevision));
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  /** Resolves once nothing is being appended. */
  async idle(): Promise<void> {
    await this.#last;
  }

  async #append(given: readonly string[], expectedRevision: number): Promise<Appended> {
    const encoded = encode(given);
    if ('malformed' in encoded) return { outcome: 'malformed', ...encoded.malformed };
    const { following, time, random } = this.#options;
    const until_ms = time.now_ms() + TRYING_MS;
    for (let failures = 0; ; failures += 1) {
      if (following.broken !== undefined) return { outcome: 'broken', why: following.broken };
      const { failure } = this.#options.mirror;
      const tried = await (failure === undefined
        ? this.#try(encoded.lines, expectedRevision)
        : { why: failure.message, lasting: false });
      if ('outcome' in tried) return tried;
      if (failure === undefined) following.doubt(tried.why);
      if (tried.lasting || time.now_ms() >= until_ms) {
        return { outcome: 'unavailable', why: tried.why };
      }
      await elapsed(time, growingWait_ms(failures, random));
    }
  }

  /** Tries once; what is no outcome has certainly written nothing. */
  async #try(
    lines: readonly string[],
    expectedRevision: number,
  ): Promise<Appended | { readonly why: string; readonly lasting: boolean }> {
    const { server, mirror, following } = this.#options;
    if (this.#isOvertaken(expectedRevision)) return { outcome: 'conflict' };
    // What was never read here may stand at the server; and no events ask for the server's word.
    if (mirror.end < expectedRevision || lines.length === 0 || following.trouble !== undefined) {
      const why = await following.look();
      if (why !== undefined) return { why, lasting: false };
      if (mirror.end !== expectedRevision || mirror.wall !== undefined) {
        return { outcome: 'conflict' };
      }
      if (lines.length === 0) return { outcome: 'written' };
    }
    following.sending(expectedRevision + 1, lines);
    const sent = await server.append(lines, expectedRevision);
    switch (sent.outcome) {
      case 'written':
        return this.#keep(lines, expectedRevision);
      case 'conflict':
        return this.#overtaken(expectedRevision);
      case 'refused':
        if (!sent.fault.deleted) return sent.fault;
        following.break(`the stream ${server.stream} was deleted for good`);
        return { outcome: 'broken', why: following.broken! };
      default:
        following.doubt(sent.why);
        return sent;
    }
  }

  /** What is written is read from the mirror; so it is answered once the mirror has it. */
  async #keep(lines: readonly string[], expectedRevision: number): Promise<Appended> {
    const { mirror, following } = this.#options;
    try {
      await mirror.take(expectedRevision + 1, lines);
      return { outcome: 'written' };
    } catch (error) {
      const outcome = following.broken === undefined ? 'unknown' : 'broken';
      return { outcome, why: (error as Error).message };
    }
  }

  /** After this the stream has another event there for good, and what was sent can never land. */
  async #overtaken(
    expectedRevision: number,
  ): Promise<Appended | { readonly why: string; readonly lasting: boolean }> {
    const { mirror, following } = this.#options;
    if (await mirror.grownPast(expectedRevision, OVERTAKEN_MS)) return { outcome: 'conflict' };
    const why = await following.look();
    if (this.#isOvertaken(expectedRevision)) return { outcome: 'conflict' };
    const nothing = `the server shows nothing after revision ${expectedRevision}, yet refuses it`;
    return { why: why ?? nothing, lasting: false };
  }

  #isOvertaken(expectedRevision: number): boolean {
    const { end, wall } = this.#options.mirror;
    return end > expectedRevision || wall?.revision === expectedRevision + 1;
  }
}

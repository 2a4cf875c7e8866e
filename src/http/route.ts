import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { credits, type Hundredths } from '../../schemas/amounts.ts';
import {
  COMMAND_ROLES,
  drawCommand,
  type Ask,
  type Bearer,
  type Command,
} from '../../schemas/commands.ts';
import type { EventOf, EventType, Recorded } from '../../schemas/events/index.ts';
import {
  transactionIdAt,
  type Account,
  type MemberId,
  type TransactionId,
} from '../../schemas/ids.ts';
import { readCard } from '../../schemas/cards.ts';
import type { Outcome } from '../ledger/round.ts';
import type { Admission } from './admission.ts';
import { asksAtLeast, atLeastHeader, waitFor } from './atLeast.ts';
import { authenticate, callerIn, type Caller, type Policy } from './authentication.ts';
import { Budgets, tellLimit } from './budgets.ts';
import { counted } from './counted.ts';
import type { ReadSheet } from './csv.ts';
import { described } from './described.ts';
import { identityOf, keyHeader } from './identity.ts';
import { invalidRequest, sendProblem } from './problems.ts';
import type { Services } from './services.ts';
import { UnknownCards } from './unknownCards.ts';

type Schema = z.ZodType;
type Read<T extends Schema | undefined> = T extends Schema ? z.output<T> : undefined;

type Common<P extends Schema | undefined, Q extends Schema | undefined, A extends Schema> = {
  readonly url: string;
  readonly tag: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly answer: A;
};

/** What a handler gets: what was sent, already checked, and who sent it. */
export type Input<P, Q, B> = {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
};

export type ReadRoute<
  P extends Schema | undefined,
  Q extends Schema | undefined,
  A extends Schema,
> = Common<P, Q, A> & {
  readonly policy: Policy;
  /** It answers nothing of the ledger, so that there is no revision to wait for. */
  readonly apart?: boolean;
  /** The hash of a token that opens it as well as a key. */
  readonly tokenHash?: string | undefined;
  /** The other types of content that it answers in, to who accepts them. */
  readonly forms?: readonly string[];
  /** Its answer may be long whatever is asked, so that few of them are under way at once. */
  readonly isLong?: boolean;
  /** All statuses of its answer, where there are others than 200. */
  readonly statuses?: readonly number[];
  readonly handle: (
    input: Omit<Input<Read<P>, Read<Q>, undefined>, 'caller'>,
  ) => Promise<z.input<A> | FastifyReply> | z.input<A> | FastifyReply;
};

export type SetRoute<B extends Schema, A extends Schema> = Common<undefined, undefined, A> & {
  readonly policy: Policy;
  readonly body: B;
  readonly handle: (body: z.output<B>) => z.input<A> | Promise<z.input<A>>;
};

/** What a write made, for the route to word its answer from. */
export type Done = {
  readonly outcome: Exclude<Outcome['outcome'], 'refused'>;
  readonly recorded: readonly Recorded[];
  readonly first: Recorded;
  /** The revision of the command's last event. */
  readonly revision: number;
  /** The balance as at the command's last event. */
  readonly balance: (account: Account) => string;
};

/** What a request asks for, and how its answer is worded once it is done. */
export type Prepared<A extends Schema> = {
  readonly ask: Ask;
  readonly answer: (done: Done) => z.input<A>;
};

export type WriteRoute<
  P extends Schema | undefined,
  Q extends Schema | undefined,
  B extends Schema,
  A extends Schema,
> = Common<P, Q, A> & {
  readonly command: Ask['type'];
  readonly body: B;
  /** Reads a body that is sent as CSV into the one that it stands for. */
  readonly csv?: ReadSheet;
  /** 201 where something new is named, 200 where something that was there changes. */
  readonly status?: 200 | 201;
  readonly preview?: (query: Read<Q>) => boolean;
  readonly prepare: (input: Input<Read<P>, Read<Q>, z.output<B>>) => Prepared<A>;
};

/** Registers routes: reads with a policy, writes with that of their command. */
export class Routes {
  readonly app: FastifyInstance;
  readonly services: Services;
  readonly #admission: Admission;
  readonly #unknownCards: UnknownCards;
  readonly #budgets: Budgets;

  constructor(app: FastifyInstance, services: Services, admission: Admission) {
    this.app = app;
    this.services = services;
    this.#admission = admission;
    const { now_ms, sequencer } = services;
    const { isOneOfSeveral } = sequencer;
    this.#budgets = new Budgets(now_ms);
    this.#unknownCards = new UnknownCards({
      now_ms,
      ledger: () => sequencer.ledger,
      isOneOfSeveral,
    });
  }

  read<A extends Schema, P extends Schema | undefined, Q extends Schema | undefined>(
    route: ReadRoute<P, Q, A>,
  ): void {
    const { url, policy, tokenHash, forms, isLong, statuses = [200] } = route;
    // Who has no key keeps nobody waiting.
    const waits = policy !== 'public' && route.apart !== true;
    const figures = this.services.figures.route('GET', url);
    this.app.route({
      method: 'GET',
      url,
      config: { policy, figures, tokenHash, ...(forms && { forms }), ...(isLong && { isLong }) },
      schema: described({ ...route, statuses, headers: waits ? atLeastHeader : undefined }),
      handler: counted(this.services.figures, figures, async (request, reply) => {
        if (waits && asksAtLeast(request)) await this.#awaitRevision(request, policy);
        const { params, query } = request as unknown as { params: Read<P>; query: Read<Q> };
        return route.handle({ params, query, body: undefined, request, reply });
      }),
    });
  }

  /** Registers a change that is no fact of the ledger, and so writes nothing in the stream. */
  set<B extends Schema, A extends Schema>(route: SetRoute<B, A>): void {
    const { url, policy, body } = route;
    const figures = this.services.figures.route('POST', url);
    this.app.route({
      method: 'POST',
      url,
      config: { policy, figures },
      schema: { ...described({ ...route, statuses: [200] }), body },
      handler: counted(this.services.figures, figures, async (request) =>
        route.handle(request.body as z.output<B>),
      ),
    });
  }

  write<
    B extends Schema,
    A extends Schema,
    P extends Schema | undefined,
    Q extends Schema | undefined,
  >(route: WriteRoute<P, Q, B, A>): void {
    const status = route.status ?? 201;
    const policy = COMMAND_ROLES[route.command];
    const figures = this.services.figures.route('POST', route.url);
    const statuses = route.preview ? [status, 200] : [status];
    this.app.route({
      method: 'POST',
      url: route.url,
      config: { policy, figures, ...(route.csv && { csv: route.csv }) },
      ...(route.body.safeParse({}).success && { preValidation: refuseNull }),
      schema: {
        ...described({ ...route, policy, statuses, headers: keyHeader }),
        body: route.body,
      },
      handler: counted(this.services.figures, figures, async (request, reply) => {
        const caller = callerIn(request);
        const { params, query, body } = request as unknown as Input<Read<P>, Read<Q>, z.output<B>>;
        const preview = route.preview?.(query) ?? false;
        const identity = preview ? {} : identityOf(this.services, request, caller, route.url);
        const prepared = route.prepare({ params, query, body, caller, request, reply });
        const command: Command = {
          ...drawCommand(this.services.random),
          by: caller.accessId,
          ...identity,
          ask: prepared.ask,
        };
        const taken = this.#unknownCards.take(caller, prepared.ask);
        if ('refusal' in taken) {
          tellLimit(reply, taken.limit);
          return sendProblem(request, reply, taken.refusal);
        }
        const spent = preview ? undefined : this.#budgets.take(caller, route.command, reply);
        if (spent !== undefined) return sendProblem(request, reply, spent);
        const outcome = await this.services.sequencer.submit(command, preview);
        this.#unknownCards.settle(taken);
        if (outcome.outcome === 'refused') return sendProblem(request, reply, outcome.refusal);
        return this.#answer(reply, outcome, status, prepared.answer);
      }),
    });
  }

  /** Who a body names: by id, or by the HMAC of the card that was shown. */
  bearer({
    memberId,
    card,
  }: {
    memberId?: MemberId | undefined;
    card?: string | undefined;
  }): Bearer {
    if (memberId !== undefined) return { memberId };
    return { cardHmac: this.services.cardHmac(readCard(card ?? '') ?? '') };
  }

  /**
   * Ends when who asks may hold the thread for some milliseconds more. Whatever goes through much
   * of the history does it piece by piece.
   */
  piece(request: FastifyRequest): Promise<void> {
    return this.#admission.piece(request);
  }

  /** A key may have been revoked, or its role changed, in what was waited for. */
  async #awaitRevision(request: FastifyRequest, policy: Policy): Promise<void> {
    await waitFor(request, this.services.awaited);
    request.caller = authenticate(request, policy, this.services);
  }

  #answer<A extends Schema>(
    reply: FastifyReply,
    outcome: Exclude<Outcome, { outcome: 'refused' }>,
    status: number,
    word: (done: Done) => z.input<A>,
  ): z.input<A> {
    const { recorded } = outcome;
    const revision = recorded.at(-1)!.revision;
    const { entries } = this.services.projections;
    const balanceOf =
      outcome.outcome === 'previewed'
        ? outcome.balanceOf
        : (account: Account): Hundredths => entries.balance(account, revision);
    const balance = (account: Account) => credits(balanceOf(account));
    if (outcome.outcome === 'replayed') reply.header('idempotent-replayed', 'true');
    if (outcome.outcome === 'previewed') {
      reply.code(200);
    } else {
      reply.code(outcome.outcome === 'standing' ? 200 : status);
      reply.header('ledger-revision', revision);
    }
    return word({ outcome: outcome.outcome, recorded, first: recorded[0]!, revision, balance });
  }
}

/**
 * The event that a command of one kind makes, for an answer to be worded from.
 * @throws TypeError if it is another, which is a bug
 */
export function eventOf<T extends EventType>({ event }: Recorded, type: T): EventOf<T> {
  if (event.type !== type) throw new TypeError(`${event.type} where ${type} was made`);
  return event as EventOf<T>;
}

/** The transaction of a recorded event. */
export function transactionOf({ revision, event }: Recorded): TransactionId {
  return transactionIdAt(revision, event.command.id);
}

/** Fastify shows a validator `null` also where no body was sent, which is taken for `{}`. */
function refuseNull(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (request.body === null) throw invalidRequest(z.object({}).safeParse(null).error!);
  done();
}

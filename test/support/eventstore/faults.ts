import { setTimeout as elapsed } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';

/**
 * What can be made to go wrong, for the next call, for some calls, or until it is switched off.
 */

export type Method =
  'append' | 'read' | 'subscribe' | 'delete' | 'tombstone' | 'gossip' | 'features';

/** Before or after the stand-in does what the call asks for. */
export type When = 'before' | 'after';

export type Endpoint = { readonly host: string; readonly port: number };

/** What the server says instead of what was asked for. */
export type Problem =
  | { readonly is: 'failed'; readonly code: status }
  | { readonly is: 'timeout' }
  | { readonly is: 'busy' }
  | { readonly is: 'not-ready' }
  | { readonly is: 'not-leader'; readonly leader: Endpoint | undefined };

export type Fault = {
  readonly when: When;
  readonly afterEvents: number | undefined;
  readonly onlyFresh: boolean;
  /** To be called as it takes effect. */
  readonly takesEffect: () => void;
} & (
  | { readonly does: 'nothing' | 'cut' | 'end' }
  | { readonly does: 'refuse'; readonly problem: Problem }
  | { readonly does: 'wait'; readonly until: () => Promise<boolean> }
);

/** Which calls a fault strikes. */
export type Scope = {
  /** One unless it is given; `Infinity`: until it is switched off. */
  readonly times?: number;
  /** Appends, over either path, unless it is given. */
  readonly on?: Method;
  /** Calls about this stream; about any unless it is given. */
  readonly stream?: string;
  /** Only appends that wrote something, not those that are sent once more. */
  readonly onlyFresh?: boolean;
};
export type Broken = Scope & {
  /** Before, unless it is given. */
  readonly when?: When;
  /** For reads and subscriptions: once so many events were sent. */
  readonly afterEvents?: number;
};

/** A fault that is switched on. */
export type Switched = {
  /** On how many calls it has taken effect. */
  readonly struck: number;
  /** Resolves once it has taken effect on so many calls, one unless it is given. */
  hit(times?: number): Promise<void>;
  /** Strikes no more calls; what it holds goes on. */
  off(): void;
};

/** A subscription that runs, as faults see it. */
export type LiveSubscription = {
  end(): void;
  fail(code: status): void;
  deafen(): void;
  hearAgain(): void;
};

type Waiting = { readonly times: number; readonly resolve: () => void };
type Switch = {
  readonly fault: Fault;
  readonly scope: Required<Pick<Scope, 'times' | 'on'>> & Pick<Scope, 'stream'>;
  /** Calls that it was chosen for, and those of them on which it has taken effect. */
  chosen: number;
  struck: number;
  waiting: Waiting[];
  onlyWhereLeaderIsRequired: boolean;
};

export class Faults {
  /** The subscriptions that run. */
  readonly live = new Set<LiveSubscription>();
  /** Whether subscriptions to come hear nothing either. */
  deafensNew = false;
  #switches: Switch[] = [];
  #down = new AbortController();

  /** Never answered, and nothing done. */
  swallow(scope: Scope = {}): Switched {
    return this.#on({ does: 'nothing', when: 'before' }, scope);
  }

  /** Done, and never answered. */
  loseReply(scope: Scope = {}): Switched {
    return this.#on({ does: 'nothing', when: 'after' }, scope);
  }

  /** The call's own stream fails; the connection stays. `UNAVAILABLE` unless a code is given. */
  breakStream(scope: Broken & { readonly code?: status } = {}): Switched {
    const problem = { is: 'failed', code: scope.code ?? status.UNAVAILABLE } as const;
    return this.#on({ does: 'refuse', problem, when: scope.when ?? 'before' }, scope);
  }

  /** The call's connection is cut, with all that runs over it. */
  breakConnection(scope: Broken = {}): Switched {
    return this.#on({ does: 'cut', when: scope.when ?? 'before' }, scope);
  }

  /** The call's stream ends as if all were well; an append alone by itself fails. */
  endStream(scope: Broken = {}): Switched {
    return this.#on({ does: 'end', when: scope.when ?? 'before' }, scope);
  }

  /** The server gave up waiting for its own disk or for the others of its cluster. */
  timeout(scope: Broken = {}): Switched {
    const problem = { is: 'timeout' } as const;
    return this.#on({ does: 'refuse', problem, when: scope.when ?? 'before' }, scope);
  }

  busy(scope: Scope = {}): Switched {
    return this.#on({ does: 'refuse', problem: { is: 'busy' }, when: 'before' }, scope);
  }

  notReady(scope: Scope = {}): Switched {
    return this.#on({ does: 'refuse', problem: { is: 'not-ready' }, when: 'before' }, scope);
  }

  /**
   * Calls that require the leader are told who it is, if it is known. Others are done, as a
   * follower does them: it passes writes on, and answers reads itself.
   */
  notLeader(scope: Scope & { readonly leader?: Endpoint | undefined } = {}): Switched {
    const problem = { is: 'not-leader', leader: scope.leader } as const;
    return this.#on({ does: 'refuse', problem, when: 'before' }, scope, true);
  }

  /** Answers late; done at once, unless it is to be done late as well (`when: 'before'`). */
  slow(scope: Scope & { readonly delay_ms: number; readonly when?: When }): Switched {
    const { delay_ms, when = 'after' } = scope;
    const until = () => this.#whileUp(elapsed(delay_ms, true, { ref: false }));
    return this.#on({ does: 'wait', until, when }, scope);
  }

  /** Keeps calls until they are let go, before or (unless it is given) after they are done. */
  hold(scope: Scope & { readonly when?: When } = {}): Switched & { release(): void } {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const until = () => this.#whileUp(promise);
    const switched = this.#on({ does: 'wait', until, when: scope.when ?? 'after' }, scope);
    const release = () => {
      switched.off();
      resolve(true);
    };
    return Object.assign(switched, { release });
  }

  /** Every running subscription ends as if all were well. */
  endSubscriptions(): void {
    for (const subscription of [...this.live]) subscription.end();
  }

  /** Every running subscription fails. */
  failSubscriptions(code: status = status.UNAVAILABLE): void {
    for (const subscription of [...this.live]) subscription.fail(code);
  }

  /** Running subscriptions, and new ones if asked for, stay open and deliver nothing any more. */
  deafen({ newOnes = false }: { readonly newOnes?: boolean } = {}): { off(): void } {
    this.deafensNew = newOnes;
    for (const subscription of this.live) subscription.deafen();
    return { off: () => this.hearAgain() };
  }

  hearAgain(): void {
    this.deafensNew = false;
    for (const subscription of this.live) subscription.hearAgain();
  }

  /** Switches everything off. */
  clear(): void {
    this.#switches = [];
    this.hearAgain();
  }

  /** What was waiting is forgotten, as a process forgets it that ends. */
  forgetWaiting(): void {
    this.#down.abort();
    this.#down = new AbortController();
  }

  /** The fault that strikes a call, if one does. */
  strike(method: Method, stream: string, requiresLeader: boolean): Fault | undefined {
    const struck = this.#switches.find(
      ({ scope, onlyWhereLeaderIsRequired }) =>
        scope.on === method &&
        (scope.stream === undefined || scope.stream === stream) &&
        (requiresLeader || !onlyWhereLeaderIsRequired),
    );
    if (struck === undefined) return undefined;
    struck.chosen += 1;
    if (struck.chosen >= struck.scope.times) this.#off(struck);
    return struck.fault;
  }

  #on(
    what: Partial<Fault> & Pick<Fault, 'does' | 'when'>,
    scope: Broken,
    onlyWhereLeaderIsRequired = false,
  ): Switched {
    const { times = 1, on = 'append', stream, afterEvents, onlyFresh = false } = scope;
    const takesEffect = () => {
      added.struck += 1;
      for (const { times, resolve } of added.waiting) if (times <= added.struck) resolve();
    };
    const added: Switch = {
      fault: { ...what, afterEvents, onlyFresh, takesEffect } as Fault,
      scope: { times, on, ...(stream === undefined ? {} : { stream }) },
      chosen: 0,
      struck: 0,
      waiting: [],
      onlyWhereLeaderIsRequired,
    };
    this.#switches.push(added);
    return {
      get struck() {
        return added.struck;
      },
      hit: (times = 1) =>
        new Promise((resolve) => {
          if (added.struck >= times) resolve();
          else added.waiting.push({ times, resolve });
        }),
      off: () => this.#off(added),
    };
  }

  #off(switched: Switch): void {
    this.#switches = this.#switches.filter((other) => other !== switched);
  }

  /** Whether what is waited for came while the server was up. */
  #whileUp(waited: Promise<boolean>): Promise<boolean> {
    const { signal } = this.#down;
    const down = new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    return Promise.race([waited, down]);
  }
}

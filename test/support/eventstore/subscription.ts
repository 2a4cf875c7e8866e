import type { status } from '@grpc/grpc-js';
import { problemAsStatus, streamDeleted } from './answers.ts';
import { fail, type Context } from './context.ts';
import type { LiveSubscription } from './faults.ts';
import {
  caughtUp,
  confirmation,
  eventAnswer,
  written,
  type Interruption,
  type ReadCall,
} from './read.ts';

/**
 * One subscription to one stream: what is there already, the word that it has caught up, and then
 * what comes. Events whose revisions it has passed are not sent again, whatever became of them, as
 * with the real server.
 */
export class Subscription implements LiveSubscription {
  readonly #context: Context;
  readonly #call: ReadCall;
  readonly #stream: string;
  readonly #interruption: Interruption | undefined;
  #next: number;
  #sent = 0;
  #deaf: boolean;
  #pumping = false;
  #caughtUp = false;
  #over = false;
  #forget = (): void => undefined;

  /** @param first the first revision that it is to be sent */
  constructor(
    context: Context,
    call: ReadCall,
    stream: string,
    first: number,
    interruption: Interruption | undefined,
  ) {
    this.#context = context;
    this.#call = call;
    this.#stream = stream;
    this.#next = first;
    this.#interruption = interruption;
    this.#deaf = context.faults.deafensNew;
  }

  run(): void {
    const { store, faults } = this.#context;
    if (store.readable(this.#stream) === 'deleted') {
      return fail(this.#call, streamDeleted(this.#stream));
    }
    faults.live.add(this);
    const stop = store.listen(this.#stream, {
      grown: () => void this.#pump(),
      tombstoned: () => {
        this.#stop();
        fail(this.#call, streamDeleted(this.#stream));
      },
    });
    this.#forget = () => {
      stop();
      faults.live.delete(this);
    };
    this.#call.on('cancelled', () => this.#stop());
    this.#call.write(confirmation());
    void this.#pump();
  }

  end(): void {
    this.#stop();
    if (!this.#call.cancelled) this.#call.end();
  }

  fail(code: status): void {
    this.#stop();
    fail(this.#call, problemAsStatus({ is: 'failed', code }));
  }

  deafen(): void {
    this.#deaf = true;
  }

  hearAgain(): void {
    this.#deaf = false;
    void this.#pump();
  }

  #stop(): void {
    this.#over = true;
    this.#forget();
  }

  /** Sends what is there and was not sent, unless that is being done. */
  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#runs()) {
      const event = this.#following();
      if (event === undefined) break;
      if (this.#sent === this.#interruption?.afterEvents) return this.#interrupted();
      this.#next = event.revision + 1;
      this.#sent += 1;
      await written(this.#call, eventAnswer(this.#stream, event));
    }
    this.#pumping = false;
    if (this.#runs() && !this.#caughtUp) this.#sayCaughtUp();
  }

  #runs(): boolean {
    return !this.#over && !this.#deaf && !this.#call.cancelled;
  }

  #following() {
    const { store } = this.#context;
    const there = store.readable(this.#stream);
    if (typeof there === 'string') return undefined;
    return store.events(this.#stream)[Math.max(this.#next, there.first)];
  }

  #sayCaughtUp(): void {
    this.#caughtUp = true;
    this.#call.write(caughtUp());
    const { afterEvents } = this.#interruption ?? { afterEvents: NaN };
    if (afterEvents === undefined || afterEvents === this.#sent) this.#interrupted();
  }

  #interrupted(): void {
    this.#stop();
    this.#interruption!.now();
  }
}

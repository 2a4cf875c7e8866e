import type { Ask, Bearer } from '../../schemas/commands.ts';
import type { MemberId } from '../../schemas/ids.ts';
import { fault, refuse, type Fault, type Refusal } from '../../schemas/refusals.ts';
import { standsFor } from '../ledger/member.ts';
import type { Ledger } from '../ledger/state.ts';
import type { Caller } from './authentication.ts';
import type { Limit } from './budgets.ts';

const WINDOW_MS = 60_000;
const ACCESS_MAX = 10;
const ORGANISATION_MAX = 20;
/** Up to as many instances, which share no memory, let no more pass than one alone. */
const INSTANCES = 3;

type Card = Extract<Bearer, { cardHmac: unknown }>;
/** A card that a request shows, where in its body, and whose it has to be if that is said. */
type Shown = { readonly pointer: string; readonly card: Card; readonly of: MemberId | undefined };
/** When unknown cards of one minute were shown, the earliest first. */
type Window = { readonly max: number; times: number[] };

/** What a request took of its windows, to be given back as far as its cards turn out known. */
export type Taken = { readonly guesses: readonly Shown[]; readonly back: (count: number) => void };
/** Why a request is refused, and what it was more than. */
export type TooMany = { readonly refusal: Refusal; readonly limit: Limit };

type Options = {
  readonly now_ms: () => number;
  /** The published state. */
  readonly ledger: () => Readonly<Ledger>;
  /** Whether other instances serve the same ledger. */
  readonly isOneOfSeveral: boolean;
};

/**
 * Stops accesses from guessing card numbers: ten unknown ones in a minute from one access, or
 * twenty from its organisation, and calls that show a card wait. Cards are counted before anything
 * is decided, so that calls side by side pass no more than calls in a row.
 */
export class UnknownCards {
  readonly #options: Options;
  readonly #windows = new Map<string, Window>();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Counts the unknown cards that a request shows. Of more than may pass only as many are named.
   * While a window is full a known card is refused as an unknown one is.
   */
  take({ accessId, organisation }: Caller, ask: Ask): Taken | TooMany {
    const cards = [...cardsIn(ask)];
    if (cards.length === 0) return { guesses: [], back: () => undefined };
    const windows = [this.#window(accessId, ACCESS_MAX)];
    if (organisation !== undefined) windows.push(this.#window(organisation, ORGANISATION_MAX));
    const room = Math.min(...windows.map(({ max, times }) => max - times.length));
    if (room <= 0) return tooMany(windows, []);
    const guesses = this.#guessesAmong(cards);
    const counted = guesses.slice(0, room);
    const now_ms = this.#options.now_ms();
    for (const window of windows) window.times.push(...counted.map(() => now_ms));
    if (guesses.length > room) return tooMany(windows, counted);
    const back = (count: number) => {
      for (const { times } of windows) {
        for (let left = count; left > 0 && times.includes(now_ms); left -= 1) {
          times.splice(times.indexOf(now_ms), 1);
        }
      }
    };
    return { guesses, back };
  }

  /** Gives back what was taken for cards that had been issued, which was heard of only since. */
  settle({ guesses, back }: Taken): void {
    if (guesses.length > 0) back(guesses.length - this.#guessesAmong(guesses).length);
  }

  #guessesAmong(cards: readonly Shown[]): readonly Shown[] {
    const ledger = this.#options.ledger();
    return cards.filter(({ card, of }) => !standsFor(ledger, card, of));
  }

  #window(id: string, most: number): Window {
    const max = this.#options.isOneOfSeveral ? Math.floor(most / INSTANCES) : most;
    const window = this.#windows.get(id) ?? { max, times: [] };
    const since_ms = this.#options.now_ms() - WINDOW_MS;
    window.times = window.times.filter((time_ms) => time_ms > since_ms);
    this.#windows.set(id, window);
    return window;
  }
}

function tooMany(windows: readonly Window[], named: readonly Shown[]): TooMany {
  const [own] = windows;
  const isOwn = own!.times.length >= own!.max;
  const words = isOwn
    ? { limit: own!.max, whom: 'access' }
    : { limit: windows[1]!.max, whom: 'organisation' };
  const errors: Fault[] = named.map(({ pointer }) => fault(pointer, 'card_unknown'));
  const more = errors.length === 0 ? {} : { errors };
  const window_s = WINDOW_MS / 1000;
  const limit = { quota: words.limit, window_s, left: 0, reset_s: window_s };
  const refusal = refuse('too_many_unknown_cards', words, more);
  return { refusal, limit: { name: 'unknown cards', ...limit } };
}

/** Every card in what is asked, wherever a command has one. */
function* cardsIn(ask: unknown, path = '#', of?: MemberId): Generator<Shown> {
  if (typeof ask !== 'object' || ask === null) return;
  const { memberId = of } = ask as { memberId?: MemberId };
  if ('cardHmac' in ask) {
    yield { pointer: path.replace(/member$/, 'card'), card: ask as Card, of };
    return;
  }
  for (const [name, inner] of Object.entries(ask)) {
    if (typeof inner === 'object') yield* cardsIn(inner, `${path}/${name}`, memberId);
  }
}

import { canonical } from '../../schemas/canonical.ts';
import type { Command } from '../../schemas/commands.ts';
import { bodyDigest, keyDigest } from '../../schemas/digest.ts';
import type { CommandId } from '../../schemas/ids.ts';
import { KINDS, type Draw, type Kind } from '../support/draws.ts';
import { idOf } from '../support/names.ts';
import type { Process } from './process.ts';
import type { Run } from './run.ts';

const PATIENCE_MS = 8_000;
const TRIES_MAX = 8;
const REUSED_PERCENT = 4;
const RESENT_PERCENT = 6;
const PREVIEWED_PERCENT = 4;
const NUMBERS = 16;
/** Answers after which nobody knows, or after which it is worth asking again. */
const NOT_DECIDED: readonly string[] = ['outcome_unknown', 'busy', 'not_writing', 'failed'];
const WEIGHTED = Object.entries(KINDS).flatMap(([kind, weight]) =>
  Array<Kind>(weight).fill(kind as Kind),
);

/** One thing that a client wants done, under one key, however often it has to ask. */
export type Wish = {
  readonly command: Command;
  readonly preview: boolean;
  tries: number;
  /** What it came to, as far as the client has heard. */
  heard: string | undefined;
};

/**
 * Somebody who writes: one wish after another, each under a key of its own, sent again under the
 * same key until the answer has come.
 */
export class Client {
  readonly name: string;
  readonly wishes: Wish[] = [];
  isBusy = false;
  readonly #run: Run;
  #answersUntil = 0;

  constructor(name: string, run: Run) {
    this.name = name;
    this.#run = run;
  }

  /** Goes on with the next wish, as long as there are any to be had. */
  next(): void {
    this.isBusy = this.#run.takeStep();
    if (this.isBusy) this.#send(this.#wish());
  }

  /** Asks again for what is still not known. */
  askAgain(): void {
    const open = this.wishes.find(({ heard, preview }) => heard === undefined && !preview);
    this.isBusy = open !== undefined;
    if (open === undefined) return;
    open.tries = 0;
    this.#send(open);
  }

  #wish(): Wish {
    const { choices } = this.#run;
    const old = this.wishes.filter(({ preview }) => !preview);
    if (old.length > 0 && choices.chance(RESENT_PERCENT)) {
      return Object.assign(choices.pick(old), { tries: 0 });
    }
    const numbers = Array.from({ length: NUMBERS }, () => choices.below(10_000));
    const draw: Draw = { kind: choices.pick(WEIGHTED), numbers };
    const drawn = this.#run.resolve(draw);
    const preview = choices.chance(PREVIEWED_PERCENT);
    const { key: _, body: __, ...bare } = drawn;
    const command = preview ? bare : this.#keyed(drawn, old);
    const wish: Wish = { command, preview, tries: 0, heard: undefined };
    this.wishes.push(wish);
    return wish;
  }

  /** Under a key of its own, and sometimes by mistake under one that it used for something else. */
  #keyed(drawn: Command, old: readonly Wish[]): Command {
    const { choices } = this.#run;
    const name = `${this.name} ${this.wishes.length}`;
    const body = drawn.body ?? bodyDigest(name, JSON.parse(canonical(drawn.ask)));
    const key = drawn.key ?? keyDigest('network', name);
    if (old.length === 0 || !choices.chance(REUSED_PERCENT)) return { ...drawn, key, body };
    return { ...drawn, key: choices.pick(old).command.key, body: bodyDigest(name, 'reused') };
  }

  #send(wish: Wish): void {
    const { scheduler, weather, choices } = this.#run;
    wish.tries += 1;
    const round = (this.#answersUntil += 1);
    const hurried = weather.strikes('hurriedClient');
    const patience_ms = hurried ? scheduler.between(1, 1_000) : PATIENCE_MS;
    const heard = (answer: string) => {
      if (round !== this.#answersUntil) return;
      this.#answersUntil += 1;
      this.#heard(wish, answer);
    };
    this.#ask(wish, heard);
    if (!wish.preview && weather.strikes('askedTwice')) this.#ask(wish, heard);
    scheduler.after(patience_ms + choices.below(10), () => heard('nothing in time'));
  }

  /** Sends it to any of the instances; each sending has an id of its own. */
  #ask(wish: Wish, heard: (answer: string) => void): void {
    const { scheduler, weather, choices } = this.#run;
    const process = choices.pick(this.#run.processes());
    const command = { ...wish.command, id: this.#run.nextId(wish.command.id) };
    const back = (answer: string) => {
      if (weather.strikes('lostAnswer')) return;
      scheduler.after(scheduler.between(0.1, 5), () => heard(answer));
    };
    const arrive = () => this.#run.submit(process, command, wish.preview, back);
    scheduler.after(scheduler.between(0.1, 5), arrive);
  }

  #heard(wish: Wish, answer: string): void {
    const { scheduler, trace, weather } = this.#run;
    trace.note(`${this.name} hears ${answer} of ${wish.command.ask.type}`);
    const again = answer === 'nothing in time' || answer === 'no such process';
    if (again || NOT_DECIDED.includes(answer)) {
      const tired = wish.preview || (wish.tries >= TRIES_MAX && !this.#run.isEnding);
      if (!tired) {
        const pause_ms = scheduler.between(1, weather.isCalm ? 50 : 3_000);
        return scheduler.after(pause_ms, () => this.#send(wish));
      }
    } else {
      wish.heard = answer;
    }
    scheduler.after(scheduler.between(0, 40), () =>
      this.#run.isEnding ? this.askAgain() : this.next(),
    );
  }
}

/** The ids of what is sent: another one each time, as the service gives them. */
export function idsFrom(): (first: CommandId) => CommandId {
  let sent = 0;
  return (first) => idOf('cmd', `${first} sent ${(sent += 1)}`);
}

export type Submit = (
  process: Process | undefined,
  command: Command,
  preview: boolean,
  back: (answer: string) => void,
) => void;

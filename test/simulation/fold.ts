import type { StreamEvent } from '../../schemas/events/index.ts';
import type { Account } from '../../schemas/ids.ts';
import { Wrong } from './trace.ts';

type Movement = { readonly debit: Account; readonly credit: Account; readonly amount: number };

/** A line of an account, as a reader of the stream adds it up. */
export type Line = { revision: number; amount: number; balance: number };

/** The stream as anybody can read it: who moved what, summed anew for every question. */
export class Fold {
  readonly lines: string[] = [];
  readonly events: StreamEvent[] = [];
  readonly #movements: (Movement | undefined)[] = [];

  get revision(): number {
    return this.lines.length - 1;
  }

  add(line: string): StreamEvent {
    const event = JSON.parse(line) as StreamEvent;
    const data = event.data as { debit?: Account; credit?: Account; credits?: string };
    const { debit, credit, credits } = data;
    const moves = debit !== undefined && credit !== undefined && credits !== undefined;
    const amount = Math.round(Number(credits) * 100);
    this.lines.push(line);
    this.events.push(event);
    this.#movements.push(moves ? { debit, credit, amount } : undefined);
    return event;
  }

  /** The balance of every account that anything ever moved, after a revision. */
  balances(atRevision = this.revision): Map<Account, number> {
    const all = new Map<Account, number>();
    for (const movement of this.#movements.slice(0, atRevision + 1)) {
      if (movement === undefined) continue;
      const { debit, credit, amount } = movement;
      all.set(debit, (all.get(debit) ?? 0) - amount);
      all.set(credit, (all.get(credit) ?? 0) + amount);
    }
    return all;
  }

  balance(account: Account, atRevision: number): number {
    return this.balances(atRevision).get(account) ?? 0;
  }

  /** The lines of an account, oldest first. */
  entries(account: Account, atRevision: number): Line[] {
    const lines: Line[] = [];
    let balance = 0;
    this.#movements.slice(0, atRevision + 1).forEach((movement, revision) => {
      if (movement === undefined) return;
      for (const side of ['debit', 'credit'] as const) {
        if (movement[side] !== account) continue;
        const amount = side === 'debit' ? -movement.amount : movement.amount;
        balance += amount;
        lines.push({ revision, amount, balance });
      }
    });
    return lines;
  }

  /** @throws Wrong where the balances do not sum to zero, or one is below zero that may not be */
  check(): void {
    const all = [...this.balances()];
    const sum = all.reduce((total, [, balance]) => total + balance, 0);
    if (sum !== 0) throw new Wrong('the sum of all balances', 0, sum);
    const guarded = all.filter(([account]) => /^(wallet|pot|allocation):/.test(account));
    const below = guarded.filter(([, balance]) => balance < 0);
    if (below.length > 0) throw new Wrong('guarded accounts below zero', [], below);
  }
}

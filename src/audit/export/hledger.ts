import type { Hundredths } from '../../../schemas/amounts.ts';
import type { Account } from '../../../schemas/ids.ts';
import { lastDayOf, monthOf, type Day } from '../../../schemas/time.ts';
import type { Entry, Movement, Opening } from './movement.ts';

/** Kinds of account as hledger knows them: what is held, and where all of it came from. */
const KINDS = {
  programme: 'Equity',
  lapsed: 'Equity',
  allocation: 'Asset',
  wallet: 'Asset',
  pot: 'Asset',
  till: 'Asset',
  clearing: 'Asset',
};

/**
 * A journal that hledger reads and `hledger check --strict` accepts. Transactions are dated by
 * recording, so months that are over stay as they are. Each account is declared where it first
 * comes up, so that nothing has to be read twice.
 */
export class HledgerJournal {
  readonly #balances = new Map<Account, Hundredths>();
  /** Accounts that moved in this month. */
  readonly #moved = new Set<Account>();
  #day: Day = '';

  begin({ network, timeZone }: Opening): string {
    const kinds = Object.entries(KINDS);
    return [
      `; The Time Credits ledger of ${network}. A transaction is one event of its stream: the code`,
      `; is its id, the date the day it was recorded on in ${timeZone}.`,
      'decimal-mark .',
      'commodity 1000.00 credit',
      ...kinds.map(([kind, type]) => `account ${kind}  ; type: ${type}`),
      '\n',
    ].join('\n');
  }

  take(entries: readonly Entry[]): string {
    let text = '';
    for (const entry of entries) {
      const month = monthOf(this.#day);
      if (this.#moved.size > 0 && monthOf(entry.recordedOn) !== month) {
        text += balancesOn(lastDayOf(month), `the end of ${month}`, this.#asserted(this.#moved));
        this.#moved.clear();
      }
      this.#day = entry.recordedOn;
      if (entry.movement !== undefined) text += this.#transaction(entry, entry.movement);
    }
    return text;
  }

  end(count: number): string {
    const all = this.#asserted(this.#balances.keys());
    const sum = all.reduce((total, [, balance]) => total + balance, 0);
    const asserted = all.length === 0 ? '' : balancesOn(this.#day, `revision ${count - 1}`, all);
    return `${asserted}; The end: ${count} events. The sum of all balances is ${amount(sum)}.\n`;
  }

  #transaction(entry: Entry, { transactionId, debit, credit, ...moved }: Movement): string {
    const { revision, type, recordedOn, occurredOn } = entry;
    const tags = [`revision: ${revision}`, `occurredOn: ${occurredOn}`];
    if (moved.reverses !== undefined) tags.push(`reverses: ${moved.reverses}`);
    return (
      this.#add(debit, -moved.amount) +
      this.#add(credit, moved.amount) +
      `${recordedOn} (${transactionId}) ${type}  ; ${tags.join(', ')}\n` +
      `    ${debit}  ${amount(-moved.amount)}\n    ${credit}  ${amount(moved.amount)}\n\n`
    );
  }

  /** Adds to a balance; declares the account where it is new. */
  #add(account: Account, by: Hundredths): string {
    const before = this.#balances.get(account);
    this.#balances.set(account, (before ?? 0) + by);
    this.#moved.add(account);
    return before !== undefined || account in KINDS ? '' : `account ${account}\n`;
  }

  #asserted(accounts: Iterable<Account>): [Account, Hundredths][] {
    return [...accounts].sort().map((account) => [account, this.#balances.get(account)!]);
  }
}

/** A transaction that moves nothing and says what balances are. */
function balancesOn(day: Day, at: string, balances: readonly [Account, Hundredths][]): string {
  const lines = balances.map(
    ([account, balance]) => `    ${account}  ${amount(0)} = ${amount(balance)}\n`,
  );
  return `${day} Balances at ${at}\n${lines.join('')}\n`;
}

function amount(hundredths: Hundredths): string {
  const digits = String(Math.abs(hundredths)).padStart(3, '0');
  const sign = hundredths < 0 ? '-' : '';
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)} credit`;
}

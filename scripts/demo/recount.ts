import { hundredths, type Hundredths } from '../../schemas/amounts.ts';
import { fundOf, holderOf, kindOf, revisionIn, type Account } from '../../schemas/ids.ts';
import { calendarIn, dayNumber } from '../../schemas/time.ts';

/** An event as a reader finds it, who knows nothing of the code that wrote it. */
type Line = {
  readonly type: string;
  readonly recordedAt: string;
  readonly data: Readonly<Record<string, unknown>> & {
    readonly debit?: Account;
    readonly credit?: Account;
    readonly credits?: string;
  };
};

export type FundYear = {
  allocated: Hundredths;
  issued: Hundredths;
  corrected: Hundredths;
  toPot: Hundredths;
  returned: Hundredths;
};

const TIME_ZONE = 'Europe/London';
const SPENDING = ['CreditsRedeemed', 'HoldCaptured', 'VisitRecorded'];

/** Counts everything once more from the lines of the stream, and from nothing else. */
export class Recount {
  revision = -1;
  readonly balances = new Map<Account, Hundredths>();
  /** By fund, then by the year of the network in which it was recorded. */
  readonly funds = new Map<string, Map<number, FundYear>>();
  /** By the organisation whose member or pot it was, or `visitors`; then by venue or network. */
  readonly spent = new Map<string, Map<string, Hundredths>>();
  readonly enrolledAt = new Map<string, string>();
  /** Less what was given back. */
  readonly spentBy = new Map<string, Hundredths>();
  /** From one wallet to another or to a pot. */
  given = 0;
  issued = 0;
  takenBack = 0;
  writtenOff = 0;
  refunds = 0;
  readonly correctedAfterDays: number[] = [];
  readonly #survivors = new Map<string, string>();
  readonly #lines: Line[] = [];
  readonly #day = calendarIn(TIME_ZONE);

  take(line: Line): void {
    this.revision = this.#lines.push(line) - 1;
    const { type, data } = line;
    if (type === 'MemberEnrolled') {
      this.enrolledAt.set(String(data.memberId), String(data.organisationId));
    }
    if (type === 'MembersMerged') this.#merge(String(data.from), String(data.into));
    const { debit, credit } = data;
    const amount = hundredths(data.credits ?? '0');
    if (debit !== undefined && credit !== undefined) this.#move(debit, credit, amount);
    this.#fund(line, amount);
    if (type === 'CreditsIssued') this.issued += amount;
    if (SPENDING.includes(type)) this.#spend(debit!, credit!, amount);
    if (type === 'CreditsTransferred' && kindOf(debit!) === 'wallet') this.given += amount;
    if (type === 'TransactionReversed') this.#reverse(line, amount);
  }

  /** How many members ever spent anything that was not given back. */
  get everSpent(): number {
    return [...this.spentBy.values()].filter((amount) => amount > 0).length;
  }

  get sumOfBalances(): Hundredths {
    return [...this.balances.values()].reduce((sum, balance) => sum + balance, 0);
  }

  #move(debit: Account, credit: Account, amount: Hundredths): void {
    this.balances.set(debit, (this.balances.get(debit) ?? 0) - amount);
    this.balances.set(credit, (this.balances.get(credit) ?? 0) + amount);
  }

  #fund({ type, recordedAt, data }: Line, amount: Hundredths): void {
    const account = [data.debit, data.credit].find(
      (side) => side !== undefined && kindOf(side) === 'allocation',
    );
    if (account === undefined) return;
    const day = this.#day(Date.parse(recordedAt));
    const year = Number(day.slice(0, 4)) - (day.slice(5) < '04-01' ? 1 : 0);
    const years = at(this.funds, fundOf(account), () => new Map<number, FundYear>());
    const figures = at(years, year, () => {
      return { allocated: 0, issued: 0, corrected: 0, toPot: 0, returned: 0 };
    });
    if (type === 'CreditsAllocated') figures.allocated += amount;
    if (type === 'CreditsIssued') figures.issued += amount;
    if (type === 'TransactionReversed') figures.corrected += amount;
    if (type === 'CreditsTransferred') figures.toPot += amount;
    if (type === 'AllocationReturned') figures.returned += amount;
  }

  #spend(debit: Account, credit: Account, amount: Hundredths): void {
    const place = kindOf(credit) === 'till' ? holderOf(credit) : credit;
    const holder = holderOf(debit);
    if (kindOf(debit) === 'wallet') {
      const member = this.#now(holder);
      this.spentBy.set(member, (this.spentBy.get(member) ?? 0) + amount);
    }
    const row = at(this.spent, this.#home(debit), () => new Map<string, Hundredths>());
    row.set(place, (row.get(place) ?? 0) + amount);
  }

  /** The organisation that spending is counted for. */
  #home(account: Account): string {
    if (kindOf(account) === 'clearing') return 'visitors';
    const holder = holderOf(account);
    return kindOf(account) === 'wallet' ? this.enrolledAt.get(holder)! : holder;
  }

  #reverse({ data, recordedAt }: Line, amount: Hundredths): void {
    const original = this.#lines[revisionIn(data.reverses as never)]!;
    if (SPENDING.includes(original.type)) {
      this.refunds += amount;
      return this.#spend(original.data.debit!, original.data.credit!, -amount);
    }
    if (original.type !== 'CreditsIssued') return;
    this.takenBack += amount;
    const { writtenOff = '0' } = data.issue as { writtenOff?: string };
    this.writtenOff += hundredths(writtenOff);
    const days = this.#number(recordedAt) - this.#number(original.recordedAt);
    this.correctedAfterDays.push(days);
  }

  #number(recordedAt: string): number {
    return dayNumber(this.#day(Date.parse(recordedAt)));
  }

  #merge(from: string, into: string): void {
    this.#survivors.set(from, into);
    const spent = this.spentBy.get(from) ?? 0;
    this.spentBy.delete(from);
    this.spentBy.set(into, (this.spentBy.get(into) ?? 0) + spent);
  }

  #now(member: string): string {
    const next = this.#survivors.get(member);
    return next === undefined ? member : this.#now(next);
  }
}

/** Reads lines as they come from the service. */
export function recountOf(lines: string): Recount {
  const recount = new Recount();
  for (const line of lines.split('\n')) {
    if (line !== '') recount.take(JSON.parse(line) as Line);
  }
  return recount;
}

function at<K, V>(map: Map<K, V>, key: K, fresh: () => V): V {
  const found = map.get(key) ?? fresh();
  map.set(key, found);
  return found;
}

import type { StreamEvent } from '../../schemas/events/index.ts';

/** What one member's minutes made, as the events say it. */
type Figures = { minutes: number; hundredths: number; carried: Record<string, number> };

/**
 * Checks, from the events alone, that for every member always
 * 60 × (credits issued − taken back − written off) + minutes carried = minutes given − withdrawn.
 */
export class TimeGiven {
  readonly #members = new Map<string, Figures>();
  readonly #survivors = new Map<string, string>();

  take(event: StreamEvent): void {
    if (event.type === 'MembersMerged') return this.#merge(event.data.from, event.data.into);
    if (event.type === 'CreditsIssued') {
      const { memberId, give, minutes, credits, carriedMinutes } = event.data;
      const jar = this.#jar(event, give);
      this.#add(memberId, jar, minutes, Number(credits ?? '0'), carriedMinutes);
    }
    if (event.type === 'TransactionReversed' && event.data.issue !== undefined) {
      const { memberId, give, minutes, carriedMinutes, writtenOff } = event.data.issue;
      const taken = Number(event.data.credits ?? '0') + Number(writtenOff ?? '0');
      this.#add(memberId, this.#jar(event, give), -minutes, -taken, carriedMinutes);
    }
  }

  /** The members for whom the rule does not hold, or whose carried minutes are below zero. */
  broken(): string[] {
    return [...this.#members]
      .filter(([, { minutes, hundredths, carried }]) => {
        const all = Object.values(carried);
        const sum = all.reduce((total, one) => total + one, 0);
        return (hundredths * 60) / 100 + sum !== minutes || all.some((one) => one < 0);
      })
      .map(([member]) => member);
  }

  /** What both gave and carried is one member's, jar by jar. */
  #merge(from: string, into: string): void {
    this.#survivors.set(from, into);
    const [gone, left] = [this.#members.get(from), this.#members.get(into)];
    this.#members.delete(from);
    if (gone === undefined) return;
    const carried = { ...left?.carried };
    for (const [jar, minutes] of Object.entries(gone.carried)) {
      carried[jar] = (carried[jar] ?? 0) + minutes;
    }
    this.#members.set(into, {
      minutes: gone.minutes + (left?.minutes ?? 0),
      hundredths: gone.hundredths + (left?.hundredths ?? 0),
      carried,
    });
  }

  #nameOf(member: string): string {
    const survivor = this.#survivors.get(member);
    return survivor === undefined ? member : this.#nameOf(survivor);
  }

  #jar(event: StreamEvent, give: string): string | undefined {
    return give === 'none' ? undefined : `${give} ${give === 'pot' ? event.by.organisation : ''}`;
  }

  #add(
    id: string,
    jar: string | undefined,
    minutes: number,
    credits: number,
    carried: number | undefined,
  ): void {
    if (jar === undefined) return;
    const member = this.#nameOf(id);
    const before = this.#members.get(member) ?? { minutes: 0, hundredths: 0, carried: {} };
    this.#members.set(member, {
      minutes: before.minutes + minutes,
      hundredths: before.hundredths + Math.round(credits * 100),
      carried: { ...before.carried, [jar]: carried ?? NaN },
    });
  }
}

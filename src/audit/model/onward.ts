import type { StreamEvent } from '../../../schemas/events/index.ts';
import { holderOf, kindOf, type Account } from '../../../schemas/ids.ts';
import type { Kept } from './books.ts';

/** Where credits go that would come to an account that was closed or merged, worked out again. */
export class Onward {
  readonly #merged = new Map<Account, Account>();
  readonly #closed = new Map<Account, Account>();
  readonly #ended = new Set<string>();

  take(event: StreamEvent): void {
    if (event.type === 'MembersMerged') {
      this.#merged.set(`wallet:${event.data.from}`, `wallet:${event.data.into}`);
    }
    if (event.type === 'MemberClosed') {
      this.#closed.set(`wallet:${event.data.memberId}`, event.data.restTo);
    }
    if (event.type === 'OrganisationClosed') {
      this.#closed.set(`pot:${event.data.organisationId}`, event.data.potTo ?? 'lapsed');
      this.#ended.add(event.data.organisationId);
    }
    if (event.type === 'MembersSeparated') this.#merged.delete(`wallet:${event.data.from}`);
    if (event.type === 'MemberReopened') this.#closed.delete(`wallet:${event.data.memberId}`);
    if (event.type === 'OrganisationReopened') {
      this.#closed.delete(`pot:${event.data.organisationId}`);
      this.#ended.delete(event.data.organisationId);
    }
  }

  /** The wallet of whoever goes on. */
  heldBy(account: Account): Account {
    return lastOf(account, (one) => this.#merged.get(one));
  }

  endOf(account: Account): Account {
    if (kindOf(account) === 'allocation' && this.#ended.has(holderOf(account))) return 'programme';
    return lastOf(account, (one) => this.#merged.get(one) ?? this.#closed.get(one));
  }

  /** The first of some accounts that is over. */
  firstOver(...accounts: readonly (Kept | undefined)[]): Account | undefined {
    if (this.#merged.size + this.#closed.size + this.#ended.size === 0) return undefined;
    return accounts.find((one) => one !== undefined && this.over(one.account))?.account;
  }

  /** Whether nothing may be on an account any more, nor come to it. */
  over(account: Account): boolean {
    return this.endOf(account) !== account;
  }
}

/** Where steps come to their end; forged ones may go round in a circle, and are left there. */
export function lastOf<T>(start: T, next: (one: T) => T | undefined): T {
  let at = next(start);
  if (at === undefined) return start;
  const seen = new Set<T>([start, at]);
  for (;;) {
    const after = next(at);
    if (after === undefined || seen.has(after)) return at;
    seen.add(after);
    at = after;
  }
}

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
  }

  /** The wallet of whoever goes on. */
  heldBy(account: Account): Account {
    const next = this.#merged.get(account);
    return next === undefined ? account : this.heldBy(next);
  }

  endOf(account: Account): Account {
    if (kindOf(account) === 'allocation' && this.#ended.has(holderOf(account))) return 'programme';
    const next = this.#merged.get(account) ?? this.#closed.get(account);
    return next === undefined ? account : this.endOf(next);
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

/**
 * One reason for which the ledger says no. `detail` is for the developer, `aloud` for whoever
 * stands at the till; `{words}` in them are filled in. `retryable` means that the same request may
 * succeed later, unchanged.
 */
export type Entry = {
  readonly detail: string;
  readonly aloud: string;
  readonly retryable: boolean;
};

export const RETRY = true;
export const FINAL = false;

export function entry(retryable: boolean, detail: string, aloud: string): Entry {
  return { retryable, detail, aloud };
}

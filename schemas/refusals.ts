import { balanceRefusals } from './refusals/balance.ts';
import type { Entry } from './refusals/entry.ts';
import { issueRefusals } from './refusals/issue.ts';
import { ledgerRefusals } from './refusals/ledger.ts';
import { offerRefusals } from './refusals/offer.ts';
import { registerRefusals } from './refusals/register.ts';
import { requestRefusals } from './refusals/request.ts';
import { reversalRefusals } from './refusals/reversal.ts';
import { settlementRefusals } from './refusals/settlement.ts';

/**
 * Every reason for which the ledger says no, in order of precedence: where several hold, the one
 * that stands first here is given. A refusal writes nothing and uses up no key.
 */
export const REFUSALS = {
  ...requestRefusals,
  ...registerRefusals,
  ...reversalRefusals,
  ...issueRefusals,
  ...offerRefusals,
  ...balanceRefusals,
  ...settlementRefusals,
  ...ledgerRefusals,
} as const satisfies Record<string, Entry>;

export type RefusalCode = keyof typeof REFUSALS;

export const REFUSAL_CODES = Object.keys(REFUSALS) as RefusalCode[];

/** One fault of a field or a line, by its JSON pointer into the body. */
export type Fault = {
  readonly pointer: string;
  readonly code: RefusalCode;
  readonly detail: string;
};

/** The ledger's no: a value, not an exception. */
export type Refusal = {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly aloud: string;
  readonly errors?: readonly Fault[];
  /** Figures for a machine, such as `{ available: "1" }`. */
  readonly facts?: Readonly<Record<string, string | number>>;
};

type Words = Readonly<Record<string, string | number>>;

/**
 * Words a refusal from the table.
 * @param words what its `{words}` stand for, already as people read it
 */
export function refuse(
  code: RefusalCode,
  words: Words = {},
  more: Pick<Refusal, 'errors' | 'facts'> = {},
): Refusal {
  const { detail, aloud } = REFUSALS[code];
  return { code, detail: fill(detail, words), aloud: fill(aloud, words), ...more };
}

/** One fault of a list, worded from the same table. */
export function fault(pointer: string, code: RefusalCode, words: Words = {}): Fault {
  return { pointer, code, detail: fill(REFUSALS[code].detail, words) };
}

function fill(sentence: string, words: Words): string {
  return sentence.replace(/\{(\w+)\}/g, (gap, word: string) => String(words[word] ?? gap));
}

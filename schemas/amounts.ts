import { Decimal } from 'decimal.js';
import { z } from 'zod';

/**
 * Amounts of credits. On the wire and in events a decimal string with one spelling; in memory a
 * safe integer of hundredths. A float never holds an amount.
 */

/** Hundredths of a credit: `250` is 2.5 credits. */
export type Hundredths = number;

const SPELLING = /^(0|[1-9][0-9]{0,6})(\.([0-9]?[1-9]))?$/;
/** The most that one movement carries. */
export const LARGEST: Hundredths = 1_000_000 * 100;
const REMEMBERED_MAX = 4096;

/** Remembers the answers of a pure function, for as many arguments as are common in one ledger. */
function remembering<A, R>(answer: (argument: A) => R): (argument: A) => R {
  const known = new Map<A, R>();
  return (argument) => {
    const before = known.get(argument);
    if (before !== undefined) return before;
    const result = answer(argument);
    if (known.size < REMEMBERED_MAX) known.set(argument, result);
    return result;
  };
}

/**
 * Reads an amount that a schema has already checked.
 * @param text for example `"2.5"`
 * @returns hundredths, for example `250`
 */
export const hundredths: (text: string) => Hundredths = remembering((text) =>
  new Decimal(text).times(100).toNumber(),
);

/**
 * Writes hundredths in their one spelling; a balance may be negative.
 * @returns for example `"2.5"` for 250, `"-14"` for -1400
 */
export const credits: (amount: Hundredths) => string = remembering((amount) =>
  new Decimal(amount).div(100).toFixed(),
);

/** "1 credit", "2.5 credits": as a cashier would say it. */
export function creditsAloud(amount: Hundredths): string {
  return `${credits(amount)} ${amount === 100 ? 'credit' : 'credits'}`;
}

const EXAMPLE = 'a decimal string above zero and at most "1000000", such as "1" or "2.5"';

/** An amount above zero: what every movement carries. */
export const amountSchema = z
  .string(`must be ${EXAMPLE}, in quotes`)
  .refine((text) => isAmount(text) && text !== '0', {
    error: `must be ${EXAMPLE}, without a sign, an exponent or needless zeros`,
  })
  .meta({ description: `Credits: ${EXAMPLE}`, examples: ['2.5'] });

/** An amount that may be zero: only an issue whose minutes are all carried has one. */
export const amountOrZeroSchema = z
  .string()
  .refine(isAmount, { error: `must be "0" or ${EXAMPLE}` })
  .meta({ description: `Credits: "0", or ${EXAMPLE}`, examples: ['0.5'] });

/** A balance: may be zero or negative, and has the same one spelling. */
export const balanceSchema = z
  .string()
  .regex(/^-?(0|[1-9][0-9]*)(\.[0-9]?[1-9])?$/)
  .meta({ description: 'Credits; may be negative', examples: ['12.5'] });

/** Pounds for one credit, as a venue agreed with the scheme: at most four places. */
export const rateSchema = z
  .string('must be a decimal string such as "4.5", in quotes')
  .regex(
    /^(0|[1-9][0-9]{0,5})(\.[0-9]{1,4})?$/,
    'must be a decimal string from "0", with at most four places, such as "4.5"',
  )
  .meta({ description: 'Pounds for one credit', examples: ['4.50'] });

/** Pounds and pence; may be negative. */
export const poundsSchema = z
  .string()
  .regex(/^-?(0|[1-9][0-9]*)\.[0-9]{2}$/)
  .meta({ description: 'Pounds, as information; may be negative', examples: ['-3.50'] });

/** Whether a rate says that something is agreed: it is not zero. */
export function isAgreed(rate: string): boolean {
  return !new Decimal(rate).isZero();
}

/** The pounds for some credits at a rate, half up to the penny, and alike below zero. */
export function poundsFor(amount: Hundredths, rate: string): string {
  const exact = new Decimal(amount).div(100).times(rate);
  const pounds = exact.toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
  return (pounds.isZero() ? new Decimal(0) : pounds).toFixed(2);
}

/** The sum of some pounds. */
export function poundsTogether(pounds: readonly string[]): string {
  return pounds.reduce((sum, one) => sum.plus(one), new Decimal(0)).toFixed(2);
}

function isAmount(text: string): boolean {
  return SPELLING.test(text) && hundredths(text) <= LARGEST;
}

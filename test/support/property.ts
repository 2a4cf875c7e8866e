import fc, { type Arbitrary } from 'fast-check';

type Checks = { pass(sentence: string): boolean; fail(sentence: string): boolean };

/**
 * Holds a property for many random values. A failure prints its seed; `TEST_SEED` runs that one
 * again, and the number of values is the same at every run.
 */
export function property<T>(
  t: Checks,
  sentence: string,
  values: Arbitrary<T>,
  holds: (value: T) => boolean,
  numRuns = 100,
): void {
  const result = fc.check(fc.property(values, holds), { numRuns, ...seeded() });
  if (result.failed) t.fail(`${sentence}\n${fc.defaultReportMessage(result) ?? ''}`);
  else t.pass(sentence);
}

/** The seed that a person asked for, if one did. */
export function seeded(): { seed?: number } {
  const seed = process.env['TEST_SEED'];
  return seed === undefined ? {} : { seed: Number(seed) };
}

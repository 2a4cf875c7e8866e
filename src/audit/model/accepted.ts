import { z } from 'zod';
import type { Finding } from './invariant.ts';

const acceptedSchema = z.strictObject({
  leaf: z.base64().length(44, 'must be the hash of the event, as it was told'),
  reason: z
    .string()
    .trim()
    .min(1, 'must say why the breach is accepted')
    .max(1000, 'must have at most 1,000 characters'),
  revision: z.int().min(0),
  rule: z.string().min(1),
});

/** A breach that somebody looked into: the rule, the very event, and why it is accepted. */
export type AcceptedBreach = z.infer<typeof acceptedSchema>;

/** A file of accepted breaches that cannot be used; says which line and why. */
export class AcceptedError extends Error {
  override readonly name = 'AcceptedError';
}

/** That what was accepted is still what stands there. */
export const ACCEPTED = {
  name: 'accepted',
  says: 'every breach that is accepted is of the event that stands at its revision',
};

/** The breaches that somebody accepted, each at one event and for one rule. */
export class Accepted {
  readonly breaches: readonly AcceptedBreach[];
  readonly #byRevision: ReadonlyMap<number, readonly AcceptedBreach[]>;
  readonly #met = new Set<AcceptedBreach>();

  constructor(breaches: readonly AcceptedBreach[]) {
    this.breaches = breaches;
    this.#byRevision = Map.groupBy(breaches, ({ revision }) => revision);
  }

  /** Why a breach is accepted; nothing where it is not, or where another event stands there. */
  reasonFor({ invariant, revision, leaf }: Finding): string | undefined {
    if (revision === undefined) return undefined;
    const there = this.#byRevision.get(revision);
    const found = there?.find((one) => one.rule === invariant && one.leaf === leaf);
    if (found !== undefined) this.#met.add(found);
    return found?.reason;
  }

  /** The hashes of events that were accepted at a revision: others may not stand there. */
  leavesAt(revision: number): readonly string[] {
    return this.#byRevision.get(revision)?.map(({ leaf }) => leaf) ?? [];
  }

  /** Those that no breach was found for. */
  get unmet(): readonly AcceptedBreach[] {
    return this.breaches.filter((one) => !this.#met.has(one));
  }
}

/**
 * The accepted breaches in the text of a file, a line of JSON for each; empty lines and those that
 * begin with `#` are passed over.
 * @throws AcceptedError
 */
export function acceptedIn(text: string, file: string): Accepted {
  const breaches = text.split('\n').flatMap((row, index) => {
    const line = row.trim();
    return line === '' || line.startsWith('#') ? [] : [acceptedAt(line, file, index + 1)];
  });
  return new Accepted(breaches);
}

function acceptedAt(line: string, file: string, number: number): AcceptedBreach {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    throw new AcceptedError(`${file} line ${number} is not JSON: ${(error as Error).message}`);
  }
  const parsed = acceptedSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'the line';
  throw new AcceptedError(`${file} line ${number}: ${field}: ${issue?.message ?? ''}`);
}

/** The line that accepts a finding, once somebody has written the reason into it. */
export function lineFor({
  rule,
  revision,
  leaf,
}: Omit<Finding, 'invariant'> & { readonly rule: string }): string | undefined {
  return leaf === undefined ? undefined : JSON.stringify({ rule, revision, leaf, reason: '' });
}

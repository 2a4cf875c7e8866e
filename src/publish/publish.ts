import { unverifiedIn } from '../proofs/checkpoint.ts';
import { partsOf, withSignatures } from '../proofs/note.ts';
import type { Fetch } from './ask.ts';
import { PublishError, type Destination, type Published, type Sent } from './published.ts';
import { within } from './within.ts';
import { cosignatureOf, cosignedBy, type Witness } from './witness.ts';

/** All of a turn: what a witness, a proof and then a place may take, and something over. */
const TURN_MS = 60_000;

/** Where checkpoints go. */
export type Places = {
  readonly witnesses: readonly Witness[];
  readonly destinations: readonly Destination[];
};

/** What became of one checkpoint. */
export type Turn = {
  readonly origin: string;
  readonly size: number;
  /** With the cosignatures that it has by now. */
  readonly note: string;
  readonly sent: readonly Sent[];
};

/**
 * Has a checkpoint cosigned, and brings it to every place. What fails at one place keeps no other
 * from having it. Nothing is remembered: each place is asked what it has, so that this can be
 * done as often as anybody likes.
 * @param keep gets the note once it has further cosignatures, before it goes anywhere
 */
export async function publish(
  published: Published,
  { witnesses, destinations }: Places,
  {
    fetch,
    signal = new AbortController().signal,
    keep,
  }: {
    readonly fetch: Fetch;
    readonly signal?: AbortSignal | undefined;
    readonly keep?: ((note: string) => void) | undefined;
  },
): Promise<Turn> {
  const { origin, size } = unverifiedIn(published.note);
  const until = AbortSignal.any([signal, AbortSignal.timeout(TURN_MS)]);
  const cosigned = await Promise.all(
    witnesses.map((witness) => cosign(witness, published, fetch, until)),
  );
  const lines = cosigned.flatMap(({ line }) => line ?? []);
  const note = withSignatures(published.note, lines);
  if (partsOf(note).lines.length > partsOf(published.note).lines.length) keep?.(note);
  const placed = await Promise.all(
    destinations.map(async ({ kind, name, send }) => ({
      ...{ kind, name },
      ...(await settled(() => within(until, () => send({ ...published, note }, until)))),
    })),
  );
  return { origin, size, note, sent: [...cosigned.map(({ sent }) => sent), ...placed] };
}

async function cosign(
  witness: Witness,
  published: Published,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<{ readonly sent: Sent; readonly line?: string | undefined }> {
  let line: string | undefined;
  const result = await settled(async () => {
    if (cosignatureOf(witness, published.note) !== undefined) return 'already';
    line = await within(signal, () => cosignedBy(witness, published, fetch, signal));
    return 'published';
  });
  return { line, sent: { kind: 'witness', name: witness.verifier.name, ...result } };
}

async function settled(
  send: () => Promise<'published' | 'already'>,
): Promise<Pick<Sent, 'outcome' | 'why'>> {
  try {
    return { outcome: await send() };
  } catch (error) {
    const { message: why } = error as Error;
    const contradicted = error instanceof PublishError && error.contradicted;
    return { outcome: contradicted ? 'contradicted' : 'failed', why };
  }
}

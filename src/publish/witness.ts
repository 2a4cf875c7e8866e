import { unverifiedIn, type Checkpoint } from '../proofs/checkpoint.ts';
import { partsOf, signatureBy, type Verifier } from '../proofs/note.ts';
import { askAt, shownUrl, type Answer, type Fetch } from './ask.ts';
import { behind, contradiction, PublishError, type Published } from './published.ts';

/** Somebody else who signs that a checkpoint continues the last one that they saw. */
export type Witness = {
  /** Where `/add-checkpoint` stands, without a slash at its end. */
  readonly url: string;
  readonly verifier: Verifier;
};

/** c2sp.org/tlog-witness: no proof has more lines. */
const PROOF_LINES_MAX = 63;
const [OK, FORBIDDEN, NOT_FOUND, CONFLICT, UNPROVED] = [200, 403, 404, 409, 422];
const SIZE = /^(0|[1-9]\d{0,15})\n?$/;

/** The signature of a witness that a note has already; nothing where it has none that fits. */
export function cosignatureOf({ verifier }: Witness, note: string): string | undefined {
  const { text, lines } = partsOf(note);
  return signatureBy(verifier, text, lines);
}

/**
 * Asks a witness to cosign a checkpoint (c2sp.org/tlog-witness, add-checkpoint). Nobody here
 * remembers what it saw last: the first request says nothing, and the witness names its size.
 * @returns its line, verified under its key
 * @throws PublishError
 */
export async function cosignedBy(
  witness: Witness,
  published: Published,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<string> {
  const checkpoint = unverifiedIn(published.note);
  let old = 0;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await submit(witness, published, { old, checkpoint, fetch, signal });
    if (answer.status === OK) return lineIn(answer.text, witness, published.note);
    if (answer.status !== CONFLICT) throw refused(witness, answer, old);
    old = seenIn(answer.text, witness, { asked: old, attempt, checkpoint });
  }
}

type Submission = {
  readonly old: number;
  readonly checkpoint: Checkpoint;
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
};

async function submit(
  { url }: Witness,
  { note, consistency }: Published,
  { old, checkpoint: { size }, fetch, signal }: Submission,
): Promise<Answer> {
  const proof = async () => {
    if (old === 0 || old === size) return [];
    if (consistency !== undefined) return consistency(old, size);
    throw new PublishError(
      `The witness at ${shownUrl(url)} saw ${old} events, and the proof from there takes a key ` +
        'of an auditor: set TIMECREDITS_KEY.',
    );
  };
  const lines = (await proof()).map((hash) => `${Buffer.from(hash).toString('base64')}\n`);
  if (lines.length > PROOF_LINES_MAX) throw new Error(`a proof of ${lines.length} hashes`);
  const body = `old ${old}\n${lines.join('')}\n${note}`;
  return askAt(fetch, `${url}/add-checkpoint`, { method: 'POST', body }, signal);
}

/** The size that a witness saw last, where the next attempt begins. */
function seenIn(
  text: string,
  { url }: Witness,
  {
    asked,
    attempt,
    checkpoint: { size },
  }: {
    readonly asked: number;
    readonly attempt: number;
    readonly checkpoint: Checkpoint;
  },
): number {
  const where = `What the witness at ${shownUrl(url)} cosigned last`;
  const seen = SIZE.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(seen)) throw new PublishError(`${where} it does not say (409).`);
  if (seen > size) throw behind(where, seen, size);
  if (seen === size && asked === size) {
    throw contradiction(`${where} has another root over ${size} events than this ledger.`);
  }
  if (attempt > 1 || seen === asked) {
    throw new PublishError(`${where} changed while it was asked. It is asked again later.`);
  }
  return seen;
}

function lineIn(text: string, { url, verifier }: Witness, note: string): string {
  const line = signatureBy(verifier, partsOf(note).text, text.split('\n'));
  if (line !== undefined) return line;
  throw new PublishError(
    `The witness at ${shownUrl(url)} answered without a signature that ${verifier.text} ` +
      'verifies. Ask who runs it for its key.',
  );
}

function refused({ url }: Witness, { status }: Answer, old: number): PublishError {
  const where = `The witness at ${shownUrl(url)}`;
  if (status === NOT_FOUND) {
    return new PublishError(
      `${where} does not know this ledger (404). Give its origin and key to who runs it.`,
    );
  }
  if (status === FORBIDDEN) {
    return new PublishError(
      `${where} knows this ledger by other keys (403). Give the new one to who runs it.`,
    );
  }
  if (status === UNPROVED) {
    const than = `than the ${old} events that it cosigned`;
    return contradiction(
      `${where} holds this checkpoint for one of another history (422) ${than}.`,
    );
  }
  return new PublishError(`${where} answered ${status}. It is asked again later.`);
}

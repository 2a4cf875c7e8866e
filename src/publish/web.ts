import { unverifiedIn } from '../proofs/checkpoint.ts';
import { askAt, shownUrl, type Answer, type Fetch } from './ask.ts';
import { continued, PublishError, type Destination } from './published.ts';

const SIZE = '{size}';
const OK = 200;
/** The form of a signed note, anybody's: it is not replaced by another ledger's. */
const NOTE = /\n\n— \S+ \S+\n$/;
const NOT_ALLOWED = 405;

/**
 * An address that a checkpoint is put at; `{size}` in it stands for the checkpoint's. What is
 * there already is asked for first: where it is a checkpoint, it is held to the new one.
 */
export function urlAt(url: string, fetch: Fetch): Destination {
  return {
    kind: 'url',
    name: shownUrl(url.replaceAll(SIZE, 'size')),
    send: async (published, signal) => {
      const { size } = unverifiedIn(published.note);
      const at = url.replaceAll(SIZE, String(size));
      const there = await askAt(fetch, at, { method: 'GET' }, signal);
      const known = there.status === OK && NOTE.test(there.text);
      const where = `What is at ${shownUrl(at)}`;
      const note = known ? await continued(there.text, published, where) : published.note;
      if (note === undefined) return 'already';
      await put(fetch, at, note, signal);
      return 'published';
    },
  };
}

async function put(fetch: Fetch, url: string, body: string, signal: AbortSignal): Promise<void> {
  let answer = await askAt(fetch, url, { method: 'PUT', body }, signal);
  if (answer.status === NOT_ALLOWED) {
    answer = await askAt(fetch, url, { method: 'POST', body }, signal);
  }
  if (!isDone(answer)) {
    throw new PublishError(`${shownUrl(url)} did not take the checkpoint (${answer.status}).`);
  }
}

function isDone({ status }: Answer): boolean {
  return status >= OK && status < OK + 100;
}

import { PublishError } from './published.ts';

/** `fetch`, or what stands in for it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type Answer = { readonly status: number; readonly text: string };

/** From the first byte that is sent to the last one that is read. */
export const PATIENCE_MS = 10_000;
/** Far more than a checkpoint with every signature that it may have. */
const ANSWER_BYTES_MAX = 64 * 1024;
const REDIRECTED = 3;

/**
 * Asks one address once, for a bounded time, and reads a bounded answer. It follows nobody to
 * another address, so that nothing is sent where nobody wanted it.
 * @param url may name a user and a password, which are sent as such
 * @throws PublishError where nothing was answered
 */
export async function askAt(
  fetch: Fetch,
  url: string,
  init: Pick<RequestInit, 'method' | 'body'>,
  signal: AbortSignal,
): Promise<Answer> {
  const { bare, headers } = addressed(url);
  if (init.body != null) headers['content-type'] = 'text/plain; charset=utf-8';
  const until = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    const sent = { ...init, headers, redirect: 'manual', signal: until } as const;
    const response = await fetch(bare, sent);
    const text = await textOf(response);
    const { status } = response;
    if (Math.floor(status / 100) !== REDIRECTED) return { status, text };
  } catch (error) {
    throw new PublishError(`${shownUrl(url)} did not answer (${reasonOf(error)}).`);
  }
  throw new PublishError(
    `${shownUrl(url)} sends callers elsewhere, where nothing is sent: name the address itself.`,
  );
}

/** An address as a log may have it: without a password, or a token behind a question mark. */
export function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname.replace(/\/$/, '')}`;
}

function addressed(url: string) {
  const address = new URL(url);
  const { username, password } = address;
  const headers: Record<string, string> = {};
  if (username !== '' || password !== '') {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  address.username = '';
  address.password = '';
  return { bare: address.href, headers };
}

async function textOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > ANSWER_BYTES_MAX) throw new Error(`more than ${ANSWER_BYTES_MAX / 1024} KiB`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message: string } };
  if (name === 'TimeoutError') return `nothing in ${PATIENCE_MS / 1000} s`;
  return cause?.code ?? cause?.message ?? message;
}

import { hash } from 'node:crypto';
import { unverifiedIn } from '../proofs/checkpoint.ts';
import { partsOf } from '../proofs/note.ts';
import { PATIENCE_MS } from './ask.ts';
import { isLoopback } from './loopback.ts';
import { PublishError, type Destination } from './published.ts';
import { within } from './within.ts';

/** Whom mail is handed to, and in whose name. */
export type Post = {
  /** `smtps://user:password@host:465`, or `smtp://…:587`, which then must turn to TLS. */
  readonly smtp: string;
  readonly from: string;
};

const ID_CHARACTERS = 32;

/**
 * Somebody's mailbox. Nobody can ask a mailbox what it has, so each call sends a mail; the same
 * checkpoint has the same Message-ID, by which most mailboxes know it again.
 * @param name how it is called in a log, which no address may stand in
 */
export function mailboxOf(to: string, name: string, post: Post): Destination {
  return {
    kind: 'mail',
    name,
    send: async ({ note }, signal) => {
      await delivered(to, note, post, signal);
      return 'published';
    },
  };
}

async function delivered(to: string, note: string, post: Post, signal: AbortSignal): Promise<void> {
  // Loaded only here: most ledgers send no mail.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport(optionsOf(post.smtp));
  const until = AbortSignal.any([signal, AbortSignal.timeout(2 * PATIENCE_MS)]);
  try {
    await within(until, () => transport.sendMail(messageOf(to, note, post.from)));
  } catch (error) {
    throw new PublishError(
      `The mail server at ${new URL(post.smtp).host} did not take the checkpoint ` +
        `(${reasonOf(error)}).`,
    );
  } finally {
    transport.close();
  }
}

/** What the server says may name somebody's address, so that only its code is told. */
function reasonOf(error: unknown): string {
  const { code, message, responseCode } = error as Error & {
    readonly code?: string;
    readonly responseCode?: number;
  };
  return code === undefined ? message : [code, responseCode ?? ''].join(' ').trim();
}

/** How the server is spoken to: with TLS, unless it is on this machine. */
function optionsOf(smtp: string) {
  const { protocol, hostname, port, username, password } = new URL(smtp);
  const secure = protocol === 'smtps:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const auth = { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  return {
    host,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !isLoopback(hostname),
    ignoreTLS: isLoopback(hostname),
    ...(auth.user !== '' && { auth }),
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    dnsTimeout: PATIENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** The checkpoint as a file, which mail does not change, and as text for whoever looks. */
function messageOf(to: string, note: string, from: string) {
  const { origin, size } = unverifiedIn(note);
  const digest = hash('sha256', partsOf(note).text).slice(0, ID_CHARACTERS);
  return {
    from,
    to,
    subject: `Time Credits checkpoint of ${origin}, ${size} events`,
    messageId: `<checkpoint-${size}-${digest}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    text:
      `The ledger ${origin} had ${size} events when it signed the lines below.\n\n` +
      'Keep this mail. Whoever has these lines can tell for ever whether anything before them ' +
      'was changed, left out or added. Save the file that comes with this mail, and give it to\n' +
      '  timecredits audit verify DIRECTORY --since FILE\n\n' +
      note,
    attachments: [
      {
        filename: `${size}.checkpoint`,
        content: note,
        contentType: 'application/octet-stream',
        contentTransferEncoding: 'base64' as const,
      },
    ],
  };
}

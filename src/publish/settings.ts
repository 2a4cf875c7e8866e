import { z } from 'zod';
import { NoteError, verifierIn } from '../proofs/note.ts';
import { isLoopback } from './loopback.ts';
import type { Named } from './places.ts';
import type { Witness } from './witness.ts';

/** No more witnesses than leave room for the ledger's own signatures in a note. */
const WITNESSES_MAX = 16;
const PLACES_MAX = 16;
const MINUTE_MS = 60_000;
const WEB = 'must be an address https://…, or http://… of this machine';
const SMTP = 'must be smtps://user:password@host:465, or smtp://…';
const WITNESS = "must be URL=KEY, the witness's address and its key, name+…+… (type 4)";
const MAIL = 'must be an address such as auditor@city.example';

/** An address that a checkpoint is put at: nobody on the way can read a password in it. */
export const publishUrlSchema = z.string().max(2_000).refine(isSafe, WEB);

export const smtpSchema = z
  .string()
  .max(2_000)
  .refine((text) => /^smtps?:\/\/[^/]/.test(text) && URL.canParse(text), SMTP);

export const mailSchema = z.email(MAIL).max(254);

/** A witness, as it is typed: `https://witness.example/submit=witness.example/w1+…+…`. */
export const witnessSchema = z.string().transform((text, context): Witness => {
  const [, url, key] = /^(\S+?)=([^\s+=]+\+[0-9a-f]{8}\+\S+)$/.exec(text) ?? [];
  if (url === undefined || key === undefined || !isSafe(url)) {
    context.addIssue(WITNESS);
    return z.NEVER;
  }
  try {
    const verifier = verifierIn(key);
    if (verifier.type === 'cosignature') return { url: url.replace(/\/+$/, ''), verifier };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
  }
  context.addIssue(WITNESS);
  return z.NEVER;
});

/** Several of something, with spaces between them. */
function several<S extends z.ZodType<unknown, string>>(schema: S, most: number) {
  return z
    .string()
    .transform((text) => text.split(/\s+/).filter((word) => word !== ''))
    .pipe(z.array(schema).max(most, `are at most ${most}`))
    .default([]);
}

/** Which tiles are for everybody: none; none with a leaf that could be guessed; all. */
export const PUBLIC_TILES = ['off', 'salted', 'all'] as const;

/** The settings of a service that publishes by itself. */
export const PUBLISH_SETTINGS = {
  PUBLISH_FOLDER: z.string().min(1, 'must be a folder for checkpoints').optional(),
  PUBLISH_URL: several(publishUrlSchema, PLACES_MAX),
  PUBLISH_MAIL: several(mailSchema, PLACES_MAX),
  PUBLISH_MAIL_FROM: mailSchema.optional(),
  PUBLISH_SMTP: smtpSchema.optional(),
  PUBLISH_WITNESSES: several(witnessSchema, WITNESSES_MAX),
  PUBLISH_EVERY_MINUTES: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'must be a number of minutes, 1 to 1440')
    .transform(Number)
    .refine((minutes) => minutes <= 1440, 'must be a number of minutes, 1 to 1440')
    .default(60),
};

/** Where a service publishes by itself. */
export type Publishing = {
  readonly every_ms: number;
  readonly named: Named;
};

/** What the settings say; nothing where they name no place. */
export function publishingOf(
  settings: z.output<z.ZodObject<typeof PUBLISH_SETTINGS>>,
): Publishing | undefined {
  const { PUBLISH_FOLDER: folder, PUBLISH_URL: urls, PUBLISH_MAIL: mailboxes } = settings;
  const { PUBLISH_WITNESSES: witnesses, PUBLISH_SMTP: smtp, PUBLISH_MAIL_FROM: from } = settings;
  if (folder === undefined && urls.length + mailboxes.length + witnesses.length === 0) {
    return undefined;
  }
  const post = smtp === undefined || from === undefined ? undefined : { smtp, from };
  const every_ms = settings.PUBLISH_EVERY_MINUTES * MINUTE_MS;
  const folders = folder === undefined ? [] : [folder];
  return { every_ms, named: { folders, urls, mailboxes, post, witnesses } };
}

function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

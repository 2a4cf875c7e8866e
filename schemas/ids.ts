import { z } from 'zod';

/**
 * Ids are a prefix and sixteen random characters of lower-case Crockford base32 (80 bits), so no
 * id tells anything about the person or the thing behind it, and none can be guessed.
 */

const RANDOM = '[0-9a-hjkmnp-tv-z]{16}';
const AT_REVISION = `(0|[1-9][0-9]{0,14})_${RANDOM}`;
const SLUG = '[A-Za-z0-9._/-]{1,40}';

function idSchema<P extends string>(prefix: P, noun: string) {
  return z
    .templateLiteral([`${prefix}_`, z.string().regex(new RegExp(`^${RANDOM}$`))], {
      error: `must be ${noun} id: ${prefix}_ and 16 characters`,
    })
    .meta({ examples: [`${prefix}_0123456789abcdef`] });
}

export const organisationIdSchema = idSchema('org', 'an organisation');
export const venueIdSchema = idSchema('ven', 'a venue');
export const memberIdSchema = idSchema('mem', 'a member');
export const cardIdSchema = idSchema('crd', 'a card');
export const accessIdSchema = idSchema('acc', 'an access');
export const offerIdSchema = idSchema('off', 'an offer');
export const commandIdSchema = idSchema('cmd', 'a command');

/** A transaction's id carries its revision in the stream, so finding one needs no index. */
export const transactionIdSchema = z
  .templateLiteral(['txn_', z.string().regex(new RegExp(`^${AT_REVISION}$`))], {
    error: 'must be a transaction id: txn_, its revision, _ and 16 characters',
  })
  .meta({ examples: ['txn_42_0123456789abcdef'] });

/** A list of hours issued together; carries the revision of its first event. */
export const issueIdSchema = z
  .templateLiteral(['iss_', z.string().regex(new RegExp(`^${AT_REVISION}$`))])
  .meta({ examples: ['iss_42_0123456789abcdef'] });

/** A booking; carries the revision of its event. */
export const holdIdSchema = z
  .templateLiteral(['hld_', z.string().regex(new RegExp(`^${AT_REVISION}$`))], {
    error: 'must be a booking id: hld_, its revision, _ and 16 characters',
  })
  .meta({ examples: ['hld_42_0123456789abcdef'] });

/** A short code without spaces: an activity, fund, label, reference or terminal. */
export const slugSchema = z
  .string()
  .regex(new RegExp(`^${SLUG}$`), 'must be 1 to 40 of the characters A-Z a-z 0-9 . _ / -')
  .meta({ examples: ['garden-tuesday'] });

/** SHA-256 or HMAC-SHA-256, base64url without padding: 43 characters. */
export const digestSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** Sixteen random bytes, base64url without padding: 22 characters, the last of two bits. */
export const saltSchema = z.string().regex(/^[A-Za-z0-9_-]{21}[AQgw]$/);

/** A network's name; its stream is `ledger-<network>`. */
export const networkSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be 1 to 31 of a-z 0-9 -, starting with a letter')
  .meta({ examples: ['cardiff'] });

/** The name of a ledger in its checkpoints, for ever: a URL without its scheme, no plus. */
export const originSchema = z
  .string()
  .regex(/^[a-z0-9.-]+(\/[a-z0-9._-]+)*$/, 'must be a name such as credits.example/medway');

/** The account names of the ledger; see `accountOf` for how to make one. */
export const accountSchema = z
  .string()
  .regex(
    new RegExp(
      `^(programme|lapsed|wallet:mem_${RANDOM}|pot:org_${RANDOM}|till:ven_${RANDOM}` +
        `|allocation:org_${RANDOM}:${SLUG}|clearing:[a-z][a-z0-9-]{0,30})$`,
    ),
    'must be an account: wallet:<member>, pot:<organisation>, till:<venue>, ' +
      'allocation:<organisation>:<fund>, clearing:<network>, programme or lapsed',
  )
  .meta({ examples: ['wallet:mem_0123456789abcdef'] });

export type OrganisationId = z.infer<typeof organisationIdSchema>;
export type VenueId = z.infer<typeof venueIdSchema>;
export type MemberId = z.infer<typeof memberIdSchema>;
export type CardId = z.infer<typeof cardIdSchema>;
export type AccessId = z.infer<typeof accessIdSchema>;
export type OfferId = z.infer<typeof offerIdSchema>;
export type HoldId = z.infer<typeof holdIdSchema>;
export type CommandId = z.infer<typeof commandIdSchema>;
export type TransactionId = z.infer<typeof transactionIdSchema>;
export type IssueId = z.infer<typeof issueIdSchema>;
export type Account = string;
export type Digest = string;

export const PROGRAMME: Account = 'programme';

/** Names the account that a holder's credits are in. */
export const accountOf = {
  wallet: (member: MemberId): Account => `wallet:${member}`,
  pot: (organisation: OrganisationId): Account => `pot:${organisation}`,
  till: (venue: VenueId): Account => `till:${venue}`,
  allocation: (organisation: OrganisationId, fund: string): Account =>
    `allocation:${organisation}:${fund}`,
  clearing: (network: string): Account => `clearing:${network}`,
};

export type AccountKind =
  'programme' | 'allocation' | 'wallet' | 'pot' | 'till' | 'clearing' | 'lapsed';

/** The kind of an account: the word before the first colon. */
export function kindOf(account: Account): AccountKind {
  const colon = account.indexOf(':');
  return (colon < 0 ? account : account.slice(0, colon)) as AccountKind;
}

/** The member, organisation, venue or network whose account it is. */
export function holderOf(account: Account): string {
  return account.split(':')[1] ?? account;
}

/** The fund of an allocation account. */
export function fundOf(account: Account): string {
  return account.split(':')[2] ?? '';
}

/** The random characters of an id, shared by everything that one command makes. */
export function randomOf(id: string): string {
  return id.slice(id.lastIndexOf('_') + 1);
}

/** The id of the transaction at a revision, made by a command. */
export function transactionIdAt(revision: number, command: CommandId): TransactionId {
  return `txn_${revision}_${randomOf(command)}`;
}

/** The id of the list whose first event is at a revision. */
export function issueIdAt(revision: number, command: CommandId): IssueId {
  return `iss_${revision}_${randomOf(command)}`;
}

/** The id of the booking made at a revision. */
export function holdIdAt(revision: number, command: CommandId): HoldId {
  return `hld_${revision}_${randomOf(command)}`;
}

/** The revision that the id of a transaction, an issue or a booking carries. */
export function revisionIn(id: TransactionId | IssueId | HoldId): number {
  return Number(id.split('_')[1]);
}

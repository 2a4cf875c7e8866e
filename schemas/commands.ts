import type {
  AccessId,
  Account,
  CardId,
  CommandId,
  Digest,
  HoldId,
  MemberId,
  OfferId,
  OrganisationId,
  TransactionId,
  VenueId,
} from './ids.ts';
import type { By } from './events/envelope.ts';
import type { Predecessor, Rules } from './events/ledger.ts';
import type { OrganisationRole } from './events/organisation.ts';
import type { EventOf } from './events/index.ts';
import type { Give } from './events/issue.ts';
import { base32 } from './base32.ts';
import { ID_BYTES } from './keys.ts';
import { LIFECYCLE_ROLES, type LifecycleAsk } from './lifecycle.ts';
import { ADMIN, type Role } from './roles.ts';

/**
 * What can be asked of the ledger. A command carries everything that is not in the state: who
 * asks, the random characters of the ids it may make, and hashes of its idempotency key and body.
 * Amounts stay the strings they were sent as. Time comes with the batch it is decided in.
 */

/** A member named by id, or by the HMAC of a card. */
export type Bearer = { memberId: MemberId } | { cardHmac: Digest };

const SEED_BYTES = 16;

type Order<T extends string, F> = { readonly type: T } & Readonly<F>;

export type OpenLedger = Order<
  'OpenLedger',
  {
    network: string;
    timeZone: string;
    rules: Rules;
    predecessor?: Predecessor | undefined;
    admin: { accessId: AccessId; keyHash: Digest; label: string };
  }
>;
export type ChangeRules = Order<'ChangeRules', { rules: Partial<Rules> }>;
export type RaiseFormat = Order<'RaiseFormat', { format: number }>;
export type BringForward = Order<
  'BringForward',
  { entries: readonly { account: Account; credits: string }[] }
>;
export type RegisterOrganisation = Order<
  'RegisterOrganisation',
  { name: string; roles: OrganisationRole[] }
>;
export type RegisterVenue = Order<
  'RegisterVenue',
  { organisationId: OrganisationId; name: string; openAmounts?: true | undefined }
>;
export type EnrolMember = Order<'EnrolMember', { organisationId?: OrganisationId | undefined }>;
export type AddMembership = Order<
  'AddMembership',
  {
    member: Bearer;
    /** Whose the card must be that is shown. */
    memberId?: MemberId | undefined;
    organisationId?: OrganisationId | undefined;
  }
>;
export type IssueCard = Order<'IssueCard', { memberId: MemberId; hmac: Digest }>;
export type RevokeCard = Order<'RevokeCard', { cardId: CardId }>;
export type GrantAccess = Order<
  'GrantAccess',
  {
    accessId: AccessId;
    keyHash: Digest;
    role: Role;
    organisationId?: OrganisationId | undefined;
    memberId?: MemberId | undefined;
    label: string;
    expiresOn?: string | undefined;
  }
>;
export type RevokeAccess = Order<'RevokeAccess', { accessId: AccessId }>;
export type AllocateCredits = Order<
  'AllocateCredits',
  {
    organisationId: OrganisationId;
    fund: string;
    credits: string;
    firstDay?: string | undefined;
    lastDay?: string | undefined;
  }
>;
export type ReturnAllocation = Order<
  'ReturnAllocation',
  { organisationId: OrganisationId; fund: string; credits: string }
>;
export type IssueEntry = {
  readonly member: Bearer;
  readonly minutes: number;
  readonly give?: Give | undefined;
  readonly again?: boolean | undefined;
};
/** A sheet by the SHA-256 of its file, and by the HMAC of that, which the stream keeps. */
export type Sheet = { reference: string; sha256: string; hmac: Digest };
export type IssueCredits = Order<
  'IssueCredits',
  {
    organisationId: OrganisationId;
    fund?: string | undefined;
    occurredOn: string;
    activity: string;
    sheet?: Sheet | undefined;
    corrects?: readonly TransactionId[] | undefined;
    entries: readonly IssueEntry[];
  }
>;
export type RedeemCredits = Order<
  'RedeemCredits',
  {
    venueId: VenueId;
    member: Bearer;
    credits?: string | undefined;
    offerId?: OfferId | undefined;
    party?: Party | undefined;
    occurredAt?: string | undefined;
    reference?: string | undefined;
    terminal?: string | undefined;
    /** A line of a paper sheet, and how many other visits were the same in all that it says. */
    paper?: true | undefined;
    again?: number | undefined;
  }
>;
/** Who came along, as the till counted them. */
export type Party = { readonly adults: number; readonly under16s: number };
export type PublishOffer = Order<
  'PublishOffer',
  Omit<EventOf<'OfferPublished'>['data'], 'offerId'>
>;
export type WithdrawOffer = Order<'WithdrawOffer', { offerId: OfferId }>;
export type HoldCredits = Order<
  'HoldCredits',
  {
    venueId: VenueId;
    /** Whose credits are held: a member's, or those in an organisation's pot. */
    member?: Bearer | undefined;
    potOf?: OrganisationId | undefined;
    credits?: string | undefined;
    offerId?: OfferId | undefined;
    party?: Party | undefined;
    visitAt?: string | undefined;
    expiresAt?: string | undefined;
    reference?: string | undefined;
    terminal?: string | undefined;
  }
>;
export type CaptureHold = Order<
  'CaptureHold',
  { holdId: HoldId; credits?: string | undefined; terminal?: string | undefined }
>;
export type CancelHold = Order<'CancelHold', { holdId: HoldId }>;
/** `shared`: the key as it was while both roles of the organisation shared their keys. */
export type VoidKey = Order<'VoidKey', { voids: Digest; shared?: Digest | undefined }>;
export type TransferCredits = Order<
  'TransferCredits',
  {
    entries: readonly { from: Account; to: Account; credits: string }[];
    reason: EventOf<'CreditsTransferred'>['data']['reason'];
    agreed?: EventOf<'CreditsTransferred'>['data']['agreed'];
  }
>;
export type ReverseTransaction = Order<
  'ReverseTransaction',
  {
    transactionId: TransactionId;
    credits?: string | undefined;
    minutes?: number | undefined;
    writeOff?: boolean | undefined;
    reason: EventOf<'TransactionReversed'>['data']['reason'];
  }
>;

export type NetworkLimits = { readonly theyOweAtMost: string; readonly weOweAtMost: string };
export type RegisterNetwork = Order<
  'RegisterNetwork',
  { network: string; name?: string | undefined } & NetworkLimits
>;
export type ChangeNetworkLimits = Order<'ChangeNetworkLimits', { network: string } & NetworkLimits>;
/** A visitor of theirs at a venue here, or a member of ours away, each on a day or at a time. */
export type VisitLine = {
  /** The line of the file it stood on; left out: its place in the list. */
  readonly line?: number | undefined;
  readonly credits: string;
  readonly reference: string;
  readonly occurredAt?: string | undefined;
  readonly occurredOn?: string | undefined;
} & (
  | { readonly direction: 'here'; readonly venueId: VenueId }
  | { readonly direction: 'away'; readonly member: Bearer }
);
export type RecordVisit = Order<'RecordVisit', { network: string; visits: readonly VisitLine[] }>;
export type SettleTill = Order<'SettleTill', { venueId: VenueId; to: string }>;
export type AgreeReimbursement = Order<
  'AgreeReimbursement',
  { venueId: VenueId; poundsPerCredit: string }
>;

/** What is asked, without who asks. */
export type Ask =
  | OpenLedger
  | ChangeRules
  | RaiseFormat
  | BringForward
  | RegisterOrganisation
  | RegisterVenue
  | EnrolMember
  | AddMembership
  | IssueCard
  | RevokeCard
  | GrantAccess
  | RevokeAccess
  | AllocateCredits
  | ReturnAllocation
  | IssueCredits
  | RedeemCredits
  | VoidKey
  | TransferCredits
  | ReverseTransaction
  | PublishOffer
  | WithdrawOffer
  | HoldCredits
  | CaptureHold
  | CancelHold
  | RegisterNetwork
  | ChangeNetworkLimits
  | RecordVisit
  | SettleTill
  | AgreeReimbursement
  | LifecycleAsk;

export type CommandType = Ask['type'];

export type Command = {
  readonly id: CommandId;
  /** Random bytes that nobody keeps, from which the salts of its events are made. */
  readonly seed: Uint8Array;
  readonly by: By['access'];
  readonly key?: Digest | undefined;
  readonly body?: Digest | undefined;
  /** Where the body names cards: its hash with their numbers, as it was kept before format 3. */
  readonly bodyAsSent?: (() => Digest) | undefined;
  /** Of an access of an organisation of both roles: the key as it was while they shared keys. */
  readonly sharedKey?: Digest | undefined;
  readonly ask: Ask;
};

/** The random parts of a command. */
export type NewCommand = Pick<Command, 'id' | 'seed'>;

/** Draws the random parts of a new command. */
export function drawCommand(random: (bytes: number) => Uint8Array): NewCommand {
  return { id: `cmd_${base32(random(ID_BYTES))}`, seed: random(SEED_BYTES) };
}

/** The roles that may give each command; `[]` is for the system alone. */
export const COMMAND_ROLES: { readonly [T in CommandType]: readonly Role[] } = {
  OpenLedger: [],
  ChangeRules: [ADMIN],
  RaiseFormat: [ADMIN],
  BringForward: [ADMIN],
  RegisterOrganisation: [ADMIN],
  RegisterVenue: [ADMIN, 'partner'],
  EnrolMember: [ADMIN, 'coordinator'],
  AddMembership: [ADMIN, 'coordinator'],
  IssueCard: [ADMIN, 'coordinator'],
  RevokeCard: [ADMIN, 'coordinator'],
  GrantAccess: [ADMIN],
  RevokeAccess: [ADMIN],
  AllocateCredits: [ADMIN],
  ReturnAllocation: [ADMIN],
  IssueCredits: [ADMIN, 'coordinator'],
  RedeemCredits: [ADMIN, 'partner'],
  VoidKey: [ADMIN, 'partner'],
  TransferCredits: [ADMIN, 'coordinator'],
  ReverseTransaction: [ADMIN, 'coordinator', 'partner'],
  PublishOffer: [ADMIN, 'partner'],
  WithdrawOffer: [ADMIN, 'partner'],
  HoldCredits: [ADMIN, 'coordinator', 'partner'],
  CaptureHold: [ADMIN, 'partner'],
  CancelHold: [ADMIN, 'coordinator', 'partner'],
  RegisterNetwork: [ADMIN],
  ChangeNetworkLimits: [ADMIN],
  RecordVisit: [ADMIN],
  SettleTill: [ADMIN],
  AgreeReimbursement: [ADMIN],
  ...LIFECYCLE_ROLES,
};

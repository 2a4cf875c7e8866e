import type { Hundredths } from '../../schemas/amounts.ts';
import type { OrganisationRole } from '../../schemas/events/organisation.ts';
import type { Account, CardId, Digest, MemberId, OrganisationId } from '../../schemas/ids.ts';
import type { Role } from '../../schemas/roles.ts';
import type { Day } from '../../schemas/time.ts';
import type { Standing } from './standing.ts';

/** What `decide` depends on of whatever is registered. */

/** What an ending moved, and to where. */
export type Rest = { readonly moved: Hundredths; readonly to: Account };
export type Organisation = {
  readonly roles: readonly OrganisationRole[];
  readonly standing?: Standing | undefined;
  /** Where the pot of a closed one has gone, and goes. */
  readonly potTo?: Account | undefined;
  readonly rest?: Rest | undefined;
};
export type Venue = {
  readonly organisation: OrganisationId;
  /** It takes amounts of its own choosing also while it has offers. */
  readonly openAmounts?: true;
  readonly standing?: Standing | undefined;
};
export type Member = {
  /** A dense number, for flat tables. */
  readonly number: number;
  readonly organisations: readonly OrganisationId[];
  readonly card?: CardId | undefined;
  readonly standing?: Standing | undefined;
  /** Where the rest of a closed wallet has gone, and goes. */
  readonly restTo?: Account | undefined;
  readonly rest?: Rest | undefined;
  /** The cards that a closed one had, and has again should it be opened. */
  readonly cardsBefore?: readonly CardId[] | undefined;
  readonly mergedInto?: MemberId | undefined;
  /** What a merged one was and brought with it, to be given back should the two be separated. */
  readonly joining?: Joining | undefined;
  /** Every member that was merged into this one, also through another. */
  readonly merged?: readonly MemberId[] | undefined;
  /** Cards of merged members, which answer for this one beside the live card. */
  readonly otherCards?: readonly CardId[] | undefined;
};
export type Joining = {
  readonly member: Member;
  /** Groups that the other one did not belong to. */
  readonly brought: readonly OrganisationId[];
  readonly rest?: Rest | undefined;
};
/** What stays true of a member, whatever becomes of groups and cards. */
export type Past = {
  /** The organisation that enrolled the member; the others joined later. */
  readonly enrolledBy?: OrganisationId | undefined;
  /** The member has had a card, so the id alone no longer opens the wallet. */
  readonly carded?: true | undefined;
};
export type Card = { readonly member: MemberId; readonly revoked: boolean };
export type Access = {
  readonly role: Role;
  readonly organisation?: OrganisationId | undefined;
  readonly member?: MemberId | undefined;
  readonly keyHash: Digest;
  readonly expiresOn?: Day | undefined;
  readonly revoked: boolean;
  readonly suspended?: true;
};

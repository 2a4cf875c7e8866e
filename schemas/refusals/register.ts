import { entry, FINAL, RETRY, type Entry } from './entry.ts';

/** What is named and is not there, belongs to somebody else, or is in the wrong state. */
export const registerRefusals = {
  // What is named and is not there, or belongs to somebody else.
  access_needs_organisation: entry(
    FINAL,
    'An access of the role {role} {rule}.',
    'The key and the organisation do not fit together. Nothing was changed.',
  ),
  organisation_not_found: entry(
    FINAL,
    'There is no organisation {id} here.',
    'That organisation is not known. Nothing was changed.',
  ),
  not_an_earn_group: entry(
    FINAL,
    'Organisation {id} is not registered with the role "earn".',
    'This organisation does not issue credits. Nothing was changed.',
  ),
  not_a_spend_partner: entry(
    FINAL,
    'Organisation {id} is not registered with the role "spend".',
    'This organisation does not take credits. Nothing was changed.',
  ),
  network_not_found: entry(
    FINAL,
    'There is no network {id} registered here.',
    'That network is not known. Nothing was recorded.',
  ),
  venue_not_found: entry(
    FINAL,
    'There is no venue {id} here.',
    'That venue is not known. Nothing was taken.',
  ),
  member_not_found: entry(
    FINAL,
    'There is no member {id} here.',
    'That member is not known. Nothing was changed.',
  ),
  enrolled_elsewhere: entry(
    FINAL,
    'Another organisation enrolled this member, and yours joined later: a coordinator of the one ' +
      'that enrolled, or an admin, can close or merge the wallet.',
    'Only the group that enrolled this member can do that, or the scheme. Nothing was changed.',
  ),
  card_unknown: entry(
    FINAL,
    'No card has this number.',
    'This card is not known. Nothing was taken. Check the ten characters.',
  ),
  card_not_found: entry(
    FINAL,
    'There is no card {id} here.',
    'That card is not known. Nothing was changed.',
  ),
  access_not_found: entry(
    FINAL,
    'There is no access {id} here.',
    'That key is not known. Nothing was changed.',
  ),
  account_not_found: entry(
    FINAL,
    'There is no account {id} here.',
    'That account is not known. Nothing was changed.',
  ),
  transaction_not_found: entry(
    FINAL,
    'There is no transaction {id} here.',
    'That transaction is not known. Nothing was changed.',
  ),
  key_not_found: entry(
    RETRY,
    'Nothing is recorded under this key. A request that is still on its way may yet arrive: ' +
      'send the same request again, or void the key.',
    'Nothing was taken under this number so far.',
  ),
  fund_not_found: entry(
    FINAL,
    'There is no fund of this name here.',
    'That fund is not known. Nothing was changed.',
  ),
  receipt_withheld: entry(
    FINAL,
    'The event says where the credits have gone on to, which is not for this key to see. ' +
      'An auditor of the scheme can show it.',
    'That receipt cannot be shown here. Ask the scheme.',
  ),
  beyond_the_tree: entry(
    FINAL,
    'That lies beyond the tree, which covers {size} events; sizes count from 1, revisions from 0.',
    'That is not in the ledger yet.',
  ),
  // Cards, members and organisations in the wrong state.
  card_revoked: entry(
    FINAL,
    'This card was revoked.',
    'This card is no longer valid. Nothing was taken. Ask the group for the new card.',
  ),
  card_required: entry(
    FINAL,
    'The id alone is too little here: send the member\'s card as "card". Where it was lost, or ' +
      'there is none, a coordinator of a group that the member belongs to can issue one now, or ' +
      'add the member to another group.',
    'The card is needed here. Nothing was taken. If it is lost, the group can issue a new one.',
  ),
  member_has_card: entry(
    FINAL,
    'The member has a live card, {id}; revoke that one first.',
    'This member has a card already. Revoke the old card first.',
  ),
  card_drawn_before: entry(
    RETRY,
    'The number drawn for this card was drawn before. Send the same request again.',
    'Try again: another number will be drawn.',
  ),
  card_already_revoked: entry(
    FINAL,
    'This card was revoked before.',
    'This card was revoked before. Nothing more to do.',
  ),
  already_member: entry(
    FINAL,
    'The member belongs to this organisation already.',
    'This member belongs to the group already.',
  ),
  access_already_revoked: entry(
    FINAL,
    'This access was revoked before.',
    'That key was revoked before. Nothing more to do.',
  ),
  access_exists: entry(FINAL, 'An access with this id exists already.', 'That key exists already.'),
  last_admin: entry(
    FINAL,
    'This is the last admin access that lasts. Grant another one first.',
    'The last administrator cannot be removed. Nothing was changed.',
  ),
  // Other networks.
  own_network: entry(
    FINAL,
    '{network} is the name of this network itself.',
    'That is this network itself. Nothing was changed.',
  ),
  network_exists: entry(
    FINAL,
    'The network {network} is registered already. Its limits are changed with ' +
      'POST /v1/networks/{network}/limits.',
    'That network is registered already. Nothing was changed.',
  ),
  limits_unchanged: entry(
    FINAL,
    'The limits agreed with {network} are these already.',
    'The limits are these already. Nothing was changed.',
  ),
  // What is suspended, closed or merged.
  member_suspended: entry(
    FINAL,
    'This member cannot be debited just now. The groups the member belongs to know why.',
    'This card cannot be used. Nothing was taken. Ask the group.',
  ),
  member_closed: entry(
    FINAL,
    'This member was closed.',
    'This card cannot be used. Nothing was taken. Ask the group.',
  ),
  member_merged: entry(
    FINAL,
    'The member {id} was merged into {into} before.',
    'This member was merged with another before. Nothing was changed.',
  ),
  venue_suspended: entry(
    FINAL,
    'This venue takes no redemptions just now. Refunds and voids go on.',
    'This venue cannot take credits just now. Nothing was taken. Ask the scheme.',
  ),
  venue_closed: entry(
    FINAL,
    'This venue was closed. Refunds and voids go on.',
    'This venue no longer takes credits. Nothing was taken. Ask the scheme.',
  ),
  organisation_suspended: entry(
    FINAL,
    'The organisation is suspended: nothing is issued, redeemed or moved out. Refunds go on.',
    'This organisation cannot do that just now. Nothing was changed. Ask the scheme.',
  ),
  organisation_closed: entry(
    FINAL,
    'The organisation was closed.',
    'This organisation was closed. Nothing was changed. Ask the scheme.',
  ),
  already_suspended: entry(
    FINAL,
    'That is suspended already.',
    'That is suspended already. Nothing more to do.',
  ),
  not_suspended: entry(
    FINAL,
    'That is not suspended.',
    'That is not suspended. Nothing more to do.',
  ),
  not_ended: entry(
    FINAL,
    'That is neither closed nor merged, so there is nothing to undo.',
    'That is open already. Nothing was changed.',
  ),
  minutes_joined: entry(
    FINAL,
    'Since the merge the minutes of both have completed a credit together. Reverse the issue ' +
      'that completed it, separate the members, then issue those minutes again to the right one.',
    'Their hours have made a credit together. Nothing was changed. Ask the scheme.',
  ),
  merge_into_itself: entry(
    FINAL,
    'A member is not merged into the same member. Name two.',
    'These are the same member. Nothing was changed.',
  ),
  rest_not_allowed: entry(
    FINAL,
    'What is left does not go to {to}: {why}.',
    'What is left cannot go there. Nothing was changed.',
  ),
  rest_unplaced: entry(
    FINAL,
    'The pot has {credits}: say in "potTo" where they go.',
    'The pot is not empty. Say where its credits go. Nothing was changed.',
  ),
  rest_too_large: entry(
    FINAL,
    '{account} has {credits}, more than one movement carries. Transfer some of them first.',
    'There is too much to move at once. Nothing was changed. Move a part of it first.',
  ),
} as const satisfies Record<string, Entry>;

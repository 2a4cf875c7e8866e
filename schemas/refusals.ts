/**
 * Every reason for which the ledger says no, in order of precedence: where several hold, the one
 * that stands first here is given. A refusal writes nothing and uses up no key.
 *
 * `detail` is for the developer, `aloud` for whoever stands at the till; `{words}` are filled in.
 * `retryable` means that the same request may succeed later, unchanged.
 */
type Entry = { readonly detail: string; readonly aloud: string; readonly retryable: boolean };

const RETRY = true;
const FINAL = false;

function entry(retryable: boolean, detail: string, aloud: string): Entry {
  return { retryable, detail, aloud };
}

export const REFUSALS = {
  // What the request itself lacks.
  unauthenticated: entry(
    FINAL,
    'The key is missing, unknown, revoked or expired. Send it as "Authorization: Bearer tcl_…".',
    'This till is not signed in. Nothing was taken. Ask the scheme for a new key.',
  ),
  forbidden: entry(
    FINAL,
    'An access of the role {role} may not do this; it takes {roles}.',
    'This key is not allowed to do that. Nothing was changed.',
  ),
  not_found: entry(
    FINAL,
    'There is nothing at this address. /docs lists every call.',
    'That was not found. Nothing was changed.',
  ),
  invalid_request: entry(
    FINAL,
    'The request does not fit its schema; "errors" names each field.',
    'Something was typed in a form the ledger cannot read. Nothing was changed.',
  ),
  unsupported_media_type: entry(
    FINAL,
    'The body must be JSON, with "Content-Type: application/json".',
    'The till sent something the ledger cannot read. Nothing was taken.',
  ),
  body_too_large: entry(
    FINAL,
    'The body is larger than {limit} bytes. Send a long list in parts.',
    'That is too much at once. Nothing was changed. Send it in parts.',
  ),
  idempotency_key_missing: entry(
    FINAL,
    'Every call that writes needs an Idempotency-Key header of 1 to 255 visible characters.',
    'The till left out the number of this sale. Nothing was taken.',
  ),
  too_many_unknown_cards: entry(
    RETRY,
    'More than {limit} unknown cards in a minute from one access. Wait, then go on.',
    'Too many unknown cards were tried. Wait a minute and try again. Nothing was taken.',
  ),
  // What stands in the way of writing at all.
  busy: entry(
    RETRY,
    'The queue of waiting writes is full. Nothing was written; send the same key again shortly.',
    'The ledger is busy. Nothing was taken. Try again in a moment.',
  ),
  not_writing: entry(
    RETRY,
    'This instance takes no writes: {why}.',
    'The ledger cannot record anything just now. Nothing was taken. Try again later.',
  ),
  outcome_unknown: entry(
    RETRY,
    'No answer from the journal within {seconds} s; the write may still land. ' +
      'Send the same request with the same key again until it is answered.',
    'The ledger has not answered yet. Do not start a new sale: try this same one again.',
  ),
  // Idempotency.
  key_reused: entry(
    FINAL,
    'This Idempotency-Key was used for {earlier}; what differs: {fields}. Use a new key.',
    'The till mixed up two sales. Nothing more was taken. Start this one again.',
  ),
  voided: entry(
    FINAL,
    'This Idempotency-Key was voided before it was used. Use a new key.',
    'This sale was cancelled. Nothing was taken. Start again.',
  ),
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
  // Cards, members and organisations in the wrong state.
  card_revoked: entry(
    FINAL,
    'This card was revoked.',
    'This card is no longer valid. Nothing was taken. Ask the group for the new card.',
  ),
  card_required: entry(
    FINAL,
    'This member has a card: send "card" instead of "memberId".',
    'This member has a card. Nothing was taken. Ask to see the card.',
  ),
  card_drawn_before: entry(
    RETRY,
    'The number drawn for this card was drawn before. Send the same request again.',
    'Try again: another number will be drawn.',
  ),
  member_has_card: entry(
    FINAL,
    'The member has a live card, {id}; revoke that one first.',
    'This member has a card already. Revoke the old card first.',
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
  // Reversals.
  not_reversible: entry(
    FINAL,
    'A {type} cannot be reversed; redemptions, issues and transfers can.',
    'That cannot be undone this way. Nothing was changed.',
  ),
  reversal_unit: entry(
    FINAL,
    'A {type} is reversed in {unit}.',
    'That cannot be undone in this unit. Nothing was changed.',
  ),
  already_reversed: entry(
    FINAL,
    'Nothing of this transaction is left to reverse.',
    'This was given back before. Nothing more was given back.',
  ),
  more_than_remains: entry(
    FINAL,
    'Of this transaction {remaining} is left to reverse.',
    'That is more than is left to give back. Nothing was changed.',
  ),
  key_not_redemption: entry(
    FINAL,
    'This key was used for {earlier}, which is not undone by a void. Reverse the transaction.',
    'That was not a sale. Nothing was changed.',
  ),
  // Days and hours.
  occurred_in_future: entry(
    FINAL,
    '{day} has not been yet; today is {today} in this network.',
    'That day has not been yet. Nothing was changed.',
  ),
  too_long_ago: entry(
    FINAL,
    "{day} is more than {days} days ago, the limit of this network's rules.",
    'That was too long ago to record now. Nothing was changed. Ask the scheme.',
  ),
  days_inverted: entry(
    FINAL,
    'The last day is before the first.',
    'The last day is before the first. Nothing was changed.',
  ),
  // Lists.
  nothing_to_issue: entry(
    FINAL,
    'No line of the list has any minutes: {absences} absences and nothing to issue. ' +
      'What was issued by mistake is reversed by its transaction.',
    'Everybody on this list was absent. Nothing was issued.',
  ),
  list_too_long: entry(
    FINAL,
    'This would make {events} events; one call makes at most {limit}. Send it in parts.',
    'The list is too long. Nothing was issued. Send it in parts.',
  ),
  duplicate_sheet: entry(
    FINAL,
    'This sheet was issued before, as {first}. Nothing was issued.',
    'This sheet was typed in before. Nothing was issued.',
  ),
  entries_refused: entry(
    FINAL,
    '{count} of the lines cannot be recorded; "errors" names each. Nothing was recorded.',
    'Some lines of the list are wrong. Nothing was issued. Mend them and send the list again.',
  ),
  own_wallet: entry(
    FINAL,
    'Line {line}: a coordinator may not credit their own wallet.',
    'You cannot give credits to yourself. Ask another coordinator.',
  ),
  member_twice: entry(
    FINAL,
    'Line {line}: this member stands in the list before, at line {first}.',
    'The same member is in the list twice. Nothing was issued.',
  ),
  too_many_minutes: entry(
    FINAL,
    'Line {line}: {minutes} minutes are too many on {day}; one member gives at most {limit} a day.',
    'That is more hours than one day allows. Nothing was issued.',
  ),
  duplicate_entry: entry(
    FINAL,
    'Line {line}: the same member, day, activity and minutes were issued as {first}. ' +
      'If it is another session, say "again": true.',
    'The same hours were issued before. If it was another session, say so.',
  ),
  no_fund_for_day: entry(
    FINAL,
    'No fund of this organisation{fund} covers {day}.',
    'There is no fund for that day. Nothing was issued. Ask the scheme.',
  ),
  allocation_exhausted: entry(
    FINAL,
    'The fund {fund} has {left} left and this takes {needed}. Left in each fund: {funds}.',
    'The fund has too few credits left. Nothing was issued. Ask the scheme for more.',
  ),
  // Balances.
  redemption_too_large: entry(
    FINAL,
    'Without an offer a redemption takes at most {limit}.',
    'That is more than one sale may take, {limit}. Nothing was taken.',
  ),
  account_closed_to: entry(
    FINAL,
    'Opening balances go to wallets, pots and tills, not to {account}.',
    'That account does not take an opening balance. Nothing was changed.',
  ),
  transfer_not_allowed: entry(
    FINAL,
    'Line {line}: credits do not go from {from} to {to} for the reason {reason}.',
    'Credits cannot be moved that way. Nothing was moved.',
  ),
  agreement_missing: entry(
    FINAL,
    'A transfer from a wallet says how the member agreed: "card", "signed_form" or "in_person".',
    'Say how the member agreed. Nothing was moved.',
  ),
  insufficient_credits: entry(
    FINAL,
    'The account has {available} available; this takes {needed}.{more}',
    'Only {available} left; this takes {needed}. Nothing was taken.',
  ),
  too_few_credits: entry(
    FINAL,
    'The wallet has too few credits available; this takes {needed}.{more}',
    'Too few credits are left; this takes {needed}. Nothing was taken.',
  ),
  // The ledger itself.
  ledger_already_open: entry(
    FINAL,
    'The stream has events already.',
    'The ledger is open already.',
  ),
  rules_unchanged: entry(
    FINAL,
    'The rules are these already.',
    'The rules are these already. Nothing was changed.',
  ),
  format_not_next: entry(
    FINAL,
    'The ledger has format {format}; this code can raise it to {highest} at most, one at a time.',
    'The format cannot be raised to that. Nothing was changed.',
  ),
  internal_error: entry(
    RETRY,
    'Something went wrong here, and it is ours to mend. Send the same request with the same key ' +
      'again to learn what became of it; quote request_id when you report it.',
    'Something went wrong in the ledger. Try this same sale again.',
  ),
} as const satisfies Record<string, Entry>;

export type RefusalCode = keyof typeof REFUSALS;

export const REFUSAL_CODES = Object.keys(REFUSALS) as RefusalCode[];

/** One fault of a field or a line, by its JSON pointer into the body. */
export type Fault = {
  readonly pointer: string;
  readonly code: RefusalCode;
  readonly detail: string;
};

/** The ledger's no: a value, not an exception. */
export type Refusal = {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly aloud: string;
  readonly errors?: readonly Fault[];
  /** Figures for a machine, such as `{ available: "1" }`. */
  readonly facts?: Readonly<Record<string, string | number>>;
};

type Words = Readonly<Record<string, string | number>>;

/**
 * Words a refusal from the table.
 * @param words what its `{words}` stand for, already as people read it
 */
export function refuse(
  code: RefusalCode,
  words: Words = {},
  more: Pick<Refusal, 'errors' | 'facts'> = {},
): Refusal {
  const { detail, aloud } = REFUSALS[code];
  return { code, detail: fill(detail, words), aloud: fill(aloud, words), ...more };
}

/** One fault of a list, worded from the same table. */
export function fault(pointer: string, code: RefusalCode, words: Words = {}): Fault {
  return { pointer, code, detail: fill(REFUSALS[code].detail, words) };
}

function fill(sentence: string, words: Words): string {
  return sentence.replace(/\{(\w+)\}/g, (gap, word: string) => String(words[word] ?? gap));
}

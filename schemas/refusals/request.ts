import { entry, FINAL, RETRY, type Entry } from './entry.ts';

/** A request that cannot be taken as it was sent, or not just now. */
export const requestRefusals = {
  // What the request itself lacks.
  unauthenticated: entry(
    FINAL,
    'The key is missing, unknown, revoked or expired. Send it as "Authorization: Bearer tcl_…".',
    'This till is not signed in. Ask the scheme for a new key.',
  ),
  access_suspended: entry(
    FINAL,
    'This access is suspended. An admin of the scheme can reinstate it.',
    'This till is not to be used just now. Nothing was taken. Ask the scheme.',
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
  headers_too_large: entry(
    FINAL,
    'The address and the headers of the request are larger than 16 KiB. Send less of them.',
    'The till sent something the ledger cannot read. Nothing was taken.',
  ),
  request_incomplete: entry(
    RETRY,
    'The request did not arrive whole in time. Send it again, on a new connection.',
    'The ledger did not hear all of that. Try this same sale again.',
  ),
  idempotency_key_missing: entry(
    FINAL,
    'Every call that writes needs an Idempotency-Key header of 1 to 255 visible characters.',
    'The till left out the number of this sale. Nothing was taken.',
  ),
  too_many_unknown_cards: entry(
    RETRY,
    'More than {limit} unknown cards in a minute from one {whom}. Where "errors" names cards, ' +
      'take those out. Wait, then go on; calls that show no card go on as ever.',
    'Too many unknown cards were tried. Wait a minute, then try this same sale again.',
  ),
  too_many_requests: entry(
    RETRY,
    'More was asked than this caller has a share of ({limited}), so this request did nothing. ' +
      'Wait {seconds} s, then send the same again.',
    'The ledger is asked too much at once. Try this same sale again in a moment.',
  ),
  // What stands in the way of writing at all.
  busy: entry(
    RETRY,
    'The queue of waiting writes is full, so this request wrote nothing. ' +
      'Send it with the same key again shortly.',
    'The ledger is busy. Try this same sale again in a moment.',
  ),
  not_writing: entry(
    RETRY,
    'This instance takes no writes: {why}. Send the same request with the same key again later.',
    'The ledger cannot record anything just now. Try this same sale again later.',
  ),
  outcome_unknown: entry(
    RETRY,
    'No answer from the journal within {seconds} s; the write may still land. ' +
      'Send the same request with the same key again until it is answered.',
    'The ledger has not answered yet. Do not start a new sale: try this same one again.',
  ),
  // What stands in the way of reading.
  not_there_yet: entry(
    RETRY,
    'This instance has revision {revision} and not yet {asked}, which Ledger-Revision-At-Least ' +
      'asks for. It waits {seconds} s at most, and less where too many wait. Send the same again.',
    'The ledger is a moment behind. Look again shortly.',
  ),
  damaged: entry(
    RETRY,
    'What is stored of this is not as it was written: {why}. It is not shown, and this instance ' +
      'records nothing more until whoever keeps the ledger has put the stream back.',
    'The ledger cannot show this just now. Ask the scheme.',
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
} as const satisfies Record<string, Entry>;

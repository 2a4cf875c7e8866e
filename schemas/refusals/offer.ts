import { entry, FINAL, type Entry } from './entry.ts';

/** What an offer does not give, or not now; and bookings that are no longer open. */
export const offerRefusals = {
  visit_in_past: entry(
    FINAL,
    'A booking is for now or later; {at} has been.',
    'That time has been. Nothing was taken.',
  ),
  hold_too_long: entry(
    FINAL,
    'A booking expires after now and within {days} days; {at} does not.',
    'That is too far ahead to book. Nothing was taken.',
  ),
  offer_not_found: entry(
    FINAL,
    'There is no offer {id} at this venue.',
    'That offer is not known here. Nothing was taken.',
  ),
  offer_withdrawn: entry(
    FINAL,
    'This offer was withdrawn.',
    'This offer is no longer given. Nothing was taken.',
  ),
  offer_required: entry(
    FINAL,
    'This venue has offers: send offerId instead of credits. Only a venue that was registered ' +
      'with openAmounts takes amounts of its own choosing beside its offers.',
    'Choose one of the offers. Nothing was taken.',
  ),
  party_too_large: entry(
    FINAL,
    'The party has {people} people; this offer is for at most {limit}.',
    'This offer is for at most {limit} people. Nothing was taken.',
  ),
  nothing_to_take: entry(
    FINAL,
    'This party takes no credits, so there is nothing to record.',
    'This costs no credits. Nothing was taken.',
  ),
  offer_not_available: entry(
    FINAL,
    'The offer is not available at {at}. It is available {when}.',
    'This offer is available {when}. Nothing was taken.',
  ),
  cap_reached: entry(
    FINAL,
    'The limit {cap} of this offer is reached: {limit}. {opens}.',
    'This offer has been taken as often as it is given. {opens}. Nothing was taken.',
  ),
  hold_not_found: entry(
    FINAL,
    'There is no booking {id} here.',
    'That booking is not known. Nothing was taken.',
  ),
  hold_captured: entry(
    FINAL,
    'This booking was captured before.',
    'This booking was used before. Nothing more was taken.',
  ),
  hold_cancelled: entry(
    FINAL,
    'This booking was cancelled.',
    'This booking was cancelled. Nothing was taken.',
  ),
  hold_expired: entry(
    FINAL,
    'This booking has expired.',
    'This booking has run out. Nothing was taken. Make a new one.',
  ),
  more_than_held: entry(
    FINAL,
    'The booking holds {held}; that is less than {asked}.',
    'That is more than was booked. Nothing was taken.',
  ),
} as const satisfies Record<string, Entry>;

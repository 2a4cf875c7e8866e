import { entry, FINAL, type Entry } from './entry.ts';

/** What cannot be undone, or no longer. */
export const reversalRefusals = {
  not_reversible: entry(
    FINAL,
    'A {type} cannot be reversed; redemptions, issues, transfers and visits can.',
    'That cannot be undone this way. Nothing was changed.',
  ),
  reversal_unit: entry(
    FINAL,
    'A {type} is reversed in {unit}.',
    'That cannot be undone in this unit. Nothing was changed.',
  ),
  already_reversed: entry(
    FINAL,
    'Nothing of the transaction {id} is left to reverse.',
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
  both_sides_same: entry(
    FINAL,
    'Both sides of this are {account} by now, so a reversal would move nothing.',
    'Both sides of this are one account now. Nothing was changed.',
  ),
} as const satisfies Record<string, Entry>;

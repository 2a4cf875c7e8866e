import { entry, FINAL, type Entry } from './entry.ts';

/** Credits that are not there, or may not go that way. */
export const balanceRefusals = {
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
  network_limit: entry(
    FINAL,
    'The limit agreed with {network}, {limit} that {who}, leaves room for {room}; ' +
      'this takes {needed}.',
    'The limit agreed with {network} leaves room for {room}; this takes {needed}. ' +
      'Nothing was recorded.',
  ),
} as const satisfies Record<string, Entry>;

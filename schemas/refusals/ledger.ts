import { entry, FINAL, RETRY, type Entry } from './entry.ts';

/** The ledger itself. */
export const ledgerRefusals = {
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
  format_too_low: entry(
    FINAL,
    'This ledger has format {format}, which does not hold that yet. Once every instance runs ' +
      'this code an admin raises it, with POST /v1/format and {next}.',
    'The ledger cannot record that yet. Nothing was changed. Ask the scheme.',
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

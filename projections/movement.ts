import { hundredths, type Hundredths } from '../schemas/amounts.ts';
import type { StreamEvent } from '../schemas/events/index.ts';
import type { Account } from '../schemas/ids.ts';

/** Both sides of an event that moves credits. */
export type Movement = {
  readonly debit: Account;
  readonly credit: Account;
  readonly amount: Hundredths;
};

/** What an event moves; nothing where it moves no credits. */
export function movementOf(event: StreamEvent): Movement | undefined {
  const { debit, credit, credits } = event.data as {
    debit?: Account;
    credit?: Account;
    credits?: string;
  };
  if (debit === undefined || credit === undefined || credits === undefined) return undefined;
  return { debit, credit, amount: hundredths(credits) };
}

import { z } from 'zod';
import { accountSchema, type Account } from '../../schemas/ids.ts';

const KINDS: Readonly<Record<string, string>> = { mem_: 'wallet', org_: 'pot', ven_: 'till' };

/** An account as it is typed: its name, or its holder's id for the account that everybody means. */
export const accountOperandSchema = z
  .string()
  .transform((typed) => {
    const kind = KINDS[typed.slice(0, 4)];
    return kind === undefined ? typed : `${kind}:${typed}`;
  })
  .pipe(accountSchema);

/** Says that another account answers for the one asked, as the wallet of a merged member does. */
export function mergedText(asked: Account, answered: string): string[] {
  return asked === answered ? [] : [`  ${asked} was merged into this one and has nothing besides.`];
}

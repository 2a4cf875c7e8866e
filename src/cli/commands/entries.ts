import { z } from 'zod';
import { entriesAnswer } from '../../../schemas/http/account.ts';
import type { Account } from '../../../schemas/ids.ts';
import { accountOperandSchema, mergedText } from '../account.ts';
import { clientFrom, type Client } from '../client.ts';
import { SERVICE_OPTIONS, type Command } from '../command.ts';
import { wrongUsage } from '../failure.ts';
import { counted, table } from '../table.ts';

const PAGE_MAX = 500;
const LIMIT = 100;

const countSchema = z
  .string()
  .regex(/^[1-9]\d{0,6}$/, 'must be a whole number from 1')
  .transform(Number);

type Page = z.output<typeof entriesAnswer>;

export const entries: Command = {
  words: 'entries',
  summary: 'list what went in and out of an account, newest first',
  operands: ['account'],
  about:
    'The account is named as for the command balance. The closing balance is that after the ' +
    'newest entry shown, the opening balance that before the oldest.',
  options: {
    limit: { value: 'N', help: `at most so many entries; ${LIMIT} if left out` },
    all: { help: 'every entry the account ever had' },
    ...SERVICE_OPTIONS,
  },
  examples: ['timecredits entries mem_0123456789abcdef --limit 10'],
  async run(given, io) {
    const account = given.operand(0, accountOperandSchema);
    const limit = given.checked('limit', countSchema);
    if (given.flag('all') && limit !== undefined) {
      throw wrongUsage('Give either --limit or --all.');
    }
    const most = given.flag('all') ? Infinity : (limit ?? LIMIT);
    const found = await pagesOf(clientFrom(given, io), account, most);
    const rows = found.entries.map((entry) => [
      entry.recordedAt,
      entry.occurredOn,
      entry.type,
      entry.amount,
      entry.balance,
      entry.otherAccount,
      entry.transactionId,
      entry.reference ?? '',
    ]);
    const headings = ['recorded', 'occurred', 'what', 'amount>', 'balance>', 'other account'];
    const count = counted(rows.length, 'entry').replace('entrys', 'entries');
    const more = found.next === undefined ? [] : ['  There are older entries: --all shows them.'];
    return {
      text: [
        `${found.account}: ${count}, newest first`,
        ...mergedText(account, found.account),
        `  closing balance ${found.closing}`,
        ...table([...headings, 'transaction', 'reference'], rows),
        `  opening balance ${found.opening}`,
        ...more,
      ],
      json: found,
    };
  },
};

/** Page after page, until there are as many entries as wanted or no more. */
async function pagesOf(client: Client, account: Account, most: number): Promise<Page> {
  const path = `/v1/accounts/${encodeURIComponent(account)}/entries`;
  const pageAfter = (after: string, left: number) =>
    client.get(`${path}?limit=${Math.min(PAGE_MAX, left)}${after}`, entriesAnswer);
  let found = await pageAfter('', most);
  while (found.next !== undefined && found.entries.length < most) {
    const page = await pageAfter(`&after=${found.next}`, most - found.entries.length);
    const { closing, revision } = found;
    found = { ...page, closing, revision, entries: [...found.entries, ...page.entries] };
  }
  return found;
}

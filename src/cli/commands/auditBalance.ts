import { z } from 'zod';
import { credits, creditsAloud } from '../../../schemas/amounts.ts';
import { revisionQuerySchema } from '../../../schemas/http/common.ts';
import { daySchema, givenInstantSchema, milliseconds } from '../../../schemas/time.ts';
import { requireFiles } from '../../audit/directory.ts';
import { balanceAsAt } from '../../audit/asAt.ts';
import { accountOperandSchema } from '../account.ts';
import type { Command } from '../command.ts';
import { faulty, wrongUsage } from '../failure.ts';

export const auditBalance: Command = {
  words: 'audit balance',
  summary: "count the balance of an account from an auditor's directory",
  operands: ['dir', 'account'],
  about:
    'Counts from the lines of <dir>/events.ndjson alone, now or as it was. Verify the directory ' +
    'first: this believes what it reads. The account is written as for the command balance, ' +
    'whose answer must be the same.',
  options: {
    'at-revision': { value: 'N', help: 'as it was after that revision of the stream' },
    'recorded-by': { value: 'TIME', help: 'as recorded by a time, as 2026-03-31T18:00:00Z' },
    'occurred-by': { value: 'DAY', help: 'of all that occurred by a day, whenever recorded' },
  },
  examples: ['timecredits audit balance mirror programme --recorded-by 2026-03-31T23:59:59+01:00'],
  async run(given) {
    const directory = given.operand(0, z.string());
    requireFiles(directory);
    const asked = given.operand(1, accountOperandSchema);
    const atRevision = given.checked('at-revision', revisionQuerySchema);
    const recordedBy = given.checked('recorded-by', givenInstantSchema);
    const occurredBy = given.checked('occurred-by', daySchema);
    const named = [atRevision, recordedBy, occurredBy].filter((one) => one !== undefined);
    if (named.length > 1) {
      throw wrongUsage('Ask one of --at-revision, --recorded-by and --occurred-by at a time.');
    }
    const recordedBy_ms = recordedBy === undefined ? undefined : milliseconds(recordedBy);
    const found = await balanceAsAt(directory, asked, { atRevision, recordedBy_ms, occurredBy });
    const { account, balance, revision, newest, known } = found;
    if (!known) throw faulty('account_not_found', `There is no account ${asked} in ${directory}.`);
    if (atRevision !== undefined && atRevision > newest) {
      throw wrongUsage(`--at-revision ${atRevision}: the events end at revision ${newest}.`);
    }
    return {
      text: [`${account}: ${creditsAloud(balance)}, at revision ${revision}`],
      json: { account, balance: credits(balance), revision },
    };
  },
};

import { creditsAloud, hundredths } from '../../../schemas/amounts.ts';
import { accountAnswer } from '../../../schemas/http/account.ts';
import { revisionQuerySchema } from '../../../schemas/http/common.ts';
import { daySchema, givenInstantSchema } from '../../../schemas/time.ts';
import { accountOperandSchema, mergedText } from '../account.ts';
import { clientFrom } from '../client.ts';
import { SERVICE_OPTIONS, type Command } from '../command.ts';
import { wrongUsage } from '../failure.ts';

export const balance: Command = {
  words: 'balance',
  summary: 'show the balance of an account, now or as it was',
  operands: ['account'],
  about:
    'The account is wallet:<member>, pot:<organisation>, till:<venue>, ' +
    'allocation:<organisation>:<fund> or programme; a member id alone means the wallet, an ' +
    "organisation's the pot, a venue's the till. One of three options asks for an earlier state.",
  options: {
    'at-revision': { value: 'N', help: 'as it was after that revision of the stream' },
    'recorded-by': { value: 'TIME', help: 'as recorded by a time, as 2026-03-31T18:00:00Z' },
    'occurred-by': { value: 'DAY', help: 'of all that occurred by a day, whenever recorded' },
    ...SERVICE_OPTIONS,
  },
  examples: [
    'timecredits balance mem_0123456789abcdef',
    'timecredits balance till:ven_0123456789abcdef --occurred-by 2026-03-31',
  ],
  async run(given, io) {
    const account = given.operand(0, accountOperandSchema);
    const asked = {
      atRevision: given.checked('at-revision', revisionQuerySchema),
      recordedBy: given.checked('recorded-by', givenInstantSchema),
      occurredBy: given.checked('occurred-by', daySchema),
    };
    const named = Object.entries(asked).filter(([, value]) => value !== undefined);
    if (named.length > 1) {
      throw wrongUsage('Ask one of --at-revision, --recorded-by and --occurred-by at a time.');
    }
    const query = named.map(([name, value]) => `?${name}=${encodeURIComponent(value!)}`).join('');
    const path = `/v1/accounts/${encodeURIComponent(account)}${query}`;
    const answer = await clientFrom(given, io).get(path, accountAnswer);
    const amount = creditsAloud(hundredths(answer.balance));
    const { held = '0' } = answer;
    const booked = held === '0' ? '' : `, ${held} of them held for bookings`;
    return {
      text: [
        `${answer.account}: ${amount}${booked}, at revision ${answer.revision}`,
        ...mergedText(account, answer.account),
      ],
      json: answer,
    };
  },
};

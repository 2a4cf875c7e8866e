import { z } from 'zod';
import { balanceSchema } from '../amounts.ts';
import { partySchema } from '../events/redemption.ts';
import {
  accountSchema,
  networkSchema,
  organisationIdSchema,
  transactionIdSchema,
  venueIdSchema,
} from '../ids.ts';
import { monthSchema } from '../time.ts';
import { revisionSchema } from './common.ts';

/** What an entry of a statement is, in the words that its readers use. */
export const ENTRY_KINDS = [
  'allocation',
  'capture',
  'correction',
  'issue',
  'merge',
  'opening',
  'redemption',
  'refund',
  'rest',
  'return',
  'settlement',
  'transfer',
  'visit',
] as const;

export type EntryKind = (typeof ENTRY_KINDS)[number];

const kindSchema = z.enum(ENTRY_KINDS);

export const venueStatementParams = z.strictObject({ id: venueIdSchema, period: monthSchema });
export const organisationStatementParams = z.strictObject({
  id: organisationIdSchema,
  period: monthSchema,
});

export const networkStatementParams = z.strictObject({ id: networkSchema, period: monthSchema });

export const statementAnswer = z.object({
  network: networkSchema,
  holder: z.string().meta({ description: 'whose statement it is' }),
  period: monthSchema,
  number: z.int().meta({ description: '1 is the month in which the holder was registered' }),
  from: z.string(),
  to: z.string(),
  revision: z.int().meta({ description: 'the last of the month, which this is as at' }),
  accounts: z.array(
    z.object({ account: accountSchema, opening: balanceSchema, closing: balanceSchema }),
  ),
  totals: z.array(
    z.object({
      account: accountSchema,
      kind: kindSchema,
      entries: z.int(),
      credits: balanceSchema,
    }),
  ),
  lines: z.array(
    z.object({
      number: z.int(),
      revision: revisionSchema,
      transactionId: transactionIdSchema,
      recordedAt: z.string(),
      occurredOn: z.string(),
      kind: kindSchema,
      account: accountSchema,
      credits: balanceSchema.meta({ description: 'negative: taken out' }),
      balance: balanceSchema.meta({ description: 'of the account after it' }),
      reference: z.string().optional(),
      terminal: z.string().optional(),
      party: partySchema.optional(),
      reverses: transactionIdSchema.optional(),
    }),
  ),
});

import type { Command } from '../command.ts';
import { accessGrant } from './accessGrant.ts';
import { accessList, accessRevoke } from './access.ts';
import { auditBalance } from './auditBalance.ts';
import { auditExport } from './auditExport.ts';
import { auditFetch } from './auditFetch.ts';
import { auditReceipt } from './auditReceipt.ts';
import { auditVerify } from './auditVerify.ts';
import { backup } from './backup.ts';
import { balance } from './balance.ts';
import { cardsRenew } from './cardsRenew.ts';
import { check } from './check.ts';
import { checkpoint } from './checkpoint.ts';
import { checkpointRotate } from './checkpointRotate.ts';
import { enrol } from './enrol.ts';
import { entries } from './entries.ts';
import { fund } from './fund.ts';
import { issue } from './issue.ts';
import { journalCopy } from './journalCopy.ts';
import { keys } from './keys.ts';
import { publish } from './publish.ts';
import { receipt } from './receipt.ts';
import { redeem } from './redeem.ts';
import { replay } from './replay.ts';
import { restore } from './restore.ts';
import { serve } from './serve.ts';
import { settle } from './settle.ts';
import { statement } from './statement.ts';
import { visits } from './visits.ts';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  enrol,
  issue,
  redeem,
  visits,
  cardsRenew,
  balance,
  entries,
  settle,
  statement,
  fund,
  receipt,
  checkpoint,
  checkpointRotate,
  publish,
  keys,
  auditFetch,
  auditVerify,
  auditReceipt,
  auditBalance,
  auditExport,
  accessGrant,
  accessRevoke,
  accessList,
  replay,
  check,
  backup,
  restore,
  journalCopy,
  serve,
];

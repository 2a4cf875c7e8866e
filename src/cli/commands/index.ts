import type { Command } from '../command.ts';
import { auditExport } from './auditExport.ts';
import { accessGrant } from './accessGrant.ts';
import { accessList, accessRevoke } from './access.ts';
import { balance } from './balance.ts';
import { check } from './check.ts';
import { enrol } from './enrol.ts';
import { entries } from './entries.ts';
import { issue } from './issue.ts';
import { redeem } from './redeem.ts';
import { replay } from './replay.ts';
import { serve } from './serve.ts';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  enrol,
  issue,
  redeem,
  balance,
  entries,
  accessGrant,
  accessRevoke,
  accessList,
  replay,
  check,
  auditExport,
  serve,
];

import type { Command } from '../command.ts';
import { accessGrant } from './accessGrant.ts';
import { accessList, accessRevoke } from './access.ts';
import { backup } from './backup.ts';
import { balance } from './balance.ts';
import { check } from './check.ts';
import { enrol } from './enrol.ts';
import { entries } from './entries.ts';
import { fund } from './fund.ts';
import { issue } from './issue.ts';
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
  balance,
  entries,
  settle,
  statement,
  fund,
  accessGrant,
  accessRevoke,
  accessList,
  replay,
  check,
  backup,
  restore,
  serve,
];

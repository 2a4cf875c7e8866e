import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { credits } from '../../../schemas/amounts.ts';
import { verifiersIn, type Signed } from '../../audit/checkpoints.ts';
import { requireFiles } from '../../audit/directory.ts';
import { sentence } from '../../audit/fault.ts';
import type { Accepted } from '../../audit/model/accepted.ts';
import { keptIn } from '../../audit/kept.ts';
import { helpersFor, verify, type Verified } from '../../audit/verify.ts';
import { ACCEPTED_OPTION, acceptedFor, acceptedLines, holdsLine, linesOf } from '../breaches.ts';
import type { Command, Given, Report } from '../command.ts';
import { EXIT, faulty } from '../failure.ts';
import type { Io } from '../io.ts';
import { counted } from '../table.ts';

const PROGRESS_EVENTS = 100_000;
const OWN_KEYS =
  'whose keys these are: the copy brought them. Compare them with those published (--keys)';
const NONE_KEPT =
  'that nothing was rewritten and signed again: for that name checkpoints you kept (--since)';

export const auditVerify: Command = {
  words: 'audit verify',
  summary: "verify an auditor's directory, and name the first bad event",
  operands: ['dir'],
  about:
    'Works out anew every leaf, tile and root, verifies every signature, and judges every event ' +
    'by rules of its own: it shares no code with the service. Nothing is asked of the service.\n' +
    'Without --keys it takes the keys in <dir>/keys, which whoever made the directory wrote: ' +
    'compare them with those that were published elsewhere. A checkpoint that you kept yourself, ' +
    'given with --since, shows whether history before it was changed or cut off, even by ' +
    'somebody who has the signing key. The exit status is 1 if anything does not hold.',
  options: {
    since: { value: 'FILE', many: true, help: 'a checkpoint kept elsewhere; as often as you like' },
    keys: { value: 'FILE', help: 'the keys you trust, one a line, also those of witnesses' },
    ...ACCEPTED_OPTION,
    threads: { value: 'N', help: 'how many threads; as many as there are cores if left out' },
  },
  examples: [
    'timecredits audit verify mirror',
    'timecredits audit verify mirror --keys published --since march.txt --since june.txt',
  ],
  async run(given, io) {
    const directory = given.operand(0, z.string());
    requireFiles(directory);
    const { keys, verifiers } = keysFor(directory, given, io);
    const saved = given.texts('since').flatMap((file) => keptIn(textOf(file, io), basename(file)));
    const accepted = acceptedFor(given, io);
    const threads = given.checked('threads', z.coerce.number<string>().int().min(1).max(64));
    const started_ms = io.now_ms();
    let told = 0;
    const verified = await verify({
      directory,
      saved,
      verifiers,
      accepted,
      helpers: helpersFor(directory, threads ?? availableParallelism(), threads !== undefined),
      progress: (events) => {
        if (events - told < PROGRESS_EVENTS) return;
        told = events;
        io.progress(`  ${counted(events, 'event')} verified …\n`);
      },
    });
    const seconds = (io.now_ms() - started_ms) / 1000;
    const unshown = [
      ...(given.text('keys') === undefined ? [OWN_KEYS] : []),
      ...(saved.length === 0 ? [NONE_KEPT] : []),
    ];
    return reportOf(directory, verified, { seconds, keys, unshown, known: accepted });
  },
};

function keysFor(directory: string, given: Given, io: Io) {
  const keys = given.text('keys') ?? join(directory, 'keys');
  if (given.text('keys') === undefined && !io.files.exists(keys)) {
    throw faulty('no_keys', `There is no ${keys}. Name a file of the keys you trust with --keys.`);
  }
  return { keys, verifiers: verifiersIn(textOf(keys, io), keys) };
}

function textOf(file: string, io: Io): string {
  return Buffer.from(io.files.read(file)).toString('utf8');
}

type Run = {
  readonly seconds: number;
  readonly keys: string;
  /** What somebody who looks at this copy alone cannot know. */
  readonly unshown: readonly string[];
  readonly known: Accepted | undefined;
};

function reportOf(directory: string, verified: Verified, run: Run): Report {
  const { seconds, keys, unshown, known } = run;
  const { origin, size, events, accounts, sum, checkpoints, tiles, rules } = verified;
  const { faults, counts, accepted } = verified;
  const root = Buffer.from(verified.root).toString('base64');
  const signers = signersOf(checkpoints);
  const [first] = faults;
  const text = [
    `${directory}: ${origin ?? 'a ledger that no checkpoint names'}`,
    `  events       ${counted(events, 'event')}, ${counted(accounts, 'account')}, ` +
      `the sum of all balances is ${credits(sum)}`,
    `  root         ${root}`,
    `  checkpoints  ${checkpoints.length} hold, the newest signed one is of size ${size ?? '–'}`,
    `  keys         ${keys}`,
    ...signers.map(({ key, count }) => `  signed by    ${key}: ${counted(count, 'checkpoint')}`),
    `  tiles        ${tiles === undefined ? 'none, so none were compared' : tiles}`,
    `  time         ${seconds.toFixed(1)} s`,
    ...rules.map(({ name, says }) => `  ${counts.get(name) === 0 ? 'holds ' : 'BROKEN'}  ${says}`),
    ...rules.flatMap(({ name }) => {
      return linesOf(name, faults, counts.get(name) ?? 0).map((line) => `  ${line}`);
    }),
    ...unshown.map((what) => `  not shown  ${what}`),
    ...acceptedLines(accepted, known),
    first === undefined ? holdsLine(accepted) : `It does not hold. ${sentence(first)}`,
  ];
  const json = {
    ...{ ok: first === undefined, origin, size, root, events, accounts },
    ...{ sumOfBalances: credits(sum), tiles, signers, seconds, unshown },
    checkpoints: checkpoints.map((one) => ({ name: one.name, size: one.size })),
    ...(first !== undefined && { firstBad: first.revision, firstFault: sentence(first) }),
    faults: faults.map((fault) => ({ ...fault, sentence: sentence(fault) })),
    accepted: accepted.map((fault) => ({ ...fault, sentence: sentence(fault) })),
    breaches: Object.fromEntries([...counts].filter(([, count]) => count > 0)),
  };
  return { text, json, exit: first === undefined ? EXIT.ok : EXIT.refused };
}

/** How many checkpoints each key signed, the witnesses' among them. */
function signersOf(checkpoints: readonly Signed[]): { key: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { verifier } of checkpoints.flatMap(({ verified }) => verified)) {
    counts.set(verifier.text, (counts.get(verifier.text) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => ({ key, count }));
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { verifiersIn } from '../../src/audit/checkpoints.ts';
import { verify } from '../../src/audit/verify.ts';
import type { Replayed } from './replaySide.ts';

/** One verification of an auditor's directory, in a fresh process. */
export type VerifyJob = { readonly directory: string; readonly helpers: number };

const { directory, helpers } = (await json(process.stdin)) as VerifyJob;
const verifiers = verifiersIn(readFileSync(join(directory, 'keys'), 'utf8'), 'keys');
const started_ms = performance.now();
const before = process.cpuUsage();
const { events, sum, faults } = await verify({ directory, saved: [], verifiers, helpers });
const { user, system } = process.cpuUsage(before);
const seconds = (performance.now() - started_ms) / 1000;
if (faults.length > 0) throw new Error(`the bench's own stream: ${faults[0]!.found}`);
const answer: Replayed = { seconds, cpu_s: (user + system) / 1e6, events, sum };
process.stdout.write(JSON.stringify(answer));

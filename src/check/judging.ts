import { readFileSync } from 'node:fs';
import { sentence } from '../audit/fault.ts';
import { acceptedIn } from '../audit/model/accepted.ts';
import { workBehind } from '../journal/behind.ts';
import { sqliteReader } from '../journal/sqlite/index.ts';
import { checkStream } from './index.ts';

/** The judging process: it reads a stream beside the service, in the time that others leave. */

/** What came of it; of many breaches the first are named. */
export type Verdict =
  | { readonly held: number; readonly accepted: number }
  | { readonly broken: readonly string[]; readonly count: number }
  | { readonly failed: string };

const NAMED_MAX = 20;
const [file, accepted] = process.argv.slice(2);

workBehind();
const failed = (error: unknown): Verdict => ({ failed: (error as Error).message });
const verdict = await judged().catch(failed);
process.send?.(verdict, () => process.disconnect());

async function judged(): Promise<Verdict> {
  const known = accepted && acceptedIn(readFileSync(accepted, 'utf8'), accepted);
  const reader = sqliteReader(file!);
  try {
    const accepting = known ? { accepted: known } : {};
    // A mirror may have only the beginning of a command as yet.
    const checked = await checkStream(reader, { isGrowing: true, ...accepting });
    const { findings, counts, events } = checked;
    if (findings.length === 0) return { held: events, accepted: checked.accepted.length };
    const count = [...counts.values()].reduce((sum, one) => sum + one, 0);
    const named = findings.slice(0, NAMED_MAX);
    return { broken: named.map((one) => `${one.invariant}: ${sentence(one)}`), count };
  } finally {
    await reader.close();
  }
}

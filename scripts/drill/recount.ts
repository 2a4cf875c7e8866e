import { credits, hundredths } from '../../schemas/amounts.ts';
import { keyDigest } from '../../schemas/digest.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import type { HttpClient } from '../../test/support/process.ts';
import type { Ground } from './ground.ts';
import type { Write } from './write.ts';

/** Every event, as an instance serves it, a line each. */
export async function linesFrom(admin: HttpClient): Promise<string[]> {
  const stream = await admin.get<string>('/v1/events', 'application/x-ndjson');
  return stream.body.split('\n').filter(Boolean);
}

/**
 * Compares a stream, and the balances that a service tells, with a drill's own count.
 * @returns a sentence for everything that is not as it was answered
 */
export async function recount(
  admin: HttpClient,
  lines: readonly string[],
  { wallets }: Ground,
  writes: readonly Write[],
): Promise<string[]> {
  const { times, balances } = counted(lines);
  const losses: string[] = [];
  const expected = new Map(wallets);
  for (const { key, moves, answer } of writes) {
    const found = times.get(keyDigest('network', key)) ?? 0;
    const due = answer === undefined ? 0 : 1;
    if (found !== due) losses.push(`${key} is in the stream ${found} times, but should be ${due}`);
    if (answer === undefined) continue;
    for (const [id, amount] of Object.entries(moves)) expected.set(id, expected.get(id)! + amount);
  }
  for (const [memberId, amount] of expected) {
    const account = `wallet:${memberId}`;
    const { body } = await admin.get<{ balance: string }>(`/v1/accounts/${account}`);
    if (body.balance !== credits(amount) || balances.get(account) !== amount) {
      const found = `the stream ${balances.get(account)}, the service ${body.balance}`;
      losses.push(`${account} should have ${credits(amount)}; it has by ${found}`);
    }
  }
  const { body } = await admin.get<{ sumOfBalances: string }>('/v1/ledger');
  if (body.sumOfBalances !== '0') losses.push(`the balances sum to ${body.sumOfBalances}`);
  return losses;
}

/** How often each key is in a stream, and what it comes to, by an addition of its own. */
function counted(lines: readonly string[]) {
  const times = new Map<string, number>();
  const balances = new Map<string, number>();
  const move = (account: string, amount: number) =>
    balances.set(account, (balances.get(account) ?? 0) + amount);
  for (const event of lines.map((line) => JSON.parse(line) as StreamEvent)) {
    const { key } = event.command;
    if (key !== undefined) times.set(key, (times.get(key) ?? 0) + 1);
    if (!('debit' in event.data) || !event.data.debit || !event.data.credit) continue;
    move(event.data.debit, -hundredths(event.data.credits ?? '0'));
    move(event.data.credit, hundredths(event.data.credits ?? '0'));
  }
  return { times, balances };
}

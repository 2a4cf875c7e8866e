import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import type { EventOf, StreamEvent } from '../../schemas/events/index.ts';
import { sqliteJournal, sqliteReader } from '../../src/journal/sqlite/index.ts';
import { lineFor } from '../../src/audit/model/accepted.ts';
import { faultOf } from '../../src/audit/fault.ts';
import { checkStream } from '../../src/check/index.ts';
import { HttpClient, notStarted, serviceFor, type ServiceProcess } from '../support/process.ts';
import { tillIn } from './till.ts';

/** Writes a sale beyond what the member has, as no service would. */
async function forge(dataDirectory: string): Promise<number> {
  const journal = await sqliteJournal(join(dataDirectory, 'ledger.sqlite'));
  const lines: string[] = [];
  for await (const page of journal.read(0)) lines.push(...page.lines);
  const events = lines.map((line) => JSON.parse(line) as StreamEvent);
  const sale = events.findLast(
    ({ type }) => type === 'CreditsRedeemed',
  ) as EventOf<'CreditsRedeemed'>;
  const { id, index, count } = sale.command;
  const command = { id: `${id.slice(0, -4)}zzzz` as typeof id, index, count };
  const forged = { ...sale, command, data: { ...sale.data, credits: '500' } };
  await journal.append([canonical(forged)], lines.length - 1);
  await journal.close();
  return lines.length;
}

/** The file that accepts each breach, with a reason. */
async function acceptingAll(dataDirectory: string): Promise<string> {
  const reader = sqliteReader(join(dataDirectory, 'ledger.sqlite'));
  const { findings } = await checkStream(reader);
  await reader.close();
  const lines = findings.map((one) => lineFor(faultOf(one))!);
  return lines.map((line) => `${line.replace('"reason":""', '"reason":"a test"')}\n`).join('');
}

/** Waits until a service has said something. */
async function logs(service: ServiceProcess, said: RegExp): Promise<void> {
  while (!said.test(service.logged())) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function broken(t: Test): Promise<{ dataDirectory: string; revision: number }> {
  const dataDirectory = t.testdir();
  const first = await serviceFor(t, { dataDirectory });
  const till = await tillIn(first);
  await till.redeem('sale');
  await first.end('SIGTERM');
  return { dataDirectory, revision: await forge(dataDirectory) };
}

t.test('given a stream with a sale that a member had no credits for', async (t) => {
  const { dataDirectory, revision } = await broken(t);
  const service = await serviceFor(t, { dataDirectory });
  await logs(service, /the stream breaks rules/);
  t.match(
    service.logged(),
    new RegExp(`At revision ${revision} \\(CreditsRedeemed\\)`),
    'is named',
  );
  const reader = new HttpClient(service.url, undefined);
  const ready = await reader.get<{ why: string }>('/readyz');
  t.match(ready, { status: 503, body: { why: /breaks a rule/ } }, 'is not ready, and says why');
  t.equal((await reader.get('/v1/refusals')).status, 200, 'goes on answering who reads');
  t.same(await service.end('SIGTERM'), { code: 0, signal: null }, 'and ends in order');

  await t.test('when every breach of it is accepted', async (t) => {
    const known = join(t.testdir(), 'known');
    writeFileSync(known, await acceptingAll(dataDirectory));
    const environment = { ACCEPTED_BREACHES: known };
    const accepting = await serviceFor(t, { dataDirectory, environment });
    await logs(accepting, /every event keeps the rules/);
    const accepted = await new HttpClient(accepting.url, undefined).get('/readyz');
    t.equal(accepted.status, 200, 'it is ready');
    await accepting.end('SIGTERM');
  });

  await t.test('when the file of accepted ones cannot be read', async (t) => {
    const known = join(t.testdir({ known: '{"rule":"guarded"}\n' }), 'known');
    const environment = { ACCEPTED_BREACHES: known };
    const refused = await notStarted(t, { dataDirectory, environment });
    t.match(refused.logged, /^The service did not start\. .*known line 1/m, 'says which line');
  });
});

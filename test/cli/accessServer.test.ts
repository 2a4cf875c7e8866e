import { dirname, join } from 'node:path';
import t from 'tap';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { keptLedger, ran } from '../backup/support.ts';
import { standIn } from '../support/eventstore/index.ts';
import { CommandLine } from './support.ts';

const STREAM = 'ledger-medway';
const GRANT = ['access', 'grant', '--role', 'admin', '--offline'] as const;

t.test('given a ledger on a server whose admin keys are lost', async (t) => {
  const ledger = await keptLedger(t);
  await ledger.end();
  const server = await standIn(t);
  const address = server.url.replace('esdb://', 'esdb://ledger:unshown@');
  const instance = join(dirname(ledger.data), 'instance');
  const copy = ['journal', 'copy', '--from', ledger.data, '--to', address, '--data', instance];
  await ran(...copy);
  const settings = await ran<Record<string, string>>('keys', '--data', ledger.data);
  const before = server.stream(STREAM).length;

  const cli = new CommandLine();
  cli.environment = { ...settings, JOURNAL_URL: address, DATA_DIR: instance };
  const granted = await cli.json<{ accessId: string; revision: number }>(...GRANT);
  t.match(
    granted,
    { status: 0, body: { revision: before } },
    'an access is granted, at the server',
  );
  const [event] = server.stream(STREAM).slice(before);
  const { type, data } = JSON.parse(Buffer.from(event!.data).toString()) as StreamEvent;
  const { accessId } = granted.body;
  t.match({ type, data }, { type: 'AccessGranted', data: { accessId, role: 'admin' } });
});

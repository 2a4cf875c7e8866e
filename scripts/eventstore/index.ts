import { setTimeout } from 'node:timers/promises';
import { networkSchema } from '../../schemas/ids.ts';
import { setAcl } from './acl.ts';
import { prepare, PrepareError } from './prepare.ts';

/** Makes the service's user on a secure EventStoreDB, and says who may write to the stream. */
const { JOURNAL_URL, NETWORK, EVENTSTORE_DEFAULT_ADMIN_PASSWORD } = process.env;

try {
  const done = await prepare({
    url: JOURNAL_URL,
    network: networkSchema.default('medway').parse(NETWORK),
    adminPassword: EVENTSTORE_DEFAULT_ADMIN_PASSWORD,
    post: (url, headers, body) =>
      fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(5_000) }),
    setAcl,
    wait: (time_ms) => setTimeout(time_ms),
  });
  process.stdout.write(`${done}\n`);
} catch (error) {
  const { message, stack } = error as Error;
  process.stderr.write(`${error instanceof PrepareError ? message : stack}\n`);
  process.exitCode = 1;
}

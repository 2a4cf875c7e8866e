import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { partsIn } from '../../src/backup/parts.ts';
import { CheckpointStore } from '../../src/checkpoints/store.ts';
import { change } from '../backup/support.ts';
import { HttpClient, notStarted, serviceFor } from '../support/process.ts';

/** The data of a service whose stream has lost its end, and the last checkpoint it showed. */
async function shortened(t: Test) {
  const folder = t.testdir();
  const data = join(folder, 'data');
  const service = await serviceFor(t, { dataDirectory: data });
  await service.end('SIGTERM');
  const parts = partsIn(data);
  change(parts.ledger, 'DELETE FROM event WHERE revision > 0');
  const store = new CheckpointStore(parts.checkpoints);
  const note = store.latest()!.note;
  store.close();
  writeFileSync(join(folder, 'last'), note);
  return { folder, data, last: join(folder, 'last') };
}

t.test('a stream that is shorter than was shown', async (t) => {
  const { data } = await shortened(t);
  const refused = await notStarted(t, { dataDirectory: data });
  t.match(
    refused.logged,
    // What is left is half of the command that opened it, which counts for nothing.
    /The checkpoint shown at .* is over 2 events with root .*, but the stream has only 0\./,
    'is not served',
  );
  t.match(
    refused.logged,
    /timecredits restore --from BACKUP --data EMPTY_DIR --tail-from AUDITOR_DIR\).*PREDECESSOR/,
    'and says what to do',
  );
});

t.test('a successor of a ledger whose end is lost', async (t) => {
  const { folder, last } = await shortened(t);
  const dataDirectory = join(folder, 'new');
  const successor = { PREDECESSOR: last };

  const nameless = await notStarted(t, { dataDirectory, environment: successor });
  t.match(nameless.logged, /ORIGIN is needed with PREDECESSOR/, 'needs a name');
  const same = { ...successor, ORIGIN: 'timecredits.local/medway' };
  const again = await notStarted(t, { dataDirectory, environment: same });
  t.match(again.logged, /did not start\. PREDECESSOR .* and so is ORIGIN\./, 'of its own');
  t.notOk(existsSync(partsIn(dataDirectory).signingKey), 'before a key of that name is made');

  const environment = { ...successor, ORIGIN: 'timecredits.local/medway-2' };
  const service = await serviceFor(t, { dataDirectory, environment });
  const { body } = await new HttpClient(service.url, service.adminKey).get('/v1/ledger');
  t.match(body, { predecessor: { origin: 'timecredits.local/medway', size: 2 } }, 'cites it');
  const shown = await new HttpClient(service.url, undefined).get<string>('/v1/checkpoint');
  t.match(shown.body, /^timecredits\.local\/medway-2\n/, 'under its own name');
});

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { cardHmacWith } from '../src/cardKey.ts';
import { checkpointsAt } from '../src/checkpoints/checkpoints.ts';
import { configFrom } from '../src/config.ts';
import { buildApp } from '../src/http/app.ts';
import { memoryJournal } from '../src/journal/memory.ts';
import { openService } from '../src/service.ts';

/** Writes the OpenAPI document that is checked in; a test fails when it is stale. */
const config = configFrom({ JOURNAL_URL: 'memory:' });
const service = await openService({
  journal: memoryJournal(),
  checkpoints: checkpointsAt(config, randomBytes),
  opening: config.opening,
  now_ms: Date.now,
  random: randomBytes,
  cardHmac: cardHmacWith(randomBytes(32)),
  broken: () => undefined,
});
const app = await buildApp(service);
const { body } = await app.inject({ url: '/openapi.json' });
await app.close();
const file = new URL('../schemas/openapi.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(JSON.parse(body), null, 2)}\n`);
process.stdout.write('schemas/openapi.json is written\n');

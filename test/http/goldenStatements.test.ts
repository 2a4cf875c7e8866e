import { readFileSync } from 'node:fs';
import t from 'tap';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { ADMIN_KEY, testApp, testClock } from '../support/service.ts';

/**
 * A stream that was recorded once, and the statements it made then, byte for byte. A test that
 * fails here says that a closed month would be stated otherwise than it was: put the code right,
 * never the files.
 */
const FOLDER = new URL('../golden-statements/', import.meta.url);
const golden = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

t.test('the statements of a stream never change', async (t) => {
  const lines = golden('stream.ndjson').trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as StreamEvent);
  const venue = events.find((event) => event.type === 'VenueRegistered')!.data.venueId;
  const group = events.find((event) => event.type === 'OrganisationRegistered')!.data;
  const paths = {
    venue: `/v1/venues/${venue}/statements/2026-06`,
    group: `/v1/organisations/${group.organisationId}/statements/2026-06`,
  };
  const clock = testClock();
  clock.now_ms = Date.parse('2030-01-01T00:00:00Z');
  const { app } = await testApp({ journal: memoryJournal(lines), clock });
  const read = async (url: string, accept: string) => {
    const authorization = `Bearer ${ADMIN_KEY}`;
    return (await app.inject({ url, headers: { authorization, accept } })).body;
  };
  for (const [name, url] of Object.entries(paths)) {
    t.equal(await read(url, 'application/json'), golden(`${name}.json`), `${name}, as JSON`);
    t.equal(await read(url, 'text/csv'), golden(`${name}.csv`), `${name}, as CSV`);
  }
});

import t from 'tap';
import type { RecordedEvent } from '@eventstore/db-client';
import { canonical } from '../../../schemas/canonical.ts';
import { eventId, received } from '../../../src/journal/eventstore/received.ts';
import { enrolled } from '../samples.ts';
import { line } from './lines.ts';

const STREAM = 'ledger-test';

/** An event as the client hands it out, with what a test changes. */
function recorded(revision: number, change: object = {}): RecordedEvent {
  return {
    streamId: STREAM,
    id: eventId(STREAM, revision, line(revision)),
    revision: BigInt(revision),
    type: 'MemberEnrolled',
    data: parsed(line(revision)),
    metadata: undefined,
    isJson: true,
    created: new Date(0),
    ...change,
  } as unknown as RecordedEvent;
}

t.test('the id of an event', async (t) => {
  const id = eventId(STREAM, 7, line(7));
  t.equal(id, '72ad19cc-9a01-8ffe-a376-e0805518bd4d', 'is the same for ever');
  t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.not(eventId('ledger-other', 7, line(7)), id, 'is another one in another stream');
  t.not(eventId(STREAM, 8, line(7)), id, 'at another revision');
  t.not(eventId(STREAM, 7, line(8)), id, 'and with another content');
});

t.test('an event that the server has', async (t) => {
  t.same(received(STREAM, recorded(3)), { revision: 3, line: line(3) }, 'is read as its line');
  const later = canonical({ ...enrolled(3), type: 'MemberFlown', v: 9 });
  const flown = { type: 'MemberFlown', data: parsed(later), id: eventId(STREAM, 3, later) };
  t.same(
    received(STREAM, recorded(3, flown)),
    { revision: 3, line: later },
    'also where only a later version knows its type',
  );
});

t.test('an event is told from ours', async (t) => {
  const spoilt = '{"type":"MemberEnrolled","name":"\\ud800"}';
  const shuffled = JSON.stringify(enrolled(3));
  t.not(shuffled, line(3), 'the sample is not in order');
  const cases: Readonly<Record<string, object>> = {
    'with an id of its own': { id: 'b1b1b1b1-0000-4000-8000-000000000000' },
    'with other content under its id': { data: parsed(line(4)) },
    'with content that is no JSON': { data: 'zzz' },
    'that says it is not JSON': { isJson: false },
    'with metadata': { metadata: { $correlationId: 'x' } },
    'with another type than it says itself': { type: 'MemberClosed' },
    'with its members in another order': {
      data: parsed(shuffled),
      id: eventId(STREAM, 3, shuffled),
    },
    'with half a character in it': { data: parsed(spoilt), id: eventId(STREAM, 3, spoilt) },
    'with nothing in it': { data: null, id: eventId(STREAM, 3, 'null') },
  };
  for (const [name, change] of Object.entries(cases)) {
    t.match(
      received(STREAM, recorded(3, change)),
      { revision: 3, foreign: /not written by/ },
      name,
    );
  }
});

function parsed(text: string): object {
  return JSON.parse(text) as object;
}

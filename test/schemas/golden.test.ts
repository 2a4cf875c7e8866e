import { readdirSync } from 'node:fs';
import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import {
  eventSchemas,
  olderSchemas,
  unreadable,
  type StreamEvent,
} from '../../schemas/events/index.ts';
import { encode } from '../../src/journal/encode.ts';
import { evolve } from '../../src/ledger/evolve.ts';
import { digestOf, listedLedger } from '../support/books.ts';
import { FOLDER, golden, STREAM, STREAM_2 } from './goldenStreams.ts';

const SCHEMAS = [...eventSchemas, ...olderSchemas];

t.test('every type of event has a golden one', async (t) => {
  const types = SCHEMAS.map(({ shape }) => `${shape.type.value}.v${shape.v.value}.json`);
  const files = readdirSync(FOLDER).filter((name) => !/^(state|salted)\./.test(name));
  t.same(files.toSorted(), types.toSorted());
});

t.test('the bytes of an event never change', async (t) => {
  for (const schema of SCHEMAS) {
    const name = `${schema.shape.type.value}.v${schema.shape.v.value}.json`;
    const text = golden(name);
    const event: unknown = JSON.parse(text);
    t.equal(canonical(schema.parse(event)), text, `${name} comes back from its schema`);
    t.same(encode([JSON.stringify(event)]), { lines: [text] }, `${name} is written as it was`);
    t.equal(unreadable(event as object), undefined, `${name} can be read`);
    t.same(missing(schema, event), [], `${name} has every field that it may have`);
  }
});

t.test('the bytes of an event with a salt never change', async (t) => {
  const { salt: _, ...plain } = JSON.parse(golden('salted.json')) as StreamEvent;
  const older = golden('CreditsRedeemed.v2.json');
  t.equal(canonical(plain), older, 'it is the event as it stood before, and a salt');
  const line = golden('salted.json');
  t.same(encode([line]), { lines: [line] }, 'it is written as it was');
});

t.test('a newer version of an event only adds what may be absent', async (t) => {
  for (const older of olderSchemas) {
    const { type, v } = older.shape;
    const event = JSON.parse(golden(`${type.value}.v${v.value}.json`)) as StreamEvent;
    const newest = eventSchemas.find(({ shape }) => shape.type.value === type.value)!;
    const risen = newest.safeParse({ ...event, v: newest.shape.v.value });
    t.same(risen.data?.data, event.data, `${type.value} of version ${v.value} is read as it is`);
  }
});

for (const [file, stream] of [
  ['state.json', STREAM],
  ['state.2.json', [...STREAM, ...STREAM_2]],
] as const) {
  t.test(`what the stream of ${file} makes never changes`, async (t) => {
    const ledger = listedLedger();
    stream.forEach((name, revision) => {
      const event = JSON.parse(golden(name)) as StreamEvent;
      evolve(ledger, { revision, event });
    });
    const now = JSON.parse(digestOf(ledger)) as Record<string, unknown>;
    const then = JSON.parse(golden(file)) as Record<string, unknown>;
    for (const [table, rows] of Object.entries(then)) t.same(now[table], rows, `in ${table}`);
  });
}

t.test('what becomes of it afterwards never changes', async (t) => {
  const [old, young] = ['mem_0123456789abcdef', 'mem_fedcba9876543210'];
  const after = (...types: string[]) => {
    const ledger = listedLedger();
    const second = golden('MemberEnrolled.v1.json').replace(`"memberId":"${old}"`, (found) =>
      found.replace(old, young),
    );
    const texts = [...STREAM, ...types.map((type) => `${type}.v1.json`)].map(golden);
    [...texts.slice(0, 5), second, ...texts.slice(5)].forEach((text, revision) => {
      evolve(ledger, { revision, event: JSON.parse(text) as StreamEvent });
    });
    return JSON.parse(digestOf(ledger)) as Record<string, string[]>;
  };
  const row = (rows: string[] | undefined, id: string): unknown =>
    (rows ?? [])
      .map((one) => JSON.parse(one) as [string, unknown])
      .find(([key]) => key === id)?.[1];

  const suspended = after('MemberSuspended', 'VenueSuspended', 'OrganisationSuspended');
  t.match(row(suspended['member'], old), { standing: 'suspended' });
  t.match(row(suspended['venues'], 'ven_0123456789abcdef'), { standing: 'suspended' });
  t.match(row(suspended['organisations'], 'org_0123456789abcdef'), { standing: 'suspended' });

  const closed = after('MemberSuspended', 'MemberReinstated', 'MemberClosed', 'VenueClosed');
  t.match(row(closed['member'], old), { standing: 'closed', restTo: `wallet:${young}` });
  t.equal(row(closed['balances'], `wallet:${young}`), 225, 'the rest was moved');
  t.match(row(closed['venues'], 'ven_0123456789abcdef'), { standing: 'closed' });

  const merged = after('MembersMerged', 'OrganisationClosed', 'AccessSuspended');
  t.match(row(merged['member'], old), { standing: 'merged', mergedInto: young });
  t.match(row(merged['member'], young), { merged: [old] });
  t.match(row(merged['accesses'], 'acc_0123456789abcdef'), { suspended: true });
  const gone = { standing: 'closed', potTo: 'pot:org_fedcba9876543210' };
  t.match(row(merged['organisations'], 'org_0123456789abcdef'), gone);
});

t.test('an event of another kind is not taken', async (t) => {
  const event = JSON.parse(golden('CreditsRedeemed.v1.json')) as Record<string, unknown>;
  const others: Record<string, object> = {
    'with a field more': { ...event, note: 'x' },
    'with a fact more': { ...event, data: { ...(event['data'] as object), note: 'x' } },
    'with null for absent': { ...event, occurredAt: null },
    'of a newer version': { ...event, v: 9 },
    'of an unknown type': { ...event, type: 'CreditsPrinted' },
  };
  for (const [which, other] of Object.entries(others)) {
    t.ok('malformed' in encode([JSON.stringify(other)]), `${which}, to be written`);
  }
  t.match(unreadable({ ...event, v: 9 }), /version 9/, 'of a newer version, to be read');
  t.match(unreadable({ ...event, type: 'X' }), /type "X"/, 'of an unknown type, to be read');
});

/** The fields that a schema knows and an event lacks; events before format 3 have no salt. */
function missing(schema: (typeof SCHEMAS)[number], event: unknown): string[] {
  const { data, ...envelope } = event as Record<string, object>;
  const names = Object.keys(schema.shape).filter(
    (name) => !['data', 'salt'].includes(name) && !(name in envelope),
  );
  const facts = Object.keys(schema.shape.data.shape).filter((name) => !(name in data!));
  return [...names, ...facts];
}

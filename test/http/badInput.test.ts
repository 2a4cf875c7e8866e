import t from 'tap';
import { TODAY } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { isProblem, send, type Expected } from './problem.ts';

/* Bodies that no till should send. Each is answered with a sentence, and nothing is written. */

const world = await smallWorld();
const { app, service, group, partner } = world;
t.teardown(() => app.close());
const memberId = await world.enrol(600);
const sale = { venueId: partner.venue, memberId, credits: '1' };
const list = {
  organisationId: group.id,
  occurredOn: TODAY,
  activity: 'watering',
  entries: [{ memberId, minutes: 60 }],
};
const revision = () => service.sequencer.ledger.revision;

const bad = (...pointers: readonly string[]): Expected => ({
  status: 400,
  code: 'invalid_request',
  pointers,
});

type Case = readonly [name: string, url: string, body: unknown, expected: Expected];

const amounts: readonly unknown[] = [
  '1e3',
  '-1',
  '+1',
  '0',
  '0.0',
  '0.001',
  '2.50',
  '2.',
  '.5',
  '01',
  ' 1',
  '1 ',
  '1,5',
  '٣',
  '１',
  '0x10',
  'NaN',
  'Infinity',
  '1000000.01',
  '9999999999999',
  '',
  2,
  2.5,
  -0,
  true,
  ['1'],
  { credits: '1' },
];
const ofAmounts = amounts.map((credits): Case => [
  `an amount of ${JSON.stringify(credits)}`,
  '/v1/redemptions',
  { ...sale, credits },
  bad('#/credits'),
]);

const days = ['2026-02-29', '2026-13-01', '2026-6-1', '10/06/2026', '', 'today', 20260610];
const ofDays = days.map((occurredOn): Case => [
  `a day of ${JSON.stringify(occurredOn)}`,
  '/v1/issues',
  { ...list, occurredOn },
  bad('#/occurredOn'),
]);

const instants = [
  '2026-06-10',
  '2026-06-10T09:00:00',
  '2026-02-30T09:00:00Z',
  '2026-06-10T25:00:00Z',
];
const ofInstants = instants.map((occurredAt): Case => [
  `a time of ${JSON.stringify(occurredAt)}`,
  '/v1/redemptions',
  { ...sale, occurredAt },
  bad('#/occurredAt'),
]);

const minutes = [-1, 1.5, 1e6, '60', 1e300, null];
const ofMinutes = minutes.map((given): Case => [
  `minutes of ${JSON.stringify(given)}`,
  '/v1/issues',
  { ...list, entries: [{ memberId, minutes: given }] },
  bad('#/entries/0/minutes'),
]);

const slugs = ['', 'two words', 'a'.repeat(41), 'café', 'a\nb', 'a\u0000b', 7];
const ofSlugs = slugs.map((reference): Case => [
  `a reference of ${JSON.stringify(reference).slice(0, 20)}`,
  '/v1/redemptions',
  { ...sale, reference },
  bad('#/reference'),
]);

const names = [
  '',
  ' Leisure',
  'a'.repeat(121),
  'a\nb',
  '\u202etxt',
  '\ud800',
  'e\u0301',
  'a\u0000',
];
const ofNames = names.map((name): Case => [
  `a name of ${JSON.stringify(name).slice(0, 20)}`,
  '/v1/organisations',
  { name, roles: ['earn'] },
  bad('#/name'),
]);

const others: readonly Case[] = [
  ['a list where an object belongs', '/v1/redemptions', [], bad('#')],
  ['a word where an object belongs', '/v1/redemptions', '"sale"', bad('#')],
  ['a body that is null', '/v1/members', 'null', bad('#')],
  ['an empty sale', '/v1/redemptions', {}, bad('#/venueId')],
  ['a field that is not known', '/v1/redemptions', { ...sale, price: 3 }, bad('#/price')],
  [
    'two fields that are not known',
    '/v1/redemptions',
    { ...sale, price: 3, 'a/b~c': 1 },
    bad('#/price', '#/a~1b~0c'),
  ],
  [
    'a field that is not known, deep in a list',
    '/v1/issues',
    { ...list, entries: [{ memberId, minutes: 60, name: 'Ann' }] },
    bad('#/entries/0/name'),
  ],
  ['both a member and a card', '/v1/redemptions', { ...sale, card: '0000000000' }, bad('#')],
  ['neither a member nor a card', '/v1/redemptions', { ...sale, memberId: undefined }, bad('#')],
  [
    'a card with a mistyped character',
    '/v1/redemptions',
    { venueId: partner.venue, card: '7KQ2M-9XD4U', credits: '1' },
    bad('#/card'),
  ],
  [
    'a member of the wrong kind',
    '/v1/redemptions',
    { ...sale, memberId: group.id },
    bad('#/memberId'),
  ],
  [
    'null for what may be left out',
    '/v1/redemptions',
    { ...sale, reference: null },
    bad('#/reference'),
  ],
  ['a list without lines', '/v1/issues', { ...list, entries: [] }, bad('#/entries')],
  [
    'a list that is too long',
    '/v1/issues',
    { ...list, entries: Array.from({ length: 1001 }, () => ({ memberId, minutes: 1 })) },
    bad('#/entries'),
  ],
  ['a role that there is not', '/v1/access', { role: 'root', label: 'x' }, bad('#/role')],
  [
    'a role said twice',
    '/v1/organisations',
    { name: 'A', roles: ['earn', 'earn'] },
    bad('#/roles'),
  ],
  ['no rule at all', '/v1/rules', {}, bad('#')],
  [
    'a rule that there is not',
    '/v1/rules',
    { interest: '1', yearStart: '04-01' },
    bad('#/interest'),
  ],
  [
    'an account that there cannot be',
    '/v1/transfers',
    { entries: [{ from: 'wallet:bob', to: 'programme', credits: '1' }], reason: 'gift' },
    bad('#/entries/0/from'),
  ],
  [
    'a reversal in credits and in minutes',
    '/v1/transactions/txn_9_0000000000000000/reversals',
    { credits: '1', minutes: 60, reason: 'mistake' },
    bad('#'),
  ],
];

t.test('a body that does not fit', async (t) => {
  const before = revision();
  const cases = [
    ...ofAmounts,
    ...ofDays,
    ...ofInstants,
    ...ofMinutes,
    ...ofSlugs,
    ...ofNames,
    ...others,
  ];
  for (const [name, url, body, expected] of cases) {
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await send(app, { method: 'POST', url, payload });
    isProblem(t, answer, expected, `${name} is refused`);
    const sentences = answer.body?.errors?.map(({ detail }) => detail) ?? [];
    const helpful = sentences.every((sentence) => !/^Invalid input$/.test(sentence));
    t.ok(helpful, `${name}: the refusal says what is wanted: ${sentences.join('; ')}`);
  }
  t.equal(revision(), before, 'and nothing was written');
});

t.test('a body that cannot be read', async (t) => {
  const before = revision();
  const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const unreadable: Readonly<Record<string, string>> = {
    'half an object': '{"venueId":',
    'no JSON at all': 'credits=1',
    nothing: '',
    'a number too many': '{}{}',
    '__proto__ as a key': `{"__proto__":{"role":"admin"},"credits":"1"}`,
    '__proto__ deep inside': `{"party":{"__proto__":{"adults":1}}}`,
    '__proto__ in escapes': `{"\\u005f_proto__":{}}`,
    'constructor.prototype as a key': `{"constructor":{"prototype":{"role":"admin"}}}`,
    'a hundred thousand brackets, unclosed': '['.repeat(100_000),
    'a hundred thousand brackets': deep(100_000),
    'a deep object': `{"a":`.repeat(40_000) + '1' + '}'.repeat(40_000),
    'a number that is too long': `{"credits":${'9'.repeat(400)}}`,
    'a byte order mark alone': '\ufeff',
  };
  for (const [name, payload] of Object.entries(unreadable)) {
    const answer = await send(app, { method: 'POST', url: '/v1/redemptions', payload });
    isProblem(t, answer, { status: 400, code: 'invalid_request' }, `${name} is refused`);
    t.match(answer.body?.errors?.[0]?.pointer, /^#/, `${name}: with a pointer`);
  }
  t.same({}, Object.prototype, 'and no prototype was poisoned');
  t.equal(revision(), before, 'and nothing was written');
});

t.test('a body that is too large', async (t) => {
  const before = revision();
  const payload = JSON.stringify({ ...sale, reference: 'x'.repeat(600_000) });
  const answer = await send(app, { method: 'POST', url: '/v1/redemptions', payload });
  isProblem(t, answer, { status: 413, code: 'body_too_large' }, 'is refused');
  t.match(answer.body?.detail, /larger than 524288 bytes/, 'with the limit');
  t.equal(revision(), before, 'and nothing was written');
});

t.test('a body that is not called JSON', async (t) => {
  const before = revision();
  const types = ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'garbage'];
  for (const type of types) {
    const headers = { 'content-type': type };
    const payload = JSON.stringify(sale);
    const answer = await send(app, { method: 'POST', url: '/v1/redemptions', payload, headers });
    isProblem(t, answer, { status: 415, code: 'unsupported_media_type' }, `${type} is refused`);
  }
  t.equal(revision(), before, 'and nothing was written');
});

import fc from 'fast-check';
import t from 'tap';
import { smallWorld, type World } from '../support/world.ts';
import { TODAY } from '../support/service.ts';
import { neighbours } from './neighbours.ts';
import { isProblem, send, type Problem } from './problem.ts';

type Recorded = {
  readonly revision: number;
  readonly visits: readonly { readonly transactionId: string }[];
};
type Network = { readonly theyOwe: string; readonly weOwe: string };

const HEADINGS = 'direction,venue,member,credits,occurred,reference';

/** A small world that has agreed limits with Cardiff, and a member with five credits. */
async function agreedWorld() {
  const world = await smallWorld();
  const memberId = await world.enrol(300);
  const network = { network: 'cardiff', name: 'Cardiff', theyOweAtMost: '20', weOweAtMost: '5' };
  await world.admin.post('/v1/networks', network);
  const venue = world.partner.venue;
  const here = (credits: string, reference: string) => ({
    ...{ direction: 'here', venueId: venue, credits, occurredOn: TODAY, reference },
  });
  const away = (credits: string, reference: string) => ({
    ...{ direction: 'away', memberId, credits, occurredOn: TODAY, reference },
  });
  const record = (...visits: readonly object[]) =>
    world.admin.post<Recorded>('/v1/visits', { network: 'cardiff', visits });
  return { ...world, memberId, venue, here, away, record };
}

/** Sends a sheet as a spreadsheet program saved it. */
function sheet({ app }: World, payload: string | Buffer, url = '/v1/visits?network=cardiff') {
  const headers = { 'content-type': 'text/csv; charset=utf-8' };
  return send(app, { method: 'POST', url, payload, headers });
}

t.test('a network', async (t) => {
  const { admin } = await smallWorld();
  const limits = { theyOweAtMost: '20', weOweAtMost: '5' };
  const account = 'clearing:cardiff';
  const made = await admin.post('/v1/networks', { network: 'cardiff', name: 'Cardiff', ...limits });
  t.match(made, { status: 201, body: { network: 'cardiff', account, ...limits } }, 'is registered');
  const twice = await admin.post<Problem>('/v1/networks', { network: 'cardiff', ...limits });
  isProblem(t, twice, { status: 409, code: 'network_exists' }, 'once');
  const own = await admin.post<Problem>('/v1/networks', { network: 'medway', ...limits });
  isProblem(t, own, { status: 422, code: 'own_network' }, 'and is not this one');

  const fresh = await admin.get('/v1/networks/cardiff');
  const owed = { theyOwe: '0', weOwe: '0' };
  const item = { network: 'cardiff', name: 'Cardiff', account, ...limits, ...owed };
  t.same(fresh.body, item, 'is read with what is owed');
  t.same((await admin.get('/v1/networks')).body, { items: [item] }, 'and is listed');
  const mirror = await admin.get('/v1/accounts/clearing:cardiff');
  t.match(mirror, { status: 200, body: { balance: '0' } }, 'and has an account');
  const nowhere = await admin.get<Problem>('/v1/networks/bristol');
  isProblem(t, nowhere, { status: 404, code: 'network_not_found' }, 'unlike any other');
  const unknown = await admin.get<Problem>('/v1/accounts/clearing:bristol');
  isProblem(t, unknown, { status: 404, code: 'account_not_found' }, 'which has none');

  const fewer = { theyOweAtMost: '0', weOweAtMost: '5' };
  const changed = await admin.post('/v1/networks/cardiff/limits', fewer, 'change');
  t.match(changed, { status: 200, body: { network: 'cardiff', ...fewer } }, 'changes its limits');
  const replayed = await admin.post('/v1/networks/cardiff/limits', fewer, 'change');
  t.same(replayed.body, changed.body, 'and is answered the same when it is sent again');
  const same = await admin.post<Problem>('/v1/networks/cardiff/limits', fewer);
  isProblem(t, same, { status: 409, code: 'limits_unchanged' }, 'and changes them to others');
  const { body } = await admin.get('/v1/networks/cardiff');
  t.match(body, { ...fewer, name: 'Cardiff' }, 'and keeps its name');
});

t.test('a network and its account', async (t) => {
  const { clients } = await neighbours();
  const limits = { theyOweAtMost: '20', weOweAtMost: '5' };
  await clients.admin.post('/v1/networks', { network: 'cardiff', ...limits });
  const read = await clients.auditor.get('/v1/networks/cardiff');
  t.match(read, { status: 200, body: limits }, 'are seen by the auditor');
  for (const role of ['coordinator', 'partner'] as const) {
    const account = await clients[role].get<Problem>('/v1/accounts/clearing:cardiff');
    isProblem(t, account, { status: 404, code: 'account_not_found' }, `but not by a ${role}`);
  }
});

t.test('visits', async (t) => {
  const { admin, here, away, record, memberId, venue, partner } = await agreedWorld();
  const done = await record(here('7', 'c/1'), away('2.5', 'c/2'));
  t.equal(done.status, 201, 'are recorded');
  t.match(
    done.body,
    {
      network: 'cardiff',
      theyOwe: '4.5',
      weOwe: '0',
      visits: [
        { direction: 'here', venueId: venue, credits: '7', occurredOn: TODAY, reference: 'c/1' },
        { direction: 'away', memberId, credits: '2.5', reference: 'c/2', balance: '2.5' },
      ],
    },
    'and answered one by one, with who owes whom',
  );
  const [first, second] = done.body.visits;
  t.notMatch(first, { balance: /./ }, 'and no balance of a till');

  const transaction = await partner.till.get(`/v1/transactions/${first!.transactionId}`);
  t.match(
    transaction.body,
    { type: 'VisitRecorded', debit: 'clearing:cardiff', credits: '7', reference: 'c/1' },
    'stand as transactions, also for the partner whose till it was',
  );
  const list = await partner.till.get(`/v1/transactions?venueId=${venue}&reference=c/1`);
  t.match(list.body, { items: [{ transactionId: first!.transactionId }] }, 'found by reference');
  const entries = await admin.get('/v1/accounts/clearing:cardiff/entries');
  t.match(
    entries.body,
    {
      closing: '-4.5',
      entries: [
        { type: 'VisitRecorded', amount: '2.5', otherAccount: `wallet:${memberId}` },
        { type: 'VisitRecorded', amount: '-7', otherAccount: `till:${venue}`, reference: 'c/1' },
      ],
    },
    'and as entries of the mirror account',
  );

  const undo = { reason: 'mistake', credits: '1' };
  const reversal = `/v1/transactions/${second!.transactionId}/reversals`;
  t.match(
    await admin.post(reversal, undo),
    { status: 201, body: { credits: '1' } },
    'are reversed',
  );
  const { body } = await admin.get<Network>('/v1/networks/cardiff');
  t.same([body.theyOwe, body.weOwe], ['5.5', '0'], 'and what is owed follows');
  const theirs = `/v1/transactions/${first!.transactionId}/reversals`;
  const refused = await partner.till.post<Problem>(theirs, { reason: 'mistake' });
  isProblem(t, refused, { status: 404, code: 'transaction_not_found' }, 'but not by a partner');
  const { sumOfBalances } = (await admin.get<{ sumOfBalances: string }>('/v1/ledger')).body;
  t.equal(sumOfBalances, '0', 'and all balances still sum to zero');
});

t.test('a list of visits of which some do not fit', async (t) => {
  const { here, away, record, service } = await agreedWorld();
  await record(here('1', 'c/1'));
  const before = service.sequencer.ledger.revision;
  const answer = await record(here('2', 'c/2'), here('1', 'c/1'), away('6', 'c/3'));
  const pointers = ['#/visits/1/reference', '#/visits/2/credits'];
  isProblem(t, answer, { status: 422, code: 'entries_refused', pointers }, 'is refused');
  const one = await record(here('2', 'c/2'), here('1', 'c/1'));
  isProblem(t, one, { status: 409, code: 'visit_recorded_before' }, 'as it is for one of them');
  const over = await record(here('19.01', 'c/4'));
  isProblem(t, over, { status: 422, code: 'network_limit' }, 'and beyond a limit');
  t.match(over.body, { facts: { room: '19', needed: '19.01' } }, 'with the room that is left');
  t.equal(service.sequencer.ledger.revision, before, 'and nothing of it was written');
});

t.test('a visit that does not say what it must', async (t) => {
  const { app, here, away, memberId, venue } = await agreedWorld();
  const body = (visit: object) => JSON.stringify({ network: 'cardiff', visits: [visit] });
  const wrong: readonly (readonly [string, object])[] = [
    ['here without a venue', { ...here('1', 'x'), venueId: undefined }],
    ['here with a member', { ...here('1', 'x'), memberId }],
    ['away with a venue', { ...away('1', 'x'), venueId: venue }],
    ['away without a member', { ...away('1', 'x'), memberId: undefined }],
    ['without a day', { ...here('1', 'x'), occurredOn: undefined }],
    ['with a day and a time', { ...here('1', 'x'), occurredAt: `${TODAY}T09:00:00Z` }],
  ];
  for (const [name, visit] of wrong) {
    const answer = await send(app, { method: 'POST', url: '/v1/visits', payload: body(visit) });
    const pointers = ['#/visits/0'];
    isProblem(t, answer, { status: 400, code: 'invalid_request', pointers }, name);
    t.match(answer.body?.errors, [{ detail: /^must / }], `${name}, in words`);
  }
  const other = { method: 'POST', url: '/v1/visits?network=bristol' } as const;
  const clash = await send(app, { ...other, payload: body(here('1', 'x')) });
  const pointers = ['#/network'];
  isProblem(t, clash, { status: 400, code: 'invalid_request', pointers }, 'of two networks');
});

t.test('a key that was used for other visits', async (t) => {
  const { admin, here } = await agreedWorld();
  const visits = [here('1', 'c/1')];
  const first = await admin.post('/v1/visits', { network: 'cardiff', visits }, 'list');
  const again = await admin.post('/v1/visits', { network: 'cardiff', visits }, 'list');
  t.same(again.body, first.body, 'is answered the same for the same');
  t.equal(again.headers['idempotent-replayed'], 'true', 'which is a replay');
  const others = { network: 'cardiff', visits: [here('2', 'c/1')] };
  const clash = await admin.post<Problem>('/v1/visits', others, 'list');
  isProblem(t, clash, { status: 422, code: 'key_reused' }, 'is refused for others');
  t.match(clash.body, { detail: /what differs: visits\./ }, 'which are named');
  const key = await admin.get('/v1/idempotency-keys/list');
  t.match(key.body, { events: [{ type: 'VisitRecorded', transactionId: /^txn_/ }] }, 'looked up');
});

t.test('a sheet of visits as a spreadsheet writes it', async (t) => {
  const world = await agreedWorld();
  const { memberId, venue, admin, app } = world;
  const text =
    `\ufeffDirection,Venue,Member,Credits,Occurred,Reference\r\n` +
    `here,${venue},,2.50,${TODAY},c/1\n\r\n,,,,,\r` +
    `"Away",,"${memberId}","1",${TODAY}T08:00:00+01:00,"c/2"\n\n`;
  const done = await sheet(world, text);
  t.match(
    done,
    {
      status: 201,
      body: { theyOwe: '1.5', visits: [{ credits: '2.5' }, { memberId, reference: 'c/2' }] },
    },
    'is recorded',
  );

  const visits = [
    { direction: 'here', venueId: venue, credits: '3', occurredOn: TODAY, reference: 'c/3' },
  ];
  const first = await admin.post('/v1/visits', { network: 'cardiff', visits }, 'one-list');
  const again = await send(app, {
    ...{ method: 'POST', url: '/v1/visits?network=cardiff' },
    payload: `${HEADINGS}\r\nhere,${venue},,3.00,${TODAY},c/3\r\n`,
    headers: { 'content-type': 'text/csv', 'idempotency-key': 'one-list' },
  });
  t.same(again.body, first.body, 'and is the same list as the JSON that it stands for');
});

t.test('a card in a sheet of visits', async (t) => {
  const world = await agreedWorld();
  const issued = await world.group.coordinator.post<{ card: string }>(
    `/v1/members/${world.memberId}/cards`,
    {},
  );
  const line = (card: string) => `${HEADINGS}\naway,,${card},1,${TODAY},c/1\n`;
  const mistyped = await sheet(world, line('7KQ2M-9XD4U'));
  isProblem(t, mistyped, { status: 400, code: 'invalid_request' }, 'may be mistyped');
  t.match(mistyped.body?.errors, [{ detail: /^Line 2: member .* is not a card number/ }]);
  const done = await sheet(world, line(issued.body.card));
  t.match(done, { status: 201, body: { visits: [{ memberId: world.memberId }] } }, 'is a member');
});

t.test('a sheet of visits that cannot be taken', async (t) => {
  const world = await agreedWorld();
  const { memberId, venue, service } = world;
  const good = `here,${venue},,1,${TODAY},c/1`;
  const row = (...cells: string[]) => `${HEADINGS}\n${good}\n${cells.join(',')}\n`;
  const here = (credits: string, occurred: string, reference: string) =>
    row('here', venue, '', credits, occurred, reference);
  const bad: readonly (readonly [name: string, text: string, detail: RegExp])[] = [
    ['an empty file', '', /^The sheet is empty\.$/],
    ['a byte order mark alone', '\ufeff', /^The sheet is empty\.$/],
    ['headings alone', `${HEADINGS}\r\n,,,\r\n`, /no line below its headings/],
    ['no headings', `${good}\n`, /^Line 1: no heading says direction/],
    [
      'a column missing',
      'direction,venue,credits,occurred\n',
      /^Line 1: no heading says reference/,
    ],
    [
      'a column that is not known',
      `${HEADINGS},name\n`,
      /^Line 1: the heading "name" is not known/,
    ],
    ['a column twice', `${HEADINGS},venue\n`, /^Line 1: the heading venue stands there twice/],
    ['an open quote', `${HEADINGS}\n${good}\nhere,"x\n`, /^Line \d: a quote \("\) is opened/],
    ['a quote astray', `${HEADINGS}\nhe"re,x\n`, /^Line \d: a quote \("\) stands where none/],
    ['a cell too many', `${HEADINGS}\n${good},x\n`, /^Line 2: has 7 cells, but there are 6/],
    ['a formula', here('=1+1', TODAY, 'c/2'), /^Line 3: credits "=1\+1" is a formula/],
    ['a formula with a sign', here('1', TODAY, '@SUM(A1)'), /^Line 3: reference .* is a formula/],
    ['a link', here('1', TODAY, '"=HYPERLINK(""x"")"'), /^Line 3: reference .* is a formula/],
    ['a negative amount', here('-1', TODAY, 'c/2'), /^Line 3: credits "-1" is a formula/],
    ['an amount with a comma', here('"1,5"', TODAY, 'c/2'), /^Line 3: credits "1,5" must be a dec/],
    ['an empty cell', here('1', '', 'c/2'), /^Line 3: occurred is empty$/],
    [
      'another way to write a day',
      here('1', '10/06/2026', 'c/2'),
      /^Line 3: occurred "10\/06\/2026" must be a day or a time, as 2026-03-31 or/,
    ],
    [
      'a reference with a space',
      here('1', TODAY, 'c 2'),
      /^Line 3: reference "c 2" must be 1 to 40/,
    ],
    ['a third direction', row('up', venue, '', '1', TODAY, 'c/2'), /^Line 3: direction "up" must/],
    ['no venue', row('here', '', '', '1', TODAY, 'c/2'), /^Line 3: must name a venue/],
    [
      'a venue by name',
      row('here', 'Pool', '', '1', TODAY, 'c/2'),
      /^Line 3: venue "Pool" must be/,
    ],
    [
      'a member here',
      row('here', venue, memberId, '1', TODAY, 'c/2'),
      /^Line 3: must name the mem/,
    ],
  ];
  const before = service.sequencer.ledger.revision;
  for (const [name, text, detail] of bad) {
    const answer = await sheet(world, text);
    isProblem(t, answer, { status: 400, code: 'invalid_request' }, name);
    t.match(answer.body?.errors?.[0]?.detail, detail, `${name}: in words, with its line`);
    const pointers = answer.body?.errors?.map(({ pointer }) => pointer);
    const cells = pointers?.filter((pointer) => /^#\/visits\/\d+\/./.test(pointer));
    t.equal(new Set(cells).size, cells?.length, `${name}: each cell is named once`);
  }
  const latin = Buffer.from(`${HEADINGS}\nhere,caf\u00e9,,1,${TODAY},c/1\n`, 'latin1');
  isProblem(t, await sheet(world, latin), { status: 400, code: 'invalid_request' }, 'other bytes');
  const unnamed = await sheet(world, `${HEADINGS}\n${good}\n`, '/v1/visits');
  const network = { status: 400, code: 'invalid_request', pointers: ['#/network'] } as const;
  isProblem(t, unnamed, network, 'a sheet of no network');
  const two = await sheet(world, `${HEADINGS}\n${good}\n`, '/v1/visits?network=a&network=b');
  isProblem(t, two, network, 'a sheet of two');
  t.equal(service.sequencer.ledger.revision, before, 'and nothing was written');
});

t.test('a sheet of visits that do not fit', async (t) => {
  const world = await agreedWorld();
  const { venue, memberId } = world;
  const text =
    `${HEADINGS}\r\n\r\nhere,${venue},,1,${TODAY},c/1\r\n\r\n` +
    `away,,${memberId},9,${TODAY},c/2\r\nhere,${venue},,1,${TODAY},c/1\r\n`;
  const answer = await sheet(world, text);
  isProblem(t, answer, { status: 422, code: 'entries_refused' }, 'is refused');
  t.match(
    answer.body?.errors,
    [
      { pointer: '#/visits/1/credits', detail: /^Line 5: The account has 5 credits/ },
      {
        pointer: '#/visits/2/reference',
        detail: /^Line 6: .* stands in the list before, at line 3/,
      },
    ],
    'with the lines of the sheet',
  );
});

t.test('a sheet of too many lines', async (t) => {
  const world = await agreedWorld();
  const before = world.service.sequencer.ledger.revision;
  const lines = (count: number, text: string) => `${HEADINGS}\n${`${text}\n`.repeat(count)}`;
  const short = await sheet(world, lines(10_001, `here,${world.venue},,1,${TODAY},x`));
  isProblem(t, short, { status: 422, code: 'list_too_long' }, 'is refused at once');
  t.match(short.body?.detail, /10001 .* at most 1000/, 'and says how many are taken');
  const long = await sheet(
    world,
    lines(10_001, `here,${world.venue},,1,${TODAY},${'x'.repeat(40)}`),
  );
  isProblem(t, long, { status: 413, code: 'body_too_large' }, 'as is one of too many bytes');
  const refused = lines(1000, `here,${world.venue},,1,${TODAY},x y`);
  const wrong = await sheet(world, refused);
  isProblem(t, wrong, { status: 400, code: 'invalid_request' }, 'and one all of whose lines fail');
  t.equal(wrong.body?.errors?.length, 100, 'names a hundred of them');
  t.equal(world.service.sequencer.ledger.revision, before, 'and nothing was written');
});

t.test('a thousand visits', async (t) => {
  const world = await agreedWorld();
  const more = { theyOweAtMost: '1000', weOweAtMost: '5' };
  await world.admin.post('/v1/networks/cardiff/limits', more);
  const lines = Array.from(
    { length: 1000 },
    (_, index) => `here,${world.venue},,1,${TODAY},c/${index}`,
  );
  const done = await sheet(world, [HEADINGS, ...lines].join('\n'));
  t.match(done, { status: 201, body: { theyOwe: '1000' } }, 'are taken in one sheet');
  const again = await sheet(world, [HEADINGS, ...lines].join('\n'));
  isProblem(t, again, { status: 422, code: 'entries_refused' }, 'and not a second time');
  t.equal(again.body?.errors?.length, 1000, 'each with the one that it was before');
});

t.test('whatever is sent as a sheet', async (t) => {
  const world = await agreedWorld();
  const words = [
    'here',
    'away',
    world.venue,
    world.memberId,
    '1',
    '2.50',
    TODAY,
    'c/1',
    'mem_',
    '',
  ];
  const cell = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'grapheme', maxLength: 12 }));
  const noise = fc.constantFrom(',', ',', ',', '\n', '\r\n', '\r', '"', '""', '\ufeff', '\0', '=');
  const pieces = fc.array(fc.oneof(cell, noise), { maxLength: 60 });
  const property = fc.asyncProperty(fc.boolean(), pieces, async (headed, parts) => {
    world.clock.forward(60_000);
    const { status } = await sheet(world, (headed ? `${HEADINGS}\n` : '') + parts.join(''));
    if (status >= 500) throw new Error(`${status} is our fault`);
  });
  const { failed, counterexample } = await fc.check(property, { seed: 20_260_610, numRuns: 300 });
  t.notOk(failed, `is answered, and not with a fault of ours: ${JSON.stringify(counterexample)}`);
  const { body } = await world.admin.get<{ sumOfBalances: string }>('/v1/ledger');
  t.equal(body.sumOfBalances, '0', 'and all balances sum to zero');
});

t.test('CSV where JSON is wanted', async (t) => {
  const world = await agreedWorld();
  const answer = await sheet(world, 'credits\n1\n', '/v1/redemptions');
  isProblem(t, answer, { status: 415, code: 'unsupported_media_type' }, 'is not taken');
});

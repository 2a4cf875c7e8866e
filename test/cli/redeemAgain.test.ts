import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { linesOf } from '../../schemas/stream.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { testApp } from '../support/service.ts';
import { smallWorld, type World } from '../support/world.ts';
import { tillOf, type CommandLine } from './support.ts';

const HEADINGS = 'member,credits,occurred,reference';
const DAY = '2026-06-09';

/** A sheet on a desk: what is in it is redeemed at the world's venue. */
async function desk(t: Test, world: World) {
  const cli = await tillOf(world);
  let files = 0;
  return async (text: string | Uint8Array, line: CommandLine = cli) => {
    const name = `sheet-${(files += 1)}.csv`;
    const file = join(t.testdir({ [name]: Buffer.from(text) }), name);
    return line.json('redeem', '--file', file, '--venue', world.partner.venue);
  };
}

/** How many credits were taken from a wallet. */
async function left({ admin }: World, member: string) {
  const { body } = await admin.get<{ balance: string }>(`/v1/accounts/wallet:${member}`);
  return body.balance;
}

const REFUSED = { code: 'redemption_recorded_before' };

t.test('given a sheet that was redeemed', async (t) => {
  const world = await smallWorld();
  const [asha, ben] = [await world.enrol(600), await world.enrol(600)];
  const redeem = await desk(t, world);
  const lines = [`${asha},2,${DAY},row-1`, `${ben},1.5,${DAY},`, `${asha},1,,`];
  const text = [HEADINGS, ...lines].join('\n');
  t.match(await redeem(text), { status: 0, body: { redeemed: 3, credits: '4.5' } });
  const unchanged = async (why: string) =>
    t.same([await left(world, asha), await left(world, ben)], ['7', '8.5'], why);

  const saved: Readonly<Record<string, string>> = {
    'with other line ends': text.replaceAll('\n', '\r\n'),
    'with a line end at its end': `${text}\n`,
    'with a byte order mark': `\ufeff${text}`,
    'with amounts as spreadsheets write them': text
      .replace(',2,', ',2.00,')
      .replace(',1.5,', ',1.50,'),
    'with spaces round the cells': text.replaceAll(',', ' , '),
    'with every cell quoted': text.replaceAll(/[^,\n]+/g, '"$&"'),
    'with the lines in another order': [HEADINGS, ...lines.toReversed()].join('\n'),
    'with the columns in another order': [
      'reference,occurred,credits,member',
      ...lines.map((line) => line.split(',').toReversed().join(',')),
    ].join('\n'),
    'with a time of that day': text.replaceAll(DAY, `${DAY}T20:15:00+01:00`),
    'with names': text.replaceAll(/^/gm, 'Ann,').replace('Ann', 'name'),
  };
  for (const [how, again] of Object.entries(saved)) {
    const { status, body } = await redeem(again);
    t.match(
      { status, body },
      { status: 1, body: { redeemed: 0, refused: 3 } },
      `when saved ${how}`,
    );
    t.match(body['refusedLines'], [REFUSED, REFUSED, REFUSED], 'then each line stands already');
    await unchanged('and takes nothing');
  }

  const more = await redeem(`${text}\n${ben},1,${DAY},row-4\n`);
  t.match(
    more.body,
    { redeemed: 1, refused: 3, credits: '1' },
    'when a line was added, it is taken',
  );
  t.same([await left(world, asha), await left(world, ben)], ['7', '7.5'], 'and no other');
});

t.test('given a member with a card, on two sheets', async (t) => {
  const world = await smallWorld();
  const member = await world.enrol(600);
  const redeem = await desk(t, world);
  t.match((await redeem(`${HEADINGS}\n${member},2,${DAY},`)).body, { redeemed: 1 });
  const { body } = await world.admin.post<{ card: string }>(`/v1/members/${member}/cards`, {});
  const again = await redeem(`${HEADINGS}\n${body.card},2,${DAY},`);
  t.match(again.body, { redeemed: 0, refusedLines: [REFUSED] }, 'the card is the same as the id');
  t.equal(await left(world, member), '8');
});

t.test('given two visits that are the same in all that a sheet says', async (t) => {
  const world = await smallWorld();
  const member = await world.enrol(600);
  const redeem = await desk(t, world);
  const line = `${member},2,${DAY},row-1`;
  const two = [HEADINGS, line, line].join('\n');
  const first = await redeem(two);
  t.match(first.body, { redeemed: 1, refusedLines: [{ line: 3, ...REFUSED }] }, 'one is taken');
  t.match(
    first.body,
    {
      refusedLines: [{ detail: /If it is another visit, write yes under the heading "again"\.$/ }],
    },
    'and the other says what to do',
  );
  const mended = readFileSync(String(first.body['refusedFile']), 'utf8');
  t.match(mended, /^line,member,credits,occurred,reference,again,code,reason\n/, 'where to do it');
  const yes = mended.replace(',row-1,,', ',row-1,yes,');
  t.match((await redeem(yes)).body, { redeemed: 1, refused: 0 }, 'and is taken when it is done');
  t.equal(await left(world, member), '6');

  const again = [`${HEADINGS},again`, `${line},`, `${line},yes`];
  const sheets: Readonly<Record<string, string>> = {
    'the file of refused lines once more, saved anew': yes.replaceAll('\n', '\r\n'),
    'a sheet of both': again.join('\n'),
    'in another order': [again[0], again[2], again[1]].join('\n'),
    'with a number': again.join('\n').replace(',yes', ',1'),
    'by the second alone': [again[0], again[2]].join('\n'),
  };
  for (const [how, text] of Object.entries(sheets)) {
    t.match((await redeem(text)).body, { redeemed: 0 }, `when they come again: ${how}`);
    t.equal(await left(world, member), '6', 'then nothing is taken');
  }

  const third = [...again, `${line},yes`].join('\n');
  t.match((await redeem(third)).body, { redeemed: 1, refused: 2 }, 'a third one beside them is');
  t.match((await redeem(`${third}\n`)).body, { redeemed: 0, refused: 3 }, 'and once');
  const fourth = [again[0], `${line},3`].join('\n');
  t.match((await redeem(fourth)).body, { redeemed: 1 }, 'as is the fourth on a sheet of its own');
  t.equal(await left(world, member), '2');
  t.match(
    (await redeem([again[0], `${line},perhaps`].join('\n'))).body,
    { refusedLines: [{ code: 'again', detail: /neither yes nor no, nor a number/ }] },
    'but it must be said plainly',
  );
});

t.test('given lines of two times of a day that say again', async (t) => {
  const world = await smallWorld();
  const member = await world.enrol(600);
  const redeem = await desk(t, world);
  const at = (time: string) => `${member},1,${DAY}T${time}:00+01:00,,yes`;
  const text = [`${HEADINGS},again`, at('10:00'), at('15:00')].join('\n');
  t.match((await redeem(text)).body, { redeemed: 2 }, 'each is a visit');
  t.match((await redeem(`${text}\n`)).body, { redeemed: 0, refused: 2 }, 'and recorded once');
});

t.test('given a line whose answer was lost, and a sheet that has grown since', async (t) => {
  const world = await smallWorld();
  const member = await world.enrol(600);
  const cli = await tillOf(world);
  const redeem = await desk(t, world);
  const text = `${HEADINGS},again\n${member},1,,,\n${member},1,,,yes`;
  cli.faults.push('none', 'lost', 'unreachable', 'unreachable', 'unreachable');
  t.match(await redeem(text, cli), { status: 3, body: { stoppedAt: 2 } });
  const { body } = await redeem(`${text}\n${member},0.5,,,\n`, cli);
  t.match(body, { redeemed: 2, refused: 1 }, 'what was taken is not taken twice');
  t.equal(await left(world, member), '7.5');
});

t.test('given a sheet that was redeemed before lines were marked', async (t) => {
  const world = await smallWorld();
  const member = await world.enrol(600);
  const redeem = await desk(t, world);
  const text = `member,credits\n${member},1\n`;
  const key = `sheet-${createHash('sha256').update(text).digest('hex')}-line-2`;
  const till = { venueId: world.partner.venue, memberId: member, credits: '1' };
  const cli = await tillOf(world);
  await world.app.inject({
    method: 'POST',
    url: '/v1/redemptions',
    headers: {
      authorization: `Bearer ${cli.environment['TIMECREDITS_KEY']!}`,
      'idempotency-key': key,
    },
    payload: till,
  });
  t.equal(await left(world, member), '9');
  const { status, body } = await redeem(text);
  t.match({ status, body }, { status: 0, body: { replayed: 1, credits: '1' } }, 'it is known');
  t.equal(await left(world, member), '9', 'and takes nothing');
});

t.test('given a ledger of an older format', async (t) => {
  const world = await smallWorld({ journal: await olderJournal() });
  const member = await world.enrol(600);
  const redeem = await desk(t, world);
  const text = `member,credits\n${member},1\n${member},2\n`;
  const refused = await redeem(text);
  t.match(
    refused,
    { status: 1, body: { error: { code: 'format_too_low', detail: /raises it/ }, stoppedAt: 2 } },
    'nothing is taken, and the sheet says what to do',
  );
  await world.admin.post('/v1/format', { format: 3 });
  t.match((await redeem(text)).body, { redeemed: 2 }, 'once that is done it is taken');
});

/** The beginning of a ledger before lines were marked. */
async function olderJournal() {
  const journal = memoryJournal();
  for await (const { lines } of (await testApp()).journal.read(0)) {
    const [opened, ...others] = lines.map((line) => JSON.parse(line) as StreamEvent);
    if (opened?.type !== 'LedgerOpened') throw new TypeError(opened?.type);
    opened.data.format = 2;
    await journal.append(linesOf([opened, ...others]), -1);
  }
  return journal;
}

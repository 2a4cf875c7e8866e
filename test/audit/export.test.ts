import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import t, { type Test } from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { transactionIdAt } from '../../schemas/ids.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { CommandLine } from '../cli/support.ts';
import { needing, say } from './programs.ts';
import { balancesIn, eventsIn, streams } from './streams.ts';

const cli = new CommandLine();

type Row = Record<string, string>;

function mirrorOf(t: Test, lines: readonly string[]): string {
  return t.testdir({ 'events.ndjson': lines.map((line) => `${line}\n`).join('') });
}

/** The journal of a stream in a file, as the command writes it. */
async function journalOf(t: Test, lines: readonly string[]): Promise<string> {
  const directory = mirrorOf(t, lines);
  const out = join(directory, 'ledger.journal');
  const ran = await cli.run('audit', 'export', directory, '--format', 'hledger', '--out', out);
  t.match(ran, { status: 0, output: /ledger\.journal: \d+ events? read/ }, 'is exported');
  return out;
}

t.test('hledger', needing('hledger'), async (t) => {
  for (const [name, lines] of await streams()) {
    await t.test(`given a ${name}`, async (t) => {
      const journal = await journalOf(t, lines);
      const checked = say('hledger', 'check', '--strict', 'ordereddates', '-f', journal);
      t.match(checked, { status: 0, error: '' }, 'then its strict check accepts the journal');
      t.same(balancesBy(journal), balancesIn(lines), 'and its balances are those of the stream');
    });
  }

  await t.test('given a journal of several months', async (t) => {
    const journal = await journalOf(
      t,
      dated('2026-02-10T12:00:00.000Z', '2026-05-02T12:00:00.000Z'),
    );
    const text = readFileSync(journal, 'utf8');
    await t.test('when a month that is over was changed, and all still sums to zero', async (t) => {
      const from = text.indexOf('CreditsAllocated');
      const changed = text.slice(from).replace('-100.00', '-101.00').replace(' 100.00', ' 101.00');
      writeFileSync(journal, text.slice(0, from) + changed);
      const { status, error } = say('hledger', 'check', '-f', journal);
      t.not(status, 0, 'then the check fails');
      t.match(error, /2026-02-28/, 'at the end of that month');
    });
    await t.test('when an account is not declared', async (t) => {
      writeFileSync(journal, text.replace(/^account wallet:.*\n/m, ''));
      const { status, error } = say('hledger', 'check', '--strict', '-f', journal);
      t.not(status, 0, 'then the check fails');
      t.match(error, /wallet:mem_/, 'and names it');
    });
  });
});

/** What `hledger balance` says of every account, in hundredths. */
function balancesBy(journal: string): Record<string, number> {
  const words = ['balance', '-f', journal, '--flat', '--empty', '--no-total', '-O', 'csv'];
  const { output } = say('hledger', ...words);
  const rows: Row[] = parse(output, { columns: true });
  const balances: Record<string, number> = {};
  for (const row of rows) balances[row['account']!] = Math.round(parseFloat(row['balance']!) * 100);
  return balances;
}

/** A stream of a few events, the last movements of it recorded at these times. */
function dated(...times: string[]): string[] {
  const by = { access: 'system' };
  const command = (index: number) => ({ count: 1, id: `cmd_000000000000000${index}`, index: 0 });
  const rules = JSON.parse(readFileSync('test/golden/LedgerOpened.v1.json', 'utf8')) as {
    data: object;
  };
  const allocation = 'allocation:org_0123456789abcdef:fund';
  const wallet = 'wallet:mem_0123456789abcdef';
  const on = { by, occurredOn: '2026-02-10', v: 1 };
  const [first, ...later] = times;
  const opened = { ...on, command: command(0), data: rules.data, recordedAt: first };
  const allocated = { credit: allocation, credits: '100', debit: 'programme' };
  const given = (credits: string) => ({ credit: wallet, credits, debit: allocation });
  return [
    { ...opened, type: 'LedgerOpened' },
    { ...opened, command: command(1), data: allocated, type: 'CreditsAllocated' },
    { ...opened, command: command(2), data: given('2.5'), type: 'CreditsIssued' },
    ...later.map((recordedAt, index) => {
      const event = { ...on, command: command(index + 3), recordedAt };
      return { ...event, data: given('0.25'), type: 'CreditsIssued' };
    }),
  ].map(canonical);
}

t.test('the journal', async (t) => {
  const times = [
    '2026-03-31T22:59:59.999Z',
    '2026-03-31T23:00:00.000Z',
    '2026-06-01T00:00:00.000Z',
  ];
  const { output } = await cli.run(
    ...['audit', 'export', mirrorOf(t, dated(...times)), '--format', 'hledger'],
  );
  const dates = [...output.matchAll(/^\d{4}-\d\d-\d\d .*/gm)].map(([line]) => line);
  t.same(
    dates,
    [
      '2026-03-31 (txn_1_0000000000000001) CreditsAllocated  ; revision: 1, occurredOn: 2026-02-10',
      '2026-03-31 (txn_2_0000000000000002) CreditsIssued  ; revision: 2, occurredOn: 2026-02-10',
      '2026-03-31 Balances at the end of 2026-03',
      '2026-04-01 (txn_3_0000000000000003) CreditsIssued  ; revision: 3, occurredOn: 2026-02-10',
      '2026-04-30 Balances at the end of 2026-04',
      '2026-06-01 (txn_4_0000000000000004) CreditsIssued  ; revision: 4, occurredOn: 2026-02-10',
      '2026-06-01 Balances at revision 4',
    ],
    "is dated by recording, in the network's zone",
  );
  const april = output.slice(output.indexOf('Balances at the end of 2026-04')).split('\n\n')[0];
  t.same(
    april?.split('\n').slice(1),
    [
      '    allocation:org_0123456789abcdef:fund  0.00 credit = 97.25 credit',
      '    wallet:mem_0123456789abcdef  0.00 credit = 2.75 credit',
    ],
    'asserts at the end of a month what moved in it',
  );
  t.match(output, /\n; The end: 5 events\. The sum of all balances is 0\.00 credit\.\n$/);
});

t.test('a table of movements', async (t) => {
  const lines = await busyLines();
  const directory = mirrorOf(t, lines);
  const { status, output, progress } = await cli.run(
    ...['audit', 'export', directory, '--format', 'csv'],
  );
  t.equal(status, 0);
  t.match(progress, /events read, \d+ movements among them/, 'counts what it wrote');
  const rows: Row[] = parse(output, { columns: true });
  const expected = eventsIn(lines).flatMap((event, revision) => {
    const { debit, credit, credits, reverses = '' } = event.data as Record<string, string>;
    if (debit === undefined) return [];
    const { recordedAt, occurredOn, type, command } = event;
    const transactionId = transactionIdAt(revision, command.id);
    const when = { revision: String(revision), recordedAt, occurredOn };
    return [{ ...when, type, transactionId, debit, credit, credits, reverses }];
  });
  t.same(rows, expected, 'has a line for each');
  t.ok(output.endsWith('\r\n') && !/[^\r]\n/.test(output), 'that ends as RFC 4180 has it');
});

t.test('no export but the events themselves names anything', async (t) => {
  const lines = await busyLines();
  const directory = mirrorOf(t, lines);
  const names = eventsIn(lines).flatMap(({ data }) => {
    const { name, title, restrictions } = data as Record<string, string | undefined>;
    return [name, title, restrictions].filter((text) => text !== undefined);
  });
  t.ok(names.length > 3, 'though the stream does');
  for (const format of ['hledger', 'csv']) {
    const { output } = await cli.run('audit', 'export', directory, '--format', format);
    t.same(
      names.filter((name) => output.includes(name)),
      [],
      format,
    );
  }
});

t.test('the events themselves', async (t) => {
  const lines = await busyLines();
  const many = [...lines, ...Array.from({ length: 4000 }, () => lines.at(-1)!)];
  const directory = mirrorOf(t, many);
  const out = join(directory, 'copy.ndjson');
  const words = ['audit', 'export', directory, '--format', 'ndjson', '--out', out];
  const { status, body } = await cli.json(...words);
  t.match({ status, body }, { status: 0, body: { format: 'ndjson', out, events: many.length } });
  const original = readFileSync(join(directory, 'events.ndjson'));
  t.ok(readFileSync(out).equals(original), 'come out as the bytes they are');
  const again = await cli.run(...words);
  t.match(again, { status: 1, progress: /is there already and is not overwritten/ });
  t.ok(readFileSync(out).equals(original), 'and no file is overwritten');
});

t.test('a stream that is none', async (t) => {
  const lines = await busyLines();
  const at = lines.findIndex((line) => line.includes('"CreditsRedeemed"'));
  const line = lines[at]!;
  const event = JSON.parse(line) as { data: object };
  const files: Record<string, [file: string | Buffer, told: RegExp]> = {
    'a line that is no JSON': [
      all(lines.with(at, line.slice(1))),
      RegExp(`revision ${at}: .*JSON`),
    ],
    'a line in other bytes': [
      all(lines.with(at, line.replace('{', '{ '))),
      RegExp(`revision ${at}: expected canonical JSON`),
    ],
    'a movement with one side': [
      all(lines.with(at, canonical({ ...event, data: { ...event.data, debit: undefined } }))),
      RegExp(`revision ${at}: expected debit, credit and credits; found not all three`),
    ],
    'an account that is none': [
      all(lines.with(at, canonical({ ...event, data: { ...event.data, debit: 'x\n  y' } }))),
      RegExp(`revision ${at}: expected an event; found data.debit: must be an account`),
    ],
    'a line that was recorded before the last': [
      all(lines.with(at, canonical({ ...event, recordedAt: '2020-01-01T00:00:00.000Z' }))),
      RegExp(`revision ${at}: expected recordedAt .* or later; found 2020`),
    ],
    'another beginning': [all(lines.slice(1)), /revision 0: expected LedgerOpened/],
    'an end within a line': [
      all(lines).slice(0, -1),
      RegExp(`revision ${lines.length - 1}: expected a newline`),
    ],
    'bytes that are no text': [
      Buffer.concat([Buffer.from(all(lines)), Buffer.from([0xff, 0x0a])]),
      RegExp(`revision ${lines.length}: expected text in UTF-8`),
    ],
    nothing: ['', /revision 0: expected LedgerOpened; found an empty file/],
  };
  for (const [what, [file, told]] of Object.entries(files)) {
    await t.test(`with ${what}`, async (t) => {
      const directory = t.testdir({ 'events.ndjson': file });
      for (const format of ['hledger', 'csv', 'ndjson']) {
        const out = join(directory, format);
        const words = ['audit', 'export', directory, '--format', format, '--out', out];
        t.match(await cli.run(...words), { status: 1, progress: told }, format);
        t.notOk(existsSync(out), 'leaves no export behind');
      }
    });
  }
});

t.test('what is not as the help says', async (t) => {
  const directory = mirrorOf(t, await busyLines());
  const words = ['audit', 'export', directory, '--format'];
  t.match(await cli.run(...words, 'xml'), { status: 2, progress: /--format "xml"/ });
  t.match(await cli.run(...words, 'csv', '--json'), { status: 2, output: /--out FILE/ });
  const nowhere = await cli.run('audit', 'export', '/nowhere', '--format', 'csv');
  t.match(nowhere, { status: 1, progress: /There is no file or folder/ });
});

function all(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

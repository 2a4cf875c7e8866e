import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { credits } from '../../schemas/amounts.ts';
import { checkpointText } from '../../src/proofs/checkpoint.ts';
import { leafHash } from '../../src/proofs/merkle.ts';
import { makeSigner, signNote } from '../../src/proofs/note.ts';
import { altered } from '../cli/altered.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { CommandLine } from '../cli/support.ts';
import { naiveRoot, tilesOver } from '../proofs/tree.ts';
import { tilePath, tilesOf } from '../../src/proofs/tiles.ts';
import { smallWorld } from '../support/world.ts';
import { needing, say, type Said } from './programs.ts';
import { balancesIn, streams } from './streams.ts';

const SCRIPT = 'scripts/verify.py';
const ORIGIN = 'credits.example/medway';
const SIGNER = makeSigner(ORIGIN, Buffer.alloc(32, 1));
const FORGER = makeSigner(ORIGIN, Buffer.alloc(32, 2));

function checkpointOver(lines: readonly string[], signer = SIGNER, size = lines.length): string {
  const root = naiveRoot(leavesOf(lines.slice(0, size)));
  return signNote(checkpointText({ origin: ORIGIN, size, root }), [signer]);
}

function leavesOf(lines: readonly string[]): Buffer[] {
  return lines.map((line) => leafHash(line));
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** The files of an auditor's folder, without its tiles, by their names. */
function filesOf(lines: readonly string[], changes: Record<string, string | Buffer> = {}) {
  const checkpoint = checkpointOver(lines);
  const keys = `${SIGNER.verifier.text}\n`;
  return { 'events.ndjson': textOf(lines), checkpoint, keys, ...changes };
}

/** What the script says of an auditor's folder that has some files. */
function verdict(t: Test, files: Record<string, string | Buffer>, ...options: string[]): Said {
  const events = join(t.testdir(files), 'events.ndjson');
  return say('python3', SCRIPT, events, ...options);
}

t.test('verify.py fits into a cup of coffee', async (t) => {
  const text = readFileSync(SCRIPT, 'utf8');
  const lines = text.trimEnd().split('\n');
  t.ok(lines.length < 310, `${lines.length} lines`);
  t.ok(
    lines.every((line) => line.length <= 100),
    'that fit',
  );
  const imported = [...text.matchAll(/^(?:import|from) (.*?)( import .*)?$/gm)].map(
    ([, names]) => names,
  );
  t.same(
    imported.flatMap((names) => names!.split(', ')).sort(),
    [
      ...['argparse', 'base64', 'hashlib', 'json', 'pathlib', 're'],
      ...['shutil', 'subprocess', 'sys', 'tempfile'],
    ],
    'and need the standard library alone',
  );
});

t.test('given a good copy', needing('python3', 'openssl'), async (t) => {
  for (const [name, lines] of await streams()) {
    if (name === 'golden stream') continue;
    const { status, output, error } = verdict(t, filesOf(lines), '--balances');
    t.match({ status, error }, { status: 0, error: '' }, `of a ${name}, everything holds`);
    const rows = output.split('\n').filter((line) => /^\S+ {2}-?[\d.]+$/.test(line));
    const balances = Object.entries(balancesIn(lines)).sort(([one], [other]) =>
      one < other ? -1 : 1,
    );
    t.same(
      rows,
      balances.map(([account, amount]) => `${account}  ${credits(amount)}`),
      'and its balances are those of the stream',
    );
    const root = naiveRoot(leavesOf(lines));
    t.match(output, `${lines.length} events, `);
    t.match(output, `root ${Buffer.from(root).toString('base64')}`, 'as is its root');
    t.match(output, `signature by ${SIGNER.verifier.text}`, 'and it says who signed');
  }
});

t.test('given a copy that was tampered with', needing('python3', 'openssl'), async (t) => {
  const lines = await busyLines();
  const count = lines.length;
  const { lines: changed, revision } = altered(lines, 'CreditsRedeemed', ({ data }) => {
    data.reference = 'other';
  });
  const whole = Buffer.from(textOf(lines));
  const begins = Buffer.byteLength(textOf(lines.slice(0, revision)));
  const tiles = await tilesIn(lines);
  const root = Buffer.from(naiveRoot(leavesOf(lines))).toString('base64');

  const cases: Record<string, [files: Record<string, string | Buffer>, told: RegExp]> = {
    'a byte that is flipped': [
      filesOf(lines, { 'events.ndjson': flipped(whole, begins) }),
      RegExp(`^WRONG at revision ${revision}: expected JSON`, 'm'),
    ],
    'a field that is another': [
      filesOf(lines, { 'events.ndjson': textOf(changed) }),
      RegExp(
        `^WRONG before revision ${count}: expected the root ${root.replaceAll('+', '.')}`,
        'm',
      ),
    ],
    'a field that is another, and tiles': [
      filesOf(lines, { 'events.ndjson': textOf(changed), ...tiles }),
      RegExp(`^WRONG at revision ${revision}: expected the root`, 'm'),
    ],
    'a line that is gone': [
      filesOf(lines, { 'events.ndjson': textOf(lines.toSpliced(revision, 1)), ...tiles }),
      RegExp(`^WRONG at revision ${revision}: `, 'm'),
    ],
    'two lines that are swapped': [
      filesOf(lines, {
        'events.ndjson': textOf(
          lines.with(revision, lines[revision + 1]!).with(revision + 1, lines[revision]!),
        ),
        ...tiles,
      }),
      RegExp(`^WRONG at revision ${revision}: `, 'm'),
    ],
    'a tail that is cut off': [
      filesOf(lines, { 'events.ndjson': textOf(lines.slice(0, -1)) }),
      RegExp(`^WRONG at revision ${count - 1}: .* of ${count} events`, 'm'),
    ],
    'a last line that is cut off': [
      filesOf(lines, { 'events.ndjson': whole.subarray(0, -10) }),
      RegExp(`^WRONG at revision ${count - 1}: expected a newline at the end`, 'm'),
    ],
    'the checkpoint of other events': [
      filesOf(lines, { checkpoint: checkpointOver(changed) }),
      RegExp(`^WRONG before revision ${count}: expected the root `, 'm'),
    ],
    'a signature by nobody who is known': [
      filesOf(changed, { checkpoint: checkpointOver(changed, FORGER) }),
      /^WRONG .*checkpoint: expected a signature of .* by a key that is known/m,
    ],
    'a signature that is another text’s': [
      filesOf(changed, {
        checkpoint:
          checkpointOver(changed).split('\n\n')[0]! +
          '\n\n' +
          checkpointOver(lines).split('\n\n')[1]!,
      }),
      /^WRONG .*checkpoint: expected a signature that fits/m,
    ],
    'a size that is not in plain digits': [
      filesOf(lines, {
        checkpoint: checkpointOver(lines).replace(`\n${count}\n`, `\n0${count}\n`),
      }),
      /^WRONG .*checkpoint: expected a size in plain digits; found 0/m,
    ],
    'no checkpoint at all in it': [
      filesOf(lines, { checkpoint: 'hello\n' }),
      /^WRONG .*checkpoint: /m,
    ],
  };
  for (const [what, [files, told]] of Object.entries(cases)) {
    const { status, output, error } = verdict(t, files);
    t.match({ status, error }, { status: 1, error: '' }, `with ${what}, it fails`);
    t.match(output, told, 'and says where');
    t.match(output, /It does NOT hold\.\n$/);
  }
});

t.test('given a copy with tiles', needing('python3', 'openssl'), async (t) => {
  const lines = await busyLines();
  const whole = Buffer.from(textOf(lines));
  const tiles = await tilesIn(lines);
  for (let at = 5; at < whole.length; at += Math.floor(whole.length / 15)) {
    const revision = whole.subarray(0, at).toString('utf8').split('\n').length - 1;
    const files = filesOf(lines, { 'events.ndjson': flipped(whole, at), ...tiles });
    const { status, output } = verdict(t, files);
    t.equal(status, 1, `when byte ${at} is flipped, it fails`);
    t.match(/^WRONG at revision (\d+)/m.exec(output)?.[1], String(revision), 'and names the event');
  }
});

t.test('given what audit fetch took', needing('python3', 'openssl'), async (t) => {
  const { app, admin, enrol } = await smallWorld();
  for (let member = 0; member < 130; member += 1) await enrol(60);
  const { body } = await admin.post<{ key: string }>('/v1/access', { role: 'auditor', label: 'a' });
  const directory = join(t.testdir(), 'mirror');
  await new CommandLine(app, body.key).run('audit', 'fetch', '--to', directory);
  const events = join(directory, 'events.ndjson');
  const whole = readFileSync(events);
  t.match(say('python3', SCRIPT, events), { status: 0, error: '' }, 'everything holds');
  const at = whole.length - 100;
  const revision = whole.subarray(0, at).toString('utf8').split('\n').length - 1;
  writeFileSync(events, flipped(whole, at));
  const { status, output } = say('python3', SCRIPT, events);
  t.equal(status, 1, 'and where it was tampered with it fails');
  t.ok(revision >= 256, 'beyond the first tile, too');
  t.match(/^WRONG at revision (\d+)/m.exec(output)?.[1], String(revision), 'and names the event');
});

t.test(
  'given events that break a rule, and hashes that fit',
  needing('python3', 'openssl'),
  async (t) => {
    const lines = await busyLines();
    const plain = (words: string) => words.replaceAll(/[()+]/g, '.');
    const cases: Record<string, [{ lines: readonly string[]; revision: number }, told: string]> = {
      'a wallet is overdrawn': [
        altered(lines, 'CreditsRedeemed', ({ data }) => (data.credits = '20')),
        'expected wallet:mem_.* at zero or above; found -1',
      ],
      'credits are not those of the hours given': [
        altered(lines, 'CreditsIssued', ({ data }) => (data.credits = '1')),
        'expected credits of 1.5 for the minutes; found 1',
      ],
      'minutes carried are not what is left of them': [
        altered(lines, 'CreditsIssued', ({ data }) => (data.carriedMinutes = 29)),
        'expected carriedMinutes of 10; found 29',
      ],
      'minutes that were withdrawn are others': [
        altered(lines, 'TransactionReversed', ({ data }) => (data.issue!.minutes = 21), 3),
        'expected ',
      ],
      'a movement has one side': [
        altered(
          lines,
          'CreditsTransferred',
          ({ data }) => delete (data as { debit?: string }).debit,
        ),
        'expected debit, credit and credits; found not all three',
      ],
      'an account would write on the screen': [
        altered(
          lines,
          'CreditsTransferred',
          ({ data }) => (data.debit = 'pot:x\nEverything holds.'),
        ),
        'expected pot:x.Everything holds. at zero or above; found -1$',
      ],
      'an amount is none': [
        altered(lines, 'CreditsTransferred', ({ data }) => (data.credits = '-1')),
        'expected an amount; found -1',
      ],
      'a reversal cites what is not there': [
        altered(
          lines,
          'TransactionReversed',
          ({ data }) => (data.reverses = 'txn_3_0123456789abcdef'),
        ),
        'expected what 0123456789abcdef made at revision 3',
      ],
      'a redemption is moved to another till': [
        altered(lines, 'CreditsRedeemed', ({ data }) => {
          data.credit = 'till:ven_0123456789abcdef';
        }),
        'expected ven_0123456789abcdef to be registered before',
      ],
      'a redemption is recorded by another organisation': [
        altered(lines, 'CreditsRedeemed', ({ by }) => {
          by.organisation = 'org_0123456789abcdef';
        }),
        'expected till:ven_.* to be of org_0123456789abcdef, which recorded it',
      ],
      'a booking is captured at another till': [
        altered(lines, 'HoldCaptured', ({ data }) => {
          data.credit = 'till:ven_0123456789abcdef';
        }),
        'expected credits for till:ven_',
      ],
      'a settlement is of another amount': [
        altered(lines, 'TillSettled', ({ data }) => (data.credits = '2')),
        'expected a settlement of ',
      ],
      'a member is merged into itself': [
        altered(lines, 'MembersMerged', ({ data }) => (data.into = data.from)),
        'expected ',
      ],
      'time falls': [
        altered(
          lines,
          'CreditsRedeemed',
          (event) => (event.recordedAt = '2020-01-01T00:00:00.000Z'),
        ),
        'expected recordedAt .* or later; found 2020',
      ],
      'an event is none': [
        altered(
          lines,
          'CreditsRedeemed',
          (event) => delete (event as { command?: object }).command,
        ),
        'expected an event',
      ],
      'an event of a list is left out': [
        { lines: lines.toSpliced(1, 1), revision: 1 },
        'expected cmd_.*, event 1 of 2',
      ],
      'the ledger is opened again': [
        { lines: [...lines, lines[0]!], revision: lines.length },
        'expected the ledger opened first, once',
      ],
    };
    for (const [what, [{ lines: changed, revision }, told]] of Object.entries(cases)) {
      const { status, output } = verdict(t, filesOf(changed));
      t.equal(status, 1, `when ${what}, it fails`);
      t.match(
        output,
        RegExp(`^WRONG at revision ${revision}: ${plain(told)}`, 'm'),
        'and says where',
      );
    }
  },
);

t.test('given checkpoints that were kept', needing('python3', 'openssl'), async (t) => {
  const lines = await busyLines();
  const note = checkpointOver(lines, SIGNER, 30);
  const mailed = note.replaceAll('\n', '\r\n');
  const kept = join(t.testdir({ 'kept.txt': note, mailed }), 'kept.txt');
  await t.test('when the history after it has grown', async (t) => {
    const { status, output } = verdict(t, filesOf(lines), '--checkpoint', kept);
    t.equal(status, 0, 'then everything holds');
    t.match(output, /kept\.txt: 30 events of credits\.example\/medway, signature by /);
  });
  await t.test('when a mail has changed the ends of its lines', async (t) => {
    const { status, output } = verdict(t, filesOf(lines), '--checkpoint', join(kept, '../mailed'));
    t.equal(status, 0, 'then it still counts');
    t.match(output, /mailed: 30 events of credits\.example\/medway, signature by /);
  });
  await t.test('when the history before it was made anew, and signed', async (t) => {
    const { lines: changed } = altered(lines, 'VenueRegistered', ({ data }) => (data.name = 'X'));
    const { status, output } = verdict(t, filesOf(changed), '--checkpoint', kept);
    t.equal(status, 1, 'then it fails');
    t.match(output, /WRONG before revision 30: expected the root/, 'and says up to where');
  });
});

t.test('given a copy that proves less', needing('python3', 'openssl'), async (t) => {
  const lines = await busyLines();
  const events = { 'events.ndjson': textOf(lines) };
  const cases: Record<string, [files: Record<string, string>, from: number]> = {
    'has no checkpoint': [events, 0],
    'has no events': [{ 'events.ndjson': '' }, 0],
    'has no key': [{ ...events, checkpoint: checkpointOver(lines) }, 0],
    'has events behind its checkpoint': [
      filesOf(lines, { checkpoint: checkpointOver(lines, SIGNER, 30) }),
      30,
    ],
  };
  for (const [what, [files, from]] of Object.entries(cases)) {
    const { status, output } = verdict(t, files);
    t.equal(status, 3, `when it ${what}, the exit status tells`);
    t.match(output, `but from revision ${from} on no verified signature proves it`);
  }
  await t.test('when there is no openssl', async (t) => {
    const { output: python } = say('python3', '-c', 'import sys; print(sys.executable, end="")');
    const copy = join(t.testdir(filesOf(lines)), 'events.ndjson');
    const { status, output } = say('env', 'PATH=/nowhere', python, SCRIPT, copy);
    t.equal(status, 3, 'then nothing is taken on trust');
    t.match(output, /signature NOT verified/);
  });
  t.match(say('python3', SCRIPT), { status: 2, error: /usage/ }, 'with nothing it explains itself');
  const nowhere = say('python3', SCRIPT, '/nowhere/events.ndjson');
  t.match(nowhere, { status: 2, error: /there is no file/ }, 'as it does where there is no file');
});

/** A file in which one bit is another. */
function flipped(bytes: Buffer, at: number): Buffer {
  const other = Buffer.from(bytes);
  other[at]! ^= 1;
  return other;
}

/** The tiles of a tree, by the names of their files, each within a folder. */
async function tilesIn(lines: readonly string[]): Promise<Record<string, never>> {
  const read = tilesOver(leavesOf(lines));
  const folders: Record<string, unknown> = {};
  for (const tile of tilesOf(lines.length)) {
    const names = `tile/${tilePath(tile)}`.split('/');
    const content = Buffer.from(await read(tile));
    let folder = folders;
    for (const name of names.slice(0, -1)) folder = (folder[name] ??= {}) as typeof folders;
    folder[names.at(-1)!] = content;
  }
  return folders as Record<string, never>;
}

t.test(
  'lines of comment among the keys are passed over',
  needing('python3', 'openssl'),
  async (t) => {
    const lines = await busyLines();
    const keys = `# read to us over the telephone\n${SIGNER.verifier.text}\n\n  # and no other\n`;
    t.match(verdict(t, filesOf(lines, { keys })), { status: 0, output: /Everything holds/ });
  },
);

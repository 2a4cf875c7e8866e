import { copyFileSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { partsIn } from '../../src/backup/parts.ts';
import { CheckpointStore } from '../../src/checkpoints/store.ts';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { makeSigner, signNote } from '../../src/proofs/note.ts';
import { CommandLine } from '../cli/support.ts';
import { Client, testApp, ADMIN_KEY } from '../support/service.ts';
import {
  change,
  edit,
  forge,
  keptLedger,
  ran,
  SIGNER,
  type Kept,
  type Refused,
} from './support.ts';

type Back = {
  readonly size: number;
  readonly fromBackup: number;
  readonly fromMirror: number;
  readonly leftInMirror: number;
  readonly missing: readonly string[];
};

/** A backup, and a restore from it into a new folder at each call. */
async function backedUp(t: Test, ...more: readonly string[]) {
  const ledger = await keptLedger(t);
  await ledger.enrol(60);
  const { size } = await ledger.show();
  const backup = ledger.path('backup');
  await ran('backup', '--to', backup, '--data', ledger.data, ...more);
  let folders = 0;
  return {
    ...{ ...ledger, backup, size },
    folderOf: () => ledger.path(`restored-${folders}`),
    restore<T = Refused>(...options: readonly string[]): Promise<T> {
      folders += 1;
      const to = ledger.path(`restored-${folders}`);
      return ran<T>('restore', '--from', backup, '--data', to, ...options);
    },
  };
}

let whole: Awaited<ReturnType<typeof backedUp>>;

t.before(async () => {
  whole = await backedUp(t);
});

/** A backup of the test's own, of a ledger that nothing more is asked of. */
function copied(t: Test) {
  const folder = t.testdir();
  const path = (name: string) => join(folder, name);
  const backup = path('backup');
  cpSync(whole.backup, backup, { recursive: true });
  let folders = 0;
  return {
    ...{ path, backup, size: whole.size, show: whole.show },
    folderOf: () => path(`restored-${folders}`),
    restore<T = Refused>(...options: readonly string[]): Promise<T> {
      folders += 1;
      return ran<T>('restore', '--from', backup, '--data', path(`restored-${folders}`), ...options);
    },
  };
}

/** The ledger that a service finds in a folder. */
async function servedFrom(t: Test, folder: string): Promise<Client> {
  const parts = partsIn(folder);
  const journal = await sqliteJournal(parts.ledger);
  const store = new CheckpointStore(parts.checkpoints);
  const { app, service } = await testApp({ journal, checkpoints: { store, signers: [SIGNER] } });
  t.teardown(async () => {
    await service.sequencer.stop('the test is over');
    await service.checkpoints.close();
    await journal.close();
  });
  return new Client(app, ADMIN_KEY);
}

/** Goes on writing after the backup, and shows what was written. */
async function goOn({ enrol, show }: Kept): Promise<number> {
  for (let member = 0; member < 3; member += 1) await enrol(60);
  return (await show()).size;
}

t.test('given a backup, when it is restored', async (t) => {
  const { restore, folderOf, size, admin } = await backedUp(t, '--with-keys');
  const back = await restore<Back>();
  t.match(back, { size, fromBackup: size, fromMirror: 0, missing: [] }, 'then all of it is there');
  t.same(
    readdirSync(folderOf()).toSorted(),
    ['card.key', 'checkpoints.sqlite', 'ledger.sqlite', 'ledger.sqlite-lock', 'signing.key'],
    'and nothing besides',
  );
  const served = await servedFrom(t, folderOf());
  const url = '/v1/ledger';
  t.same(
    (await served.get(url)).body,
    (await admin.get(url)).body,
    'and a service goes on with it',
  );
});

t.test('a backup without keys', async (t) => {
  const { restore, backup, path } = copied(t);
  t.match(await restore<Back>(), { missing: ['card.key', 'signing.key'] }, 'says what is missing');
  const to = path('told');
  const { output } = await new CommandLine().run('restore', '--from', backup, '--data', to);
  t.match(output, /card\.key is not there: put it back before the service starts/);
});

t.test('given a checkpoint that was shown after the backup', async (t) => {
  const made = await backedUp(t);
  const later = await goOn(made);
  const mirror = await made.mirror('mirror');
  const saved = join(mirror, 'checkpoint');

  await t.test('when it is restored without the end', async (t) => {
    const refused = await made.restore('--checkpoint', saved);
    t.match(refused, {
      error: {
        code: 'shorter_than_shown',
        detail: /over \d+ events was shown .* Nothing is put to service.*--tail-from.*PREDECESSOR/,
      },
    });
    t.same(readdirSync(made.folderOf()), [], 'then the folder stays empty');
  });

  await t.test('when the end is taken from an auditor', async (t) => {
    const back = await made.restore<Back>('--checkpoint', saved, '--tail-from', mirror);
    t.match(back, { size: later, fromBackup: made.size, fromMirror: later - made.size });
    const served = await servedFrom(t, made.folderOf());
    t.same((await served.get('/v1/ledger')).body, (await made.admin.get('/v1/ledger')).body);
    const shown = await served.get('/v1/checkpoint');
    t.match(shown.body, `\n${later}\n`, 'then the service knows what was shown');
  });

  await t.test('what the auditor was shown counts by itself', async (t) => {
    t.match(await made.restore<Back>('--tail-from', mirror), { size: later });
  });

  await t.test('what the auditor has beyond it', async (t) => {
    await made.enrol();
    const longer = await made.mirror('longer');
    for (const name of ['checkpoint', 'checkpoints.ndjson']) {
      copyFileSync(join(mirror, name), join(longer, name));
    }
    const back = await made.restore<Back>('--tail-from', longer);
    t.match(back, { size: later, leftInMirror: 1 }, 'is told and not taken');
    const all = await made.restore<Back>('--tail-from', longer, '--beyond-checkpoint');
    t.match(all, { size: later + 1, leftInMirror: 0 }, 'unless it is asked for');
  });

  await t.test('a mirror that does not extend the backup', async (t) => {
    const other = await made.mirror('other');
    edit(join(other, 'events.ndjson'), (lines) =>
      lines.with(3, lines[3]!.replace('"count":1', '"count":2')),
    );
    t.match(await made.restore('--tail-from', other), {
      error: { code: 'mirror_differs', detail: /at revision 3 it has \{.*and the backup \{/ },
    });
  });

  await t.test('a mirror that is too short', async (t) => {
    const short = await made.mirror('short');
    edit(join(short, 'events.ndjson'), (lines) => lines.slice(0, -1));
    t.match(await made.restore('--tail-from', short, '--checkpoint', saved), {
      error: { code: 'mirror_too_short', detail: /the mirror have only \d+\..*successor/ },
    });
  });

  await t.test('a mirror whose last line was cut off', async (t) => {
    const torn = await made.mirror('torn');
    edit(join(torn, 'events.ndjson'), (lines) => lines.slice(0, -1));
    writeFileSync(join(torn, 'events.ndjson'), '{"by":{"acc', { flag: 'a' });
    t.match(await made.restore('--tail-from', torn, '--checkpoint', saved), {
      error: { code: 'mirror_too_short' },
    });
  });

  await t.test('a mirror with another end', async (t) => {
    const wrong = await made.mirror('wrong');
    edit(join(wrong, 'events.ndjson'), (lines) =>
      lines.with(-1, lines.at(-1)!.replace('"recordedAt":"2026', '"recordedAt":"2025')),
    );
    t.match(await made.restore('--tail-from', wrong), {
      error: { code: 'history_changed', detail: /but the end from the mirror leads to .* there/ },
    });
  });

  await t.test('a mirror with a line that is no event', async (t) => {
    const wrong = await made.mirror('spaced');
    edit(join(wrong, 'events.ndjson'), (lines) =>
      lines.with(-1, lines.at(-1)!.replace('"by":', '"by": ')),
    );
    t.match(await made.restore('--tail-from', wrong), {
      error: { code: 'mirror_damaged', detail: /revision \d+: it is not in its canonical form/ },
    });
  });

  await t.test('no mirror at all', async (t) => {
    const refused = await made.restore('--tail-from', made.path('nowhere'));
    t.match(refused, { error: { code: 'no_mirror', detail: /it has no events\.ndjson/ } });
  });
});

const SWAP = [
  'UPDATE event SET revision = -1 WHERE revision = 5',
  'UPDATE event SET revision = 5 WHERE revision = 6',
  'UPDATE event SET revision = 6 WHERE revision = -1',
];
const ALTER = `
  UPDATE event SET event = replace(event, '"count":1', '"count":2') WHERE revision = 3
`;

const DAMAGES: Record<string, { sql: readonly string[]; code: string; detail: RegExp }> = {
  'a changed row': {
    sql: [ALTER],
    code: 'DamagedJournalError',
    detail: /damaged at revision 3: checksum \d+, but \d+ was stored/,
  },
  'swapped rows': { sql: SWAP, code: 'DamagedJournalError', detail: /damaged at revision 5/ },
  'a row that is gone': {
    sql: ['DELETE FROM event WHERE revision = 4'],
    code: 'DamagedJournalError',
    detail: /damaged at revision 4: the next row stored is 5/,
  },
  'a stream that was cut off': {
    sql: ['DELETE FROM event WHERE revision > 7'],
    code: 'history_changed',
    detail: /made of \d+ events with root .*, but holds 8 now\./,
  },
};

for (const [what, { sql, code, detail }] of Object.entries(DAMAGES)) {
  t.test(`a backup with ${what} is refused`, async (t) => {
    const { backup, restore, folderOf } = copied(t);
    change(partsIn(backup).ledger, ...sql);
    t.match(await restore(), { error: { code, detail } });
    t.same(readdirSync(folderOf()), [], 'and the folder stays empty');
  });
}

t.test('given a forger who makes all checksums anew', async (t) => {
  const { backup, restore } = copied(t);

  await t.test('an event that is not in its canonical form is found', async (t) => {
    forge(partsIn(backup).ledger, (lines) => lines.with(3, lines[3]!.replace(':', ': ')));
    t.match(await restore('--bare'), {
      error: { code: 'DamagedJournalError', detail: /revision 3: it is not in its canonical/ },
    });
  });

  await t.test('an event of a version that nobody knows is found', async (t) => {
    forge(partsIn(backup).ledger, (lines) => lines.with(2, lines[2]!.replace(/"v":1/, '"v":9')));
    t.match(await restore('--bare'), {
      error: { code: 'DamagedJournalError', detail: /damaged at revision 2: / },
    });
  });
});

t.test('given a forger who leaves no trace in the file', async (t) => {
  const { backup, restore } = copied(t);
  forge(partsIn(backup).ledger, (lines) =>
    lines.with(3, lines[3]!.replace(/"recordedAt":"2026/, '"recordedAt":"2025')),
  );
  const detail = /but holds \d+ now, the first \d+ with root/;
  t.match(await restore(), { error: { code: 'history_changed', detail } }, 'the backup tells');
  t.match(
    await restore('--bare'),
    { error: { code: 'history_changed', detail: /checkpoint in the backup is over \d+ events/ } },
    'and so do the checkpoints',
  );
});

t.test('a stream that was cut off, in bare files', async (t) => {
  const { backup, restore } = copied(t);
  change(partsIn(backup).ledger, 'DELETE FROM event WHERE revision > 7');
  t.match(await restore('--bare'), { error: { code: 'shorter_than_shown' } });
});

t.test('a checkpoint saved elsewhere', async (t) => {
  const made = copied(t);
  const saved = (name: string, note: string) => {
    writeFileSync(made.path(name), note);
    return ['--checkpoint', made.path(name)] as const;
  };
  const { note } = await made.show();

  await t.test('that holds is counted', async (t) => {
    t.match(await made.restore(...saved('right', note), ...saved('twice', note)), {
      checkpoints: 4,
    });
  });

  await t.test('of another ledger is refused', async (t) => {
    const signer = makeSigner('credits.example/other', Buffer.alloc(32, 5));
    const other = signNote(note.split('\n\n')[0]!.replace('test', 'other') + '\n', [signer]);
    t.match(await made.restore(...saved('other', other)), {
      error: { code: 'another_ledger', detail: /of credits\.example\/other, but this ledger is/ },
    });
  });

  await t.test('that somebody else signed is refused', async (t) => {
    const signer = makeSigner(SIGNER.verifier.name, Buffer.alloc(32, 6));
    const forged = signNote(`${note.split('\n\n')[0]!}\n`, [signer]);
    t.match(await made.restore(...saved('forged', forged)), {
      error: { code: 'not_verified', detail: /none of the known keys signed the note.*--keys/ },
    });
    const { text } = signer.verifier;
    writeFileSync(made.path('keys'), `${text}\n${SIGNER.verifier.text}\n`);
    const after = ['--checkpoint', made.path('forged'), '--keys', made.path('keys')] as const;
    t.match(await made.restore(...after), { checkpoints: 3 }, 'unless the key is trusted');
  });

  await t.test('that says otherwise is refused', async (t) => {
    const [origin, size] = note.split('\n');
    const root = Buffer.alloc(32, 1).toString('base64');
    const otherwise = signNote(`${origin}\n${size}\n${root}\n`, [SIGNER]);
    t.match(await made.restore(...saved('otherwise', otherwise)), {
      error: { code: 'history_changed', detail: /otherwise is over \d+ events with root AQEB/ },
    });
  });

  await t.test('that is none is refused', async (t) => {
    t.match(await made.restore(...saved('none', 'hello\n')), { error: { code: 'not_verified' } });
  });
});

t.test('keys to trust', async (t) => {
  const { restore, path } = copied(t);
  writeFileSync(path('right'), `${SIGNER.verifier.text}\n`);
  t.match(await restore('--keys', path('right')), { checkpoints: 2, notTrusted: [] });
  const stranger = makeSigner(SIGNER.verifier.name, Buffer.alloc(32, 6));
  writeFileSync(path('wrong'), `${stranger.verifier.text}\n`);
  t.match(
    await restore('--keys', path('wrong')),
    { error: { code: 'not_verified' } },
    'a backup whose checkpoints another key signed is refused',
  );
});

t.test('a backup that is not whole', async (t) => {
  const made = copied(t);

  await t.test('because it was taken half-way', async (t) => {
    const partial = `${made.path('half')}.partial`;
    cpSync(made.backup, partial, { recursive: true });
    rmSync(join(partial, 'backup.json'));
    const refused = await ran('restore', '--from', partial, '--data', made.path('half-way'));
    t.match(refused, { error: { code: 'not_whole', detail: /no backup\.json that can be read/ } });
  });

  await t.test('because it was copied half-way', async (t) => {
    truncateSync(partsIn(made.backup).ledger, 8192);
    t.match(await made.restore(), {
      error: { code: 'not_whole', detail: /ledger\.sqlite has 8192 bytes, and had \d+ when/ },
    });
    t.match(await made.restore('--bare'), { error: { code: 'damaged' } }, 'nor as bare files');
  });

  await t.test('because a file is something else', async (t) => {
    writeFileSync(partsIn(made.backup).ledger, 'x'.repeat(20_000));
    t.match(await made.restore('--bare'), {
      error: { code: 'damaged', detail: /SQLite cannot use the ledger\.sqlite/ },
    });
    rmSync(partsIn(made.backup).ledger);
    t.match(await made.restore('--bare'), { error: { code: 'not_whole' } });
  });
});

t.test('bare files as Litestream restores them', async (t) => {
  const { backup, restore, size, folderOf } = copied(t);
  rmSync(join(backup, 'backup.json'));
  for (const file of [partsIn(backup).ledger, partsIn(backup).checkpoints]) {
    change(
      file,
      'CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)',
      'CREATE TABLE _litestream_lock (id INTEGER)',
    );
  }
  t.match(await restore<Back>('--bare'), { size }, 'are restored, with its own tables in them');
  t.equal((await (await servedFrom(t, folderOf())).get('/v1/ledger')).status, 200, 'and served');
});

t.test('a folder that is not empty', async (t) => {
  const { backup, path } = copied(t);
  mkdirSync(path('full'));
  writeFileSync(join(path('full'), 'note.txt'), '');
  t.match(await ran('restore', '--from', backup, '--data', path('full')), {
    error: { code: 'not_empty', detail: /is not empty: it has note\.txt\./ },
  });
  t.same(readdirSync(path('full')), ['note.txt'], 'is left as it is');
});

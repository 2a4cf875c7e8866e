import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { fetchInto, type Source } from '../../src/audit/fetch.ts';
import { consistencyProof, indexIn, TILE_WIDTH } from '../../src/proofs/tiles.ts';
import { tilesOver } from '../proofs/tree.ts';
import { checkpointOver, leavesOf, SIGNER } from './mirror.ts';

/* What a ledger that is not honest could do to whoever fetches from it. */

const LINES = Array.from({ length: 600 }, (_, revision) => `{"revision":${revision}}`);

/** A ledger with some lines, honest but for what is said otherwise. */
function ledger(lines: readonly string[], otherwise: Partial<Source> = {}): Source {
  const { length: size } = lines;
  const shown = { size, note: checkpointOver(lines), recordedAt: '2026-07-01T00:00:00.000Z' };
  const read = tilesOver(leavesOf(lines));
  return {
    keys: async () => `${SIGNER.verifier.text}\n`,
    checkpoint: async () => shown,
    checkpointsAfter: async (after) => (after < size ? [shown] : []),
    consistency: async (from, to) => consistencyProof(read, from, to),
    tile: async (path) => {
      const [level = '', ...rest] = path.split('/');
      const place = indexIn(rest.join('/'))!;
      if (level !== 'entries') return read({ level: Number(level), ...place });
      const first = place.index * TILE_WIDTH;
      return bundleOf(lines.slice(first, first + place.width));
    },
    ...otherwise,
  };
}

function bundleOf(entries: readonly string[]): Buffer {
  return Buffer.concat(
    entries.map((entry) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Buffer.byteLength(entry));
      return Buffer.concat([length, Buffer.from(entry)]);
    }),
  );
}

/** A ledger whose bundles of entries are others. */
function bundling(change: (entries: Uint8Array) => Uint8Array): Source {
  const { tile } = ledger(LINES);
  return ledger(LINES, {
    tile: async (path) => {
      const bytes = await tile(path);
      return path.startsWith('entries/') ? change(bytes) : bytes;
    },
  });
}

const mirrorOf = (t: Test) => join(t.testdir(), 'mirror');
const fetching = (directory: string, source: Source) =>
  fetchInto(directory, source, () => undefined);

t.test('an honest ledger is fetched whole', async (t) => {
  const directory = mirrorOf(t);
  t.match(await fetching(directory, ledger(LINES)), { size: 600, newEvents: 600, newTiles: 4 });
  t.equal(readFileSync(join(directory, 'events.ndjson'), 'utf8'), `${LINES.join('\n')}\n`);
  t.equal(statSync(directory).mode & 0o777, 0o700, 'into what its owner alone can read');
});

t.test('a list of checkpoints that goes round in a circle', async (t) => {
  const note = checkpointOver(LINES, { size: 5 });
  const source = ledger(LINES, {
    checkpointsAfter: async () => [{ size: 5, note, recordedAt: '2026-07-01T00:00:00.000Z' }],
  });
  const message = /lists its checkpoint of 5 behind that of 5/;
  await t.rejects(fetching(mirrorOf(t), source), { name: 'MirrorError', message });
});

const BUNDLES: Record<string, (entries: Uint8Array) => Uint8Array> = {
  'no entries': () => new Uint8Array(),
  'one entry too many': (entries) => Buffer.concat([entries, bundleOf(['{}'])]),
  'an entry that is cut off': (entries) => entries.subarray(0, -1),
  'half a length': (entries) => Buffer.concat([entries, Buffer.alloc(1)]),
  'an entry of two lines': (entries) => {
    const changed = Buffer.from(entries);
    changed[changed.length - 1] = 0x0a;
    return changed;
  },
};

for (const [name, change] of Object.entries(BUNDLES)) {
  t.test(`a bundle with ${name} is not taken`, async (t) => {
    const directory = mirrorOf(t);
    const message = /entries\/000 /;
    await t.rejects(fetching(directory, bundling(change)), { name: 'MirrorError', message });
    t.equal(readFileSync(join(directory, 'events.ndjson'), 'utf8'), '');
    await t.resolves(fetching(directory, ledger(LINES)), 'and an honest one is, later');
  });
}

t.test('a checkpoint that is said to be larger than its note says', async (t) => {
  const directory = mirrorOf(t);
  await fetching(directory, ledger(LINES));
  const note = checkpointOver(LINES, { size: 5 });
  const source = ledger(LINES, {
    checkpoint: async () => ({ size: 600, note, recordedAt: '2026-07-01T00:00:00.000Z' }),
  });
  const message = /as one of 600 events, but its note says 5/;
  await t.rejects(fetching(directory, source), { name: 'MirrorError', message });
  t.equal(readFileSync(join(directory, 'checkpoint'), 'utf8'), checkpointOver(LINES));
});

t.test('keys that are no keys are not kept', async (t) => {
  const directory = mirrorOf(t);
  const source = ledger(LINES, { keys: async () => 'Please log in' });
  await t.rejects(fetching(directory, source), { name: 'NoteError' });
  await t.resolves(fetching(directory, ledger(LINES)), 'and do not stand in the way of keys');
});

t.test('a tile that was torn when fetching stopped is fetched again', async (t) => {
  const directory = mirrorOf(t);
  await fetching(directory, ledger(LINES));
  const tile = join(directory, 'tile/0/001');
  const whole = readFileSync(tile);
  writeFileSync(tile, whole.subarray(0, 100));
  t.match(await fetching(directory, ledger(LINES)), { newTiles: 1 });
  t.same(readFileSync(tile), whole);
});

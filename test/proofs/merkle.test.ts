import t from 'tap';
import { Frontier, isConsistent, isIncluded, leafHash, nodeHash } from '../../src/proofs/merkle.ts';
import { consistencyProof, inclusionProof, rootAt, TILE_WIDTH } from '../../src/proofs/tiles.ts';
import { leavesOf, naiveRoot, tilesOver } from './tree.ts';
import { LEAVES, ROOTS } from './vectors.ts';

const hex = (hash: Uint8Array) => Buffer.from(hash).toString('hex');

t.test('the published roots', async (t) => {
  const frontier = new Frontier();
  for (let size = 0; size <= LEAVES.length; size += 1) {
    if (ROOTS[size] !== undefined) t.equal(hex(frontier.root()), ROOTS[size], `at size ${size}`);
    if (size < LEAVES.length) frontier.add(leafHash(LEAVES[size]!));
  }
});

t.test('the published leaf and node', async (t) => {
  t.equal(
    hex(leafHash('L123456')),
    '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
  );
  t.equal(
    hex(nodeHash(Buffer.from('N123'), Buffer.from('N456'))),
    'aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb',
  );
});

t.test('text is hashed as its bytes in UTF-8, however long', async (t) => {
  for (const text of ['é🌉', 'x'.repeat(9000), 'é'.repeat(20_000)]) {
    t.same(leafHash(text), leafHash(Buffer.from(text)));
  }
});

const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 64, 70];

t.test('at every size, the frontier and the tiles have the same root', async (t) => {
  const frontier = new Frontier();
  const leaves = leavesOf(600);
  for (const [index, leaf] of leaves.entries()) {
    frontier.add(leaf);
    const size = index + 1;
    if (size > 70 && size % 37 !== 0 && size % TILE_WIDTH > 1) continue;
    const root = naiveRoot(leaves.slice(0, size));
    t.same(frontier.root(), root, `the frontier at ${size}`);
    t.same(await rootAt(tilesOver(leaves), size), root, `the tiles at ${size}`);
  }
});

t.test('a leaf is proved where it stands, and nowhere else', async (t) => {
  for (const size of SIZES) {
    const leaves = leavesOf(size);
    const root = naiveRoot(leaves);
    for (const [index, leaf] of leaves.entries()) {
      const proof = await inclusionProof(tilesOver(leaves), index, size);
      const claim = { index, size, leaf, proof, root };
      if (!isIncluded(claim)) t.fail(`leaf ${index} of ${size} is not proved`);
      const wrong = [
        ...leaves
          .keys()
          .filter((other) => other !== index)
          .map((other) => ({ index: other })),
        { index: -1 },
        { index: size },
        { index: index + 0.5 },
        { index: 2 ** 64 - 1 },
        { leaf: leafHash('another') },
        { root: leafHash('another') },
        { proof: [...proof, root] },
        { proof: [root, ...proof] },
        ...(size > 1
          ? [{ root: leaf }, { proof: proof.slice(1) }, { proof: proof.slice(0, -1) }]
          : []),
        ...proof.map((_, at) => ({ proof: proof.with(at, leafHash('another')) })),
        ...proof.map((_, at) => ({ proof: proof.with(at, proof[at]!.subarray(1)) })),
      ];
      for (const change of wrong) {
        if (!isIncluded({ ...claim, ...change })) continue;
        t.fail(`leaf ${index} of ${size} with ${JSON.stringify(change)}`);
      }
    }
  }
  t.pass('every leaf of every size, and every change to its proof');
});

t.test('a tree is proved to be the beginning of a larger one, and of no other', async (t) => {
  for (const to of SIZES) {
    const leaves = leavesOf(to);
    const toRoot = naiveRoot(leaves);
    for (let from = 1; from <= to; from += 1) {
      const fromRoot = naiveRoot(leaves.slice(0, from));
      const proof = await consistencyProof(tilesOver(leaves), from, to);
      const claim = { from, to, fromRoot, toRoot, proof };
      if (!isConsistent(claim)) t.fail(`${from} of ${to} is not proved`);
      const other = leafHash('another');
      const wrong = [
        { from: 0 },
        { from: to + 1 },
        { fromRoot: other },
        { toRoot: other },
        { proof: [...proof, other] },
        ...(proof.length > 0 ? [{ proof: proof.slice(1) }, { proof: proof.slice(0, -1) }] : []),
        ...proof.map((_, at) => ({ proof: proof.with(at, other) })),
        ...proof.map((_, at) => ({ proof: proof.with(at, proof[at]!.subarray(1)) })),
      ];
      for (const change of wrong) {
        if (isConsistent({ ...claim, ...change })) t.fail(`${from} of ${to}, changed`);
      }
    }
  }
  t.pass('every size up to another, and every change to its proof');
});

t.test('what is no hash proves nothing, even where two of them are the same', async (t) => {
  const nothing = new Uint8Array();
  const [short, long] = [Buffer.alloc(31), Buffer.alloc(33)];
  for (const hash of [nothing, short, long]) {
    const leaf = { index: 0, size: 1, leaf: hash, proof: [], root: hash };
    t.notOk(isIncluded(leaf), `a leaf of ${hash.length} bytes under such a root`);
    const grown = { from: 1, to: 1, fromRoot: hash, toRoot: hash, proof: [] };
    t.notOk(isConsistent(grown), `a root of ${hash.length} bytes beside itself`);
  }
  const split = { index: 0, size: 2, leaf: long, proof: [short] };
  t.notOk(isIncluded({ ...split, root: nodeHash(long, short) }), 'two that fill a node together');
});

t.test('a tree of no leaves is the beginning of nothing', async (t) => {
  const root = naiveRoot([]);
  t.notOk(isConsistent({ from: 0, to: 3, fromRoot: root, toRoot: root, proof: [] }));
  t.notOk(isConsistent({ from: 0, to: 0, fromRoot: root, toRoot: root, proof: [] }));
});

t.test('proofs across tiles', async (t) => {
  const leaves = leavesOf(1100);
  const read = tilesOver(leaves);
  const root = naiveRoot(leaves);
  for (const index of [0, 255, 256, 511, 767, 1023, 1024, 1099]) {
    const proof = await inclusionProof(read, index, 1100);
    t.ok(isIncluded({ index, size: 1100, leaf: leaves[index]!, proof, root }), `leaf ${index}`);
  }
  for (const from of [1, 255, 256, 257, 512, 1000, 1024, 1099, 1100]) {
    const proof = await consistencyProof(read, from, 1100);
    const fromRoot = naiveRoot(leaves.slice(0, from));
    t.ok(isConsistent({ from, to: 1100, fromRoot, toRoot: root, proof }), `size ${from}`);
  }
});

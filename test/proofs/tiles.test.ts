import t from 'tap';
import {
  bundlePath,
  frontierAt,
  GrowingTiles,
  indexIn,
  tilePath,
  tilesOf,
  widthOf,
  type Tile,
} from '../../src/proofs/tiles.ts';
import { leavesOf, naiveRoot, tilesOver } from './tree.ts';

t.test('a tree of 70,000 leaves has the tiles that the specification names', async (t) => {
  const tiles = [...tilesOf(70_000)];
  const count = (level: number, full: boolean) =>
    tiles.filter((tile) => tile.level === level && (tile.width === 256) === full).length;
  t.equal(count(0, true), 273);
  t.equal(count(1, true), 1);
  t.same(
    tiles.filter(({ width }) => width < 256),
    [
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ],
  );
});

t.test('a tree of 256 leaves has one tile above, of one hash', async (t) => {
  t.same(
    [...tilesOf(256)],
    [
      { level: 0, index: 0, width: 256 },
      { level: 1, index: 0, width: 1 },
    ],
  );
  t.equal(widthOf(0, 1, 256), 0, 'and nothing beyond');
});

t.test('the paths of tiles', async (t) => {
  t.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), '0/x001/x234/067');
  t.equal(tilePath({ level: 1, index: 0, width: 17 }), '1/000.p/17');
  for (const index of [0, 7, 999, 1000, 1_234_067, 1_000_000_000]) {
    for (const width of [1, 255, 256]) {
      t.same(indexIn(bundlePath({ index, width })), { index, width });
    }
  }
});

t.test('what is no path of a tile', async (t) => {
  const paths = ['', '1', '0001', 'x000/001', '000.p/0', '000.p/256', '000.p/01', '000.p/999'];
  for (const path of [...paths, '001/', 'x1/001', '-01', `${'x999/'.repeat(9)}999`]) {
    t.equal(indexIn(path), undefined, path);
  }
});

const SIZES = [0, 1, 2, 7, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_793];
const LEAVES = leavesOf(66_000);

t.test('a right edge grows from what is kept of a tree as from its first leaf', async (t) => {
  for (const size of SIZES) {
    const grown = new Map<string, string>();
    const keep = (tile: Tile, hashes: Uint8Array) =>
      void grown.set(tilePath(tile), Buffer.from(hashes).toString('hex'));
    const whole = new GrowingTiles(keep);
    for (const leaf of LEAVES.slice(0, size)) whole.add(leaf);
    const read = ({ level, index }: Tile) => whole.edge(level, index)!;
    const asKept = new Map(grown);
    const edge = GrowingTiles.from(size, read, keep);
    for (const leaf of LEAVES.slice(size, size + 200)) edge.add(leaf);
    const found = new Map(grown);
    grown.clear();
    for (const [path, hashes] of asKept) grown.set(path, hashes);
    for (const leaf of LEAVES.slice(size, size + 200)) whole.add(leaf);
    t.same(found, grown, `from ${size} leaves`);
  }
});

t.test('a frontier grows from any size of a tree to the root of a larger one', async (t) => {
  const leaves = LEAVES.slice(0, 700);
  for (const size of [0, 1, 2, 3, 255, 256, 257, 640, 700]) {
    const frontier = await frontierAt(tilesOver(leaves.slice(0, size)), size);
    t.same(frontier.root(), naiveRoot(leaves.slice(0, size)), `the root at ${size}`);
    for (const leaf of leaves.slice(size)) frontier.add(leaf);
    t.same(frontier.root(), naiveRoot(leaves), `from ${size} to 700`);
  }
});

import t from 'tap';
import { bundlePath, indexIn, tilePath, tilesOf, widthOf } from '../../src/proofs/tiles.ts';

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

import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 8192;

/**
 * Random bytes for ids and secrets, drawn from the operating system a page at a time, because
 * every request takes a few. What was handed out is wiped from the page.
 */
export function pooledRandom(): (bytes: number) => Uint8Array {
  const pool = new Uint8Array(POOL_BYTES);
  let next = POOL_BYTES;
  return (bytes) => {
    if (next + bytes > POOL_BYTES) {
      randomFillSync(pool);
      next = 0;
    }
    const drawn = pool.slice(next, next + bytes);
    pool.fill(0, next, next + bytes);
    next += bytes;
    return drawn;
  };
}

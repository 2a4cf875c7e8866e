import { randomBytes } from 'node:crypto';
import { cardKeyIn } from '../../src/cardKey.ts';
import { checkpointsAt } from '../../src/checkpoints/checkpoints.ts';
import { configFrom } from '../../src/config.ts';

/**
 * Puts beside a stream that was written by hand what a service makes at its first start: it takes
 * no ledger that has begun without them. Nothing was ever shown of it.
 */
export function completeFolder(directory: string, network: string): void {
  const config = configFrom({ DATA_DIR: directory, NETWORK: network });
  cardKeyIn(config.cardKey).keep?.();
  checkpointsAt(config, randomBytes).store.close();
}

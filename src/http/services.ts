import type { Projections } from '../../projections/index.ts';
import type { Recorded, StreamEvent } from '../../schemas/events/index.ts';
import type { Digest } from '../../schemas/ids.ts';
import type { Page } from '../../schemas/stream.ts';
import type { Checkpoints } from '../checkpoints/checkpoints.ts';
import type { Guard } from '../guard/guard.ts';
import type { Soundness } from '../guard/soundness.ts';
import type { Awaited } from '../ledger/awaited.ts';
import type { Timing } from '../ledger/timing.ts';
import type { Sequencer } from '../ledger/sequencer.ts';
import type { Figures } from '../metrics/figures.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ReadTile } from '../proofs/tiles.ts';

/** What the routes use; `main` makes them, and nothing here reads a clock or dice of its own. */
export type Services = {
  readonly sequencer: Sequencer;
  readonly projections: Projections;
  readonly checkpoints: Checkpoints;
  /** The Merkle tree over the stream, in tiles. */
  readonly tile: ReadTile;
  /** Which hashes of the tree are for everybody: none, unless it is said. */
  readonly publicTiles?: 'off' | 'salted' | 'all' | undefined;
  /** The stream as bytes, from a revision on. */
  readonly read: (fromRevision: number, limit?: number) => AsyncIterable<Page>;
  /** One event that is in the stream. */
  readonly eventAt: (revision: number) => Promise<StreamEvent>;
  /** The events at some revisions that are in the stream, given in rising order. */
  readonly eventsAt: (revisions: readonly number[]) => Promise<readonly Recorded[]>;
  /** HMAC-SHA-256 of a card's ten characters, under the key that is not in the stream. */
  readonly cardHmac: (card: string) => Digest;
  readonly random: (bytes: number) => Uint8Array;
  readonly now_ms: () => number;
  /** How requests let others have their turn. */
  readonly timing: Timing;
  /** Reads that wait for a revision. */
  readonly awaited: Awaited;
  /** Why nothing was heard of the journal's server for too long; nothing while all is well. */
  readonly silence: () => string | undefined;
  /** Whether what is stored was found to be damaged or gone. */
  readonly soundness: Pick<Soundness, 'damage'>;
  /** Looks after what is stored, and knows when all of it was proved last. */
  readonly guard: Guard;
  /** What is counted as it happens, and how it is worded for whoever scrapes it. */
  readonly figures: Figures;
  readonly metrics: Metrics;
  /** The hash of a token that may read the metrics, and nothing else. */
  readonly metricsTokenHash?: string | undefined;
  /** Sets the clock; only where a network is played. */
  readonly moveClock?: ((to_ms: number) => void) | undefined;
};

import { registerHooks } from 'node:module';

/**
 * Loaded before the service it takes the Merkle tree and the checkpoints over it out of it, so that
 * the bench can tell what they cost. The service itself knows no such switch.
 */
const SOURCES: Readonly<Record<string, string>> = {
  '/src/journal/sqlite/tree.ts': `
    export class StoredTree {
      draft() { return undefined; }
      publish() {}
    }
    export function tileReader() {
      return ({ width }) => new Uint8Array(width * 32);
    }
  `,
  '/src/journal/sqlite/proving.ts': `
    export function prove() {
      return { proved: Promise.resolve(0), async stop() {} };
    }
  `,
  '/src/checkpoints/checkpoints.ts': `
    export function checkpointsAt() {
      return { store: undefined, signers: [] };
    }
    export class ChangedHistoryError extends Error {}
    export class Checkpoints {
      latest = undefined;
      keys() { return ['none']; }
      async requireUnchanged() {}
      async requireOwnTree() {}
      async make() {}
      makeIfDue() {}
      async close() {}
    }
  `,
};

registerHooks({
  load(url, context, nextLoad) {
    const replaced = Object.keys(SOURCES).find((end) => url.endsWith(end));
    if (replaced === undefined) return nextLoad(url, context);
    return { format: 'module', source: SOURCES[replaced]!, shortCircuit: true };
  },
});

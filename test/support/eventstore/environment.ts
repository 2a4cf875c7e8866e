import { makeSigner, signerText } from '../../../src/proofs/note.ts';

const ORIGIN = 'credits.example/medway';

/** What a service is started with whose stream is at a server: every instance has the same keys. */
export function environmentAt(url: string) {
  return {
    JOURNAL_URL: url,
    CARD_KEY: '7'.repeat(64),
    SIGNING_KEY: signerText(makeSigner(ORIGIN, new Uint8Array(32).fill(7))),
  };
}

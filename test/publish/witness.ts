import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { checkpointIn } from '../../src/proofs/checkpoint.ts';
import { isConsistent } from '../../src/proofs/merkle.ts';
import { cosign, makeSigner, openNote, type Verifier } from '../../src/proofs/note.ts';
import type { Witness } from '../../src/publish/witness.ts';

/** What was sent to a server, and what it answered. */
export type Exchange = { readonly body: string; readonly status: number };

type Answer = {
  readonly status: number;
  readonly body?: string;
  readonly type?: string;
  readonly headers?: Record<string, string>;
};

/** A witness as c2sp.org/tlog-witness has it: it trusts nothing that it has not verified itself. */
export type TestWitness = Witness & {
  readonly exchanges: Exchange[];
  /** What it cosigned last. */
  seen: { size: number; root: Uint8Array } | undefined;
  /** What it answers next, whatever it is asked. */
  readonly instead: Answer[];
};

const REQUEST = /^old (0|[1-9]\d*)\n((?:[A-Za-z0-9+/]{43}=\n){0,63})\n([^]+)$/;

/** A witness that listens, knows one ledger by its keys, and ends with its test. */
export async function witnessFor(
  t: Test,
  keys: readonly Verifier[],
  name = 'witness.example/w1',
): Promise<TestWitness> {
  const signer = makeSigner(name, Buffer.alloc(32, 77), 'cosignature');
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const answer = witness.instead.shift() ?? judged(body, request);
      witness.exchanges.push({ body, status: answer.status });
      const headers = { 'content-type': answer.type ?? 'text/plain', ...answer.headers };
      response.writeHead(answer.status, headers);
      response.end(answer.body);
    });
  });
  const judged = (body: string, { method, url }: IncomingMessage): Answer => {
    if (method !== 'POST' || url !== '/submit/add-checkpoint') return { status: 404 };
    const match = REQUEST.exec(body);
    if (match === null) return { status: 400 };
    const [old, note] = [Number(match[1]), match[3]!];
    const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
    const { origin, size, root } = checkpointIn(text);
    if (keys.every((key) => key.name !== origin)) return { status: 404 };
    try {
      openNote(note, keys);
    } catch {
      return { status: 403 };
    }
    if (old > size) return { status: 400 };
    const seen = witness.seen ?? { size: 0, root: new Uint8Array() };
    const same = old === size && Buffer.compare(root, seen.root) === 0;
    if (old !== seen.size || (old === size && !same)) {
      return { status: 409, body: `${seen.size}\n`, type: 'text/x.tlog.size' };
    }
    const hashes = match[2]!.split('\n').slice(0, -1);
    const proof = hashes.map((line) => Buffer.from(line, 'base64'));
    const grown = { from: old, to: size, fromRoot: seen.root, toRoot: root, proof };
    if (old === 0 ? proof.length > 0 : !isConsistent(grown)) return { status: 422 };
    witness.seen = { size, root };
    const stranger = makeSigner('another.example', Buffer.alloc(32, 78), 'cosignature');
    const lines = [stranger, signer].map((one) => cosign(text, one, 1_780_000_000));
    return { status: 200, body: lines.join('') };
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/submit`;
  const witness: TestWitness = {
    ...{ url, verifier: signer.verifier, exchanges: [], seen: undefined, instead: [] },
  };
  return witness;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}

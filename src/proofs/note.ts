import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';

/**
 * Signed notes (c2sp.org/signed-note v1.0.0) with Ed25519, and the cosignatures of witnesses
 * (c2sp.org/tlog-cosignature, version 1).
 */

/** Who may have signed: a note's own key, or a witness's, which says when it signed. */
export type KeyType = 'signature' | 'cosignature';

export type Verifier = {
  readonly name: string;
  readonly type: KeyType;
  /** The first four bytes of SHA-256(name, newline, type, public key). */
  readonly keyId: Buffer;
  readonly publicKey: KeyObject;
  /** As it is published: `name+keyId+base64(type, public key)`. */
  readonly text: string;
};

export type Signer = { readonly verifier: Verifier; readonly privateKey: KeyObject };

/** A signature that was verified; a witness's says when it was made, in seconds. */
export type Verified = { readonly verifier: Verifier; readonly time_s?: number };

/** A note, key, checkpoint or proof that is not what it should be; says what is wrong with it. */
export class NoteError extends Error {
  override readonly name = 'NoteError';
}

const TYPES: Readonly<Record<KeyType, number>> = { signature: 1, cosignature: 4 };
const SEED_BYTES = 32;
const KEY_ID_BYTES = 4;
const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;
const SIGNATURES_MAX = 64;
/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in its DER form. */
const PRIVATE_DER = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_DER = Buffer.from('302a300506032b6570032100', 'hex');
const PRIVATE = 'PRIVATE+KEY+';
const NAME = /^[^\s+]+$/u;
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f]/;

/** Makes a signer from its name and 32 secret random bytes. */
export function makeSigner(name: string, seed: Uint8Array, type: KeyType = 'signature'): Signer {
  const key = Buffer.concat([PRIVATE_DER, seed]);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  const publicDer = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    verifier: verifierOf(name, type, publicDer.subarray(PUBLIC_DER.length)),
    privateKey,
  };
}

/** A signer as Go's sumdb keeps one: `PRIVATE+KEY+name+keyId+base64(type, seed)`. */
export function signerText({ verifier, privateKey }: Signer): string {
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const seed = der.subarray(PRIVATE_DER.length);
  return PRIVATE + keyText(verifier.name, verifier.keyId, verifier.type, seed);
}

/**
 * Reads a signer as `signerText` wrote it.
 * @throws NoteError
 */
export function signerIn(text: string): Signer {
  if (!text.startsWith(PRIVATE)) throw new NoteError(`a signing key begins with ${PRIVATE}`);
  const { name, keyId, type, material } = keyIn(text.slice(PRIVATE.length));
  const signer = makeSigner(name, material, type);
  requireKeyId(keyId, signer.verifier);
  return signer;
}

/**
 * Reads a verifier key: `name+keyId+base64(type, public key)`.
 * @throws NoteError
 */
export function verifierIn(text: string): Verifier {
  const { name, keyId, type, material } = keyIn(text);
  const verifier = verifierOf(name, type, material);
  requireKeyId(keyId, verifier);
  return verifier;
}

/** Signs a text that ends with a newline; signatures come in the order of the signers. */
export function signNote(text: string, signers: readonly Signer[]): string {
  const lines = signers.map(({ verifier, privateKey }) =>
    signatureLine(verifier, sign(null, Buffer.from(text), privateKey)),
  );
  return `${text}\n${lines.join('')}`;
}

/** The line that a witness adds to a note, at a time in seconds. */
export function cosign(text: string, { verifier, privateKey }: Signer, time_s: number): string {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(time_s));
  const signature = sign(null, Buffer.from(cosigned(text, BigInt(time_s))), privateKey);
  return signatureLine(verifier, Buffer.concat([time, signature]));
}

/**
 * A note in its parts: the text that is signed, and a line for each signature.
 * @throws NoteError
 */
export function partsOf(note: string): {
  readonly text: string;
  readonly lines: readonly string[];
} {
  if (CONTROL.test(note)) throw new NoteError('the note has a control character');
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !note.endsWith('\n')) throw new NoteError('the note has no signatures');
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) throw new NoteError('the note has too many signatures');
  return { text: note.slice(0, end + 1), lines };
}

/**
 * A note with the signatures of further keys. A key that signed it already counts once, and what
 * is more than a note may have is left out.
 * @throws NoteError
 */
export function withSignatures(note: string, further: readonly string[]): string {
  const { text, lines } = partsOf(note);
  const known = new Set<string>();
  const kept = [...lines, ...further].filter((line) => {
    const { name, keyId } = signatureIn(line);
    const key = `${name}+${keyId.toString('hex')}`;
    if (known.has(key) || known.size === SIGNATURES_MAX) return false;
    known.add(key);
    return true;
  });
  return `${text}\n${kept.map((line) => `${line}\n`).join('')}`;
}

/** The first of some lines that is a signature of a text under a key; nothing where none is. */
export function signatureBy(
  verifier: Verifier,
  text: string,
  lines: readonly string[],
): string | undefined {
  return lines.find((line) => {
    try {
      return openNote(`${text}\n${line}\n`, [verifier]).verified.length > 0;
    } catch (error) {
      if (error instanceof NoteError) return false;
      throw error;
    }
  });
}

/**
 * Opens a note that at least one of the given keys signed. Signatures by unknown keys are passed
 * over; one by a known key that does not fit makes the whole note worthless. A key counts once.
 * @throws NoteError
 */
export function openNote(
  note: string,
  verifiers: readonly Verifier[],
): { readonly text: string; readonly verified: readonly Verified[] } {
  const { text, lines } = partsOf(note);
  const signatures = lines.map(signatureIn);
  const verified = signatures.flatMap(({ name, keyId, signature }) => {
    const verifier = verifiers.find((one) => one.name === name && one.keyId.equals(keyId));
    return verifier === undefined ? [] : [verifiedBy(verifier, text, signature)];
  });
  if (verified.length === 0) {
    const names = signatures.map(({ name, keyId }) => `${name}+${keyId.toString('hex')}`);
    throw new NoteError(`none of the known keys signed the note, but ${names.join(' and ')}`);
  }
  const keys = verified.map(({ verifier }) => verifier);
  return { text, verified: verified.filter((_, at) => keys.indexOf(keys[at]!) === at) };
}

function verifiedBy(verifier: Verifier, text: string, signature: Buffer): Verified {
  const wrong = new NoteError(`the signature of ${verifier.name} does not fit the text`);
  const cosignature = verifier.type === 'cosignature';
  if (signature.length !== SIGNATURE_BYTES + (cosignature ? TIME_BYTES : 0)) throw wrong;
  const time_s = cosignature ? signature.readBigUInt64BE() : 0n;
  const signed = cosignature ? cosigned(text, time_s) : text;
  const bytes = signature.subarray(-SIGNATURE_BYTES);
  if (!verify(null, Buffer.from(signed), verifier.publicKey, bytes)) throw wrong;
  return cosignature ? { verifier, time_s: Number(time_s) } : { verifier };
}

function cosigned(text: string, time_s: bigint): string {
  return `cosignature/v1\ntime ${time_s}\n${text}`;
}

function signatureLine({ name, keyId }: Verifier, signature: Buffer): string {
  return `— ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
}

function signatureIn(line: string): { name: string; keyId: Buffer; signature: Buffer } {
  const match = /^— ([^\s+]+) (\S+)$/u.exec(line);
  const bytes = match === null ? undefined : bytesIn(match[2]!);
  if (bytes === undefined || bytes.length <= KEY_ID_BYTES) {
    throw new NoteError(`the note has a line that is no signature: ${line}`);
  }
  const [keyId, signature] = [bytes.subarray(0, KEY_ID_BYTES), bytes.subarray(KEY_ID_BYTES)];
  return { name: match![1]!, keyId, signature };
}

function keyIn(text: string) {
  // Base64 may hold a plus of its own, so only the first two divide.
  const [, name, keyId, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(text) ?? [];
  const bytes = encoded === undefined ? undefined : bytesIn(encoded);
  const types = Object.keys(TYPES) as KeyType[];
  const type = types.find((one) => TYPES[one] === bytes?.[0]);
  if (type === undefined || bytes?.length !== 1 + SEED_BYTES) {
    throw new NoteError('a key reads name+keyId+base64, and is an Ed25519 key of type 1 or 4');
  }
  return { name: name!, keyId: keyId!, type, material: bytes.subarray(1) };
}

function verifierOf(name: string, type: KeyType, material: Buffer): Verifier {
  if (!NAME.test(name)) throw new NoteError(`${name} is no key name: it has a space or a plus`);
  const bytes = Buffer.concat([Buffer.from([TYPES[type]]), material]);
  const keyId = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), bytes]), 'buffer').subarray(
    0,
    KEY_ID_BYTES,
  );
  const key = Buffer.concat([PUBLIC_DER, material]);
  const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
  return { name, type, keyId, publicKey, text: keyText(name, keyId, type, material) };
}

function keyText(name: string, keyId: Buffer, type: KeyType, material: Buffer): string {
  const bytes = Buffer.concat([Buffer.from([TYPES[type]]), material]);
  return `${name}+${keyId.toString('hex')}+${bytes.toString('base64')}`;
}

function requireKeyId(keyId: string, { name, keyId: expected }: Verifier): void {
  if (keyId === expected.toString('hex')) return;
  throw new NoteError(`the key of ${name} says ${keyId}, but is ${expected.toString('hex')}`);
}

/** Reads base64 that is written the one way it can be. */
export function bytesIn(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

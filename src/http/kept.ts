import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Below this many bytes compressing gains nobody anything. */
const COMPRESSED_FROM_BYTES = 1_024;
/** A few hundred milliseconds for four megabytes, beside the serving thread, once. */
const BROTLI_QUALITY = 6;
const TAG_CHARACTERS = 22;

type Coding = 'br' | 'gzip' | 'identity';

const COMPRESS = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
    }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

/**
 * An answer that is the same for everybody, kept as bytes. All who read it share one buffer for
 * each coding, so a reader who stalls holds no copy, and nothing is worded or compressed twice.
 */
export class Kept {
  readonly #bytes: Buffer;
  readonly #tag: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #compressed = new Map<Coding, Promise<Buffer>>();

  /** @param headers what the answer says of itself: its type, and what a browser may do with it */
  constructor(text: string, headers: Readonly<Record<string, string>>) {
    this.#bytes = Buffer.from(text);
    this.#tag = hash('sha256', this.#bytes, 'base64url').slice(0, TAG_CHARACTERS);
    this.#headers = headers;
  }

  /** Answers it, with what `payload` says. */
  async send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return reply.send(await this.payload(request, reply));
  }

  /** The bytes in the coding that a reader takes, or none where the reader has them already. */
  async payload(request: FastifyRequest, reply: FastifyReply): Promise<Buffer | null> {
    const coding = this.#codingFor(request.headers['accept-encoding'] ?? '');
    const tag = `"${this.#tag}-${coding}"`;
    reply.headers({
      vary: 'accept-encoding',
      'cache-control': 'public, no-cache',
      ...this.#headers,
      etag: tag,
    });
    if (isNamed(tag, request.headers['if-none-match'])) {
      reply.code(304);
      return null;
    }
    if (coding === 'identity') return this.#bytes;
    const bytes = await this.#in(coding);
    reply.header('content-encoding', coding);
    return bytes;
  }

  #codingFor(accepted: string): Coding {
    if (this.#bytes.length < COMPRESSED_FROM_BYTES) return 'identity';
    const taken = accepted.split(',').map((one) =>
      one
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/),
    );
    const takes = (coding: Coding) =>
      taken.some(([name, quality = '']) => name === coding && !/^q=0(\.0*)?$/.test(quality));
    return takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity';
  }

  #in(coding: 'br' | 'gzip'): Promise<Buffer> {
    const known = this.#compressed.get(coding);
    if (known !== undefined) return known;
    const made = COMPRESS[coding](this.#bytes);
    this.#compressed.set(coding, made);
    return made;
  }
}

/** Whether a reader names a tag among those that it has (RFC 9110, 13.1.2). */
function isNamed(tag: string, header: string | undefined): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

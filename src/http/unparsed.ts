import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { fault, refuse, type Refusal } from '../../schemas/refusals.ts';
import { problemOf } from './problems.ts';

type Surroundings = {
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: () => string;
  readonly refused: (refusal: Refusal, status: number) => void;
};

/**
 * Answers what is no request, or never became a whole one, as a problem like every other. After
 * it nobody can tell where on its connection a next request would begin, so that is closed.
 */
export function unparsedHandler({ headers, requestId, refused }: Surroundings) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const refusal = refusalOf(error);
    const problem = problemOf(refusal, requestId());
    const body = JSON.stringify(problem);
    const said = {
      ...headers,
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      ...(problem.status === 408 && { 'retry-after': '1' }),
      connection: 'close',
    };
    const fields = Object.entries(said).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n`;
    refused(refusal, problem.status);
    socket.end(`${head}${fields.join('')}\r\n${body}`, () => socket.destroy());
  };
}

function refusalOf({ code }: NodeJS.ErrnoException): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return refuse('headers_too_large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refuse('request_incomplete');
    default:
      return notHttp('is not HTTP as RFC 9112 has it');
  }
}

/** The refusal of a request that is not as HTTP has it. */
export function notHttp(detail: string): Refusal {
  return refuse('invalid_request', {}, { errors: [{ ...fault('#', 'invalid_request'), detail }] });
}

import type { FastifyInstance, InjectOptions } from 'fastify';
import type { Test } from 'tap';
import { REFUSALS, type RefusalCode } from '../../schemas/refusals.ts';
import { ADMIN_KEY, type Answer } from '../support/service.ts';

/** RFC 9457 problem details, as every refusal is answered. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: RefusalCode;
  readonly retryable: boolean;
  readonly detail: string;
  readonly aloud: string;
  readonly request_id: string;
  readonly errors?: readonly { pointer: string; code: string; detail: string }[];
};

/** What a refusal should be. */
export type Expected = {
  readonly status: number;
  readonly code: RefusalCode;
  readonly pointers?: readonly string[];
};

/** Sends a request exactly as it is given: as admin with a new key, unless it says otherwise. */
export async function send(
  app: FastifyInstance,
  options: InjectOptions,
): Promise<Answer<Problem | undefined>> {
  sent += 1;
  const response = await app.inject({
    ...options,
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      'idempotency-key': `sent-${sent}`,
      ...(options.payload !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    },
  });
  const { statusCode: status, headers } = response;
  const json = /json/.test(String(headers['content-type'])) && response.body !== '';
  return { status, headers, body: json ? (JSON.parse(response.body) as Problem) : undefined };
}

let sent = 0;

/** Checks that an answer is a problem that a client and a person can act on. */
export function isProblem(
  t: Test,
  answer: Answer<unknown>,
  { status, code, pointers }: Expected,
  name: string,
): void {
  const problem = answer.body as Problem | undefined;
  const found = {
    status: answer.status,
    contentType: answer.headers['content-type'],
    code: problem?.code,
    bodyStatus: problem?.status,
    retryable: problem?.retryable,
    type: problem?.type,
    ...(pointers && { pointers: [...new Set(problem?.errors?.map((one) => one.pointer))] }),
  };
  const wanted = {
    status,
    contentType: 'application/problem+json',
    code,
    bodyStatus: status,
    retryable: REFUSALS[code].retryable,
    type: `/v1/refusals#${code}`,
    ...(pointers && { pointers }),
  };
  t.same(found, wanted, name);
  t.match(problem?.request_id, /^req_[0-9a-z_]+$/, `${name}: it names the request`);
  t.notMatch(problem?.detail, /\{\w+\}/, `${name}: its sentence has no gaps`);
  t.notMatch(problem?.aloud, /\{\w+\}/, `${name}: nor has what is read aloud`);
}

import { randomBytes } from 'node:crypto';
import fastJsonStringify from 'fast-json-stringify';
import Fastify from 'fastify';
import { z } from 'zod';
import { base32 } from '../../schemas/base32.ts';
import { redemptionBody, redemptionCreated } from '../../schemas/http/redemption.ts';
import { commandIdSchema, transactionIdAt } from '../../schemas/ids.ts';
import { ID_BYTES } from '../../schemas/keys.ts';

/**
 * What redemptions are measured against: a bare route in a process of its own, with the same body
 * schema, the same compilers and an answer of the same shape, but no key, no ledger, no storage.
 */
const app = Fastify({ logger: false });

app.setValidatorCompiler<z.ZodType>(({ schema }) => (data: unknown) => {
  const parsed = schema.safeParse(data ?? {});
  return parsed.success ? { value: parsed.data } : { error: parsed.error };
});
app.setSerializerCompiler(({ schema }) =>
  fastJsonStringify(z.toJSONSchema(schema as unknown as z.ZodType, { io: 'input' }) as object),
);

const command = commandIdSchema.parse(`cmd_${base32(randomBytes(ID_BYTES))}`);
let revision = 0;

app.post(
  '/v1/redemptions',
  { schema: { body: redemptionBody, response: { 201: redemptionCreated } } },
  (request, reply) => {
    const { memberId, credits } = request.body as z.output<typeof redemptionBody>;
    revision += 1;
    const transactionId = transactionIdAt(revision, command);
    void reply
      .code(201)
      .header('ledger-network', 'bench')
      .header('ledger-revision', revision)
      .send({ transactionId, revision, memberId, credits, balance: '10' });
  },
);

process.stdout.write(`bare route  ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);

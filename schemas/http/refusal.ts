import { z } from 'zod';

export const refusalsAnswer = z.object({
  refusals: z
    .array(
      z.object({
        code: z.string(),
        status: z.int().meta({ description: 'the HTTP status it is answered with' }),
        retryable: z.boolean().meta({
          description: 'whether the same request with the same key may succeed later, unchanged',
        }),
        detail: z
          .string()
          .meta({ description: 'for the developer; what stands in {braces} is filled in' }),
        aloud: z.string().meta({
          description: 'a sentence that a cashier can read aloud, filled in likewise',
        }),
      }),
    )
    .meta({ description: 'in order of precedence: where several hold, the first is given' }),
});

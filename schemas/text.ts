import { z } from 'zod';

/**
 * The only free text in the stream: names of organisations, venues and networks. NFC, one line,
 * without control characters, lone surrogates or characters that turn the direction of what
 * follows.
 */
export const nameSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(120, 'must be at most 120 characters')
  .refine((text) => text === text.trim(), 'must not begin or end with a space')
  .refine((text) => text.isWellFormed() && text === text.normalize('NFC'), 'must be NFC Unicode')
  .refine(
    (text) => !/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(text),
    'must be one line without control characters',
  )
  .meta({ examples: ['Strood Leisure Centre'] });

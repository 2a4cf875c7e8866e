import { z } from 'zod';

/**
 * The only free text in the stream: names of organisations, venues, offers and networks, and an
 * offer's restrictions. NFC, one line, without control characters, lone surrogates or characters
 * that turn the direction of what follows.
 */
export const nameSchema = line(120).meta({ examples: ['Strood Leisure Centre'] });

/** A sentence that is read aloud. */
export const sentenceSchema = line(400).meta({ examples: ['Not in school holidays.'] });

function line(charactersMax: number) {
  return z
    .string()
    .min(1, 'must not be empty')
    .max(charactersMax, `must be at most ${charactersMax} characters`)
    .refine((text) => text === text.trim(), 'must not begin or end with a space')
    .refine((text) => text.isWellFormed() && text === text.normalize('NFC'), 'must be NFC Unicode')
    .refine(
      (text) => !/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(text),
      'must be one line without control characters',
    );
}

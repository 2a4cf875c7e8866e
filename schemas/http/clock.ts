import { z } from 'zod';
import { givenInstantSchema, instantSchema } from '../time.ts';

export const clockBody = z.strictObject({
  at: givenInstantSchema.meta({ description: 'later than the clock, and than the last event' }),
});
export const clockAnswer = z.object({ at: instantSchema });

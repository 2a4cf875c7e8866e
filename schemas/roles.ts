import { z } from 'zod';

/** What an access may be for; a coordinator and a partner act for one organisation. */
export const roleSchema = z.enum([
  'admin',
  'coordinator',
  'partner',
  'auditor',
  'commissioner',
  'network',
]);

export type Role = z.infer<typeof roleSchema>;

export const ROLES: readonly Role[] = roleSchema.options;

/** The role of a scheme's own people, who act for any organisation. */
export const ADMIN: Role = 'admin';

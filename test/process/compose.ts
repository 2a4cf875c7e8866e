import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/**
 * What docker-compose.yml may say. Docker itself does not run here, and neither does its schema: a
 * word that is not named here is refused, so that one that is mistyped is found.
 */

const ROOT = new URL('../../', import.meta.url);

/** The text of a file of the project. */
export const text = (name: string): string => readFileSync(new URL(name, ROOT), 'utf8');

const condition = z.enum(['service_started', 'service_healthy', 'service_completed_successfully']);
const duration = z.string().regex(/^\d+[sm]$/);

type Dependency = { readonly condition: z.infer<typeof condition> };
type Joined = { readonly ipv4_address?: string | undefined };

const STARTED: Dependency = { condition: 'service_started' };

/** Names alone mean the same as names with what is said of each. */
const dependencies = z.union([
  z.array(z.string()).transform((names) => named(names, STARTED)),
  z.record(z.string(), z.strictObject({ condition })),
]);
const networks = z.union([
  z.array(z.string()).transform((names) => named<Joined>(names, {})),
  z.record(z.string(), z.strictObject({ ipv4_address: z.ipv4().optional() })),
]);

const serviceSchema = z.strictObject({
  profiles: z.array(z.string()).min(1),
  build: z.literal('.').optional(),
  image: z.string(),
  user: z.string().optional(),
  working_dir: z.string().optional(),
  network_mode: z.literal('none').optional(),
  networks: networks.default({}),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  env_file: z.array(z.strictObject({ path: z.string(), required: z.literal(false) })).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  restart: z.literal('unless-stopped').optional(),
  stop_grace_period: duration.optional(),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).min(2),
      interval: duration,
      timeout: duration,
      retries: z.int().min(1),
      start_period: duration.optional(),
    })
    .optional(),
  depends_on: dependencies.default({}),
});

const subnet = z.strictObject({ subnet: z.cidrv4() });

const composeSchema = z.strictObject({
  services: z.record(z.string(), serviceSchema),
  networks: z.record(
    z.string(),
    z.strictObject({
      driver: z.literal('bridge'),
      ipam: z.strictObject({ config: z.tuple([subnet]) }),
    }),
  ),
  volumes: z.record(z.string(), z.null()),
});

export type ComposeService = z.infer<typeof serviceSchema>;

/** The whole file, with what its parts share put in; fails where it says something unheard of. */
export function composeFile(): z.infer<typeof composeSchema> {
  const whole = parse(text('docker-compose.yml'), { merge: true }) as object;
  // What begins with x- is for the file itself to refer to.
  const said = Object.entries(whole).filter(([name]) => !name.startsWith('x-'));
  return composeSchema.parse(Object.fromEntries(said));
}

/** The services of a profile, by their names. */
export function servicesOf(profile: string): [name: string, service: ComposeService][] {
  return Object.entries(composeFile().services).filter(([, { profiles }]) =>
    profiles.includes(profile),
  );
}

function named<T>(names: readonly string[], said: T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, said]));
}

import { join } from 'node:path';
import { z } from 'zod';
import { rulesSchema, type Rules } from '../schemas/events/ledger.ts';
import { networkSchema, originSchema } from '../schemas/ids.ts';
import { keySchema } from '../schemas/keys.ts';
import { daySchema, givenInstantSchema, RECORDABLE, timeZoneSchema } from '../schemas/time.ts';
import type { CardKeySource } from './cardKey.ts';
import type { SigningKeySource } from './checkpoints/signingKey.ts';
import { isPlayed } from './clock.ts';
import {
  PUBLIC_TILES,
  PUBLISH_SETTINGS,
  publishingOf,
  type Publishing,
} from './publish/settings.ts';
import { eventStoreAt, isEventStore, mistakeIn, type EventStoreAddress } from './eventstoreUrl.ts';

/** The rules of a network that says nothing else. */
export const DEFAULT_RULES: Rules = {
  creditStep: '1',
  issueBackdatingDays: 31,
  redemptionBackdatingDays: 2,
  memberDayMinutes: 1440,
  longestHoldDays: 31,
  largestRedemption: '50',
  yearStart: '04-01',
};

const CLOCK_IN_DEMO = 'is only for a network whose name begins with demo';

const CLOCK_TIME = 'must be a time from 1981 to 2147';

const PREDECESSOR = 'must be a file with the last checkpoint of the ledger that is lost';

const TOKEN = 'must be 16 to 255 visible characters, such as `openssl rand -hex 20` makes';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const SQLITE = 'sqlite:';

const JOURNAL_URLS =
  'must be sqlite:, sqlite:<file>, memory:, or an address esdb://… of EventStoreDB';
const CARD_KEY = 'must be 64 hexadecimal digits, as `openssl rand -hex 32` makes them';

export const DEFAULT_PORT = 3000;

/** A port to listen on, as it is typed; 0 is any that is free. */
export const portSchema = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number, 0 to 65535')
  .transform(Number)
  .refine((port) => port <= 65535, 'must be a port number, 0 to 65535');

const connectionsSchema = z
  .string()
  .regex(/^[1-9][0-9]{0,4}$/, 'must be a whole number from 1 to 99999')
  .transform(Number);

const journalUrlSchema = z.string().superRefine((url, context) => {
  if (/^(sqlite:.*|memory:)$/.test(url)) return;
  const mistake = isEventStore(url) ? mistakeIn(url) : JOURNAL_URLS;
  if (mistake !== undefined) context.addIssue(mistake);
});

const environmentSchema = z
  .object({
    HOST: z
      .string()
      .min(1, 'must be an address to listen on, such as 127.0.0.1')
      .default('127.0.0.1'),
    PORT: portSchema.default(DEFAULT_PORT),
    DATA_DIR: z.string().min(1, 'must be a folder for the data').default('./data'),
    NETWORK: networkSchema.default('medway'),
    TIME_ZONE: timeZoneSchema.default('Europe/London'),
    RULES: z
      .string()
      .transform((text, context) => {
        try {
          return JSON.parse(text) as unknown;
        } catch {
          context.addIssue('must be JSON, such as {"creditStep":"0.5"}');
          return z.NEVER;
        }
      })
      .pipe(rulesSchema.partial())
      .default({}),
    JOURNAL_URL: journalUrlSchema.default(SQLITE),
    CARD_KEY: z
      .string()
      .regex(/^[0-9a-f]{64}$/, CARD_KEY)
      .optional(),
    BOOTSTRAP_ADMIN_KEY: keySchema.optional(),
    CLOCK: givenInstantSchema.refine(isRecordable, CLOCK_TIME).optional(),
    ACCEPT_CLOCK: daySchema.optional(),
    ACCEPTED_BREACHES: z.string().min(1).optional(),
    ORIGIN: originSchema.optional(),
    PREDECESSOR: z.string().min(1, PREDECESSOR).optional(),
    SIGNING_KEY: z.string().optional(),
    METRICS_TOKEN: z
      .string()
      .regex(/^[!-~]{16,255}$/, TOKEN)
      .optional(),
    ...PUBLISH_SETTINGS,
    PUBLIC_TILES: z.enum(PUBLIC_TILES, `must be one of ${PUBLIC_TILES.join(', ')}`).default('off'),
    CONNECTIONS: connectionsSchema.default(2_000),
    CONNECTIONS_PER_ADDRESS: connectionsSchema.default(500),
    LOG_LEVEL: z.enum(LEVELS, `must be one of ${LEVELS.join(', ')}`).default('info'),
  })
  .refine(({ CLOCK, NETWORK }) => CLOCK === undefined || isPlayed(NETWORK), {
    error: CLOCK_IN_DEMO,
    path: ['CLOCK'],
  })
  .refine(({ PREDECESSOR, ORIGIN }) => PREDECESSOR === undefined || ORIGIN !== undefined, {
    error: 'is needed with PREDECESSOR: a successor has a name of its own',
    path: ['ORIGIN'],
  })
  .refine((set) => set.PUBLISH_MAIL.length === 0 || (set.PUBLISH_SMTP && set.PUBLISH_MAIL_FROM), {
    error: 'needs PUBLISH_SMTP, the server that takes mail, and PUBLISH_MAIL_FROM, its sender',
    path: ['PUBLISH_MAIL'],
  });

export type Config = {
  readonly host: string;
  readonly port: number;
  readonly dataDirectory: string;
  /** The database file, or that of the mirror; nothing for a ledger in memory. */
  readonly journalFile: string | undefined;
  /** Where derived state is saved; nothing for a ledger in memory. */
  readonly stateFile: string | undefined;
  /** Where the stream lives if it is not in that file: several instances may write to it. */
  readonly eventstore: EventStoreAddress | undefined;
  readonly cardKey: CardKeySource;
  /** Where checkpoints are kept; nothing for a ledger in memory. */
  readonly checkpointFile: string | undefined;
  /** Where the newest head of the tree is kept, signed; nothing for a ledger in memory. */
  readonly headFile: string | undefined;
  readonly signing: Omit<SigningKeySource, 'random'>;
  /** The last checkpoint of the ledger that an empty stream comes after. */
  readonly predecessorFile: string | undefined;
  readonly bootstrapAdminKey: string | undefined;
  /** A token that may read the metrics, and nothing else. */
  readonly metricsToken: string | undefined;
  /** Where checkpoints are published by themselves; nothing where nowhere is set. */
  readonly publishing: Publishing | undefined;
  /** Whether hashes of the tree are for everybody, and which. */
  readonly publicTiles: (typeof PUBLIC_TILES)[number];
  /** What the clock of a demo shows at the start; nothing: the time it is. */
  readonly clock_ms: number | undefined;
  /** The day on which an operator says that the machine's clock is right. */
  readonly acceptedDay: string | undefined;
  /** A file of breaches of the rules that somebody looked into. */
  readonly acceptedBreaches: string | undefined;
  /** How many connections are open at once, in all and from one address. */
  readonly connections: { readonly most: number; readonly perAddress: number };
  readonly logLevel: (typeof LEVELS)[number];
  /** How an empty stream is opened. */
  readonly opening: { readonly network: string; readonly timeZone: string; readonly rules: Rules };
};

/** A setting that cannot be used, in a sentence for each mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the environment, which only the entry points may hand in.
 * @throws ConfigError naming every mistake
 */
export function configFrom(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => {
      const [name, ...rest] = path.map(String);
      return `  ${name}${rest.map((step) => `.${step}`).join('')} ${message}.`;
    });
    throw new ConfigError(`The environment has ${lines.length} mistake(s):\n${lines.join('\n')}`);
  }
  const value = parsed.data;
  const inMemory = value.JOURNAL_URL === 'memory:';
  const shared = isEventStore(value.JOURNAL_URL);
  return {
    host: value.HOST,
    port: value.PORT,
    dataDirectory: value.DATA_DIR,
    journalFile: journalFileOf(value.JOURNAL_URL, value.DATA_DIR),
    stateFile: inMemory ? undefined : join(value.DATA_DIR, 'ledger.state'),
    eventstore: shared ? eventStoreAt(value.JOURNAL_URL) : undefined,
    cardKey: {
      text: value.CARD_KEY,
      file: inMemory ? undefined : join(value.DATA_DIR, 'card.key'),
      shared,
    },
    checkpointFile: inMemory ? undefined : join(value.DATA_DIR, 'checkpoints.sqlite'),
    headFile: inMemory ? undefined : join(value.DATA_DIR, 'ledger.head'),
    signing: {
      text: value.SIGNING_KEY,
      file: inMemory ? undefined : join(value.DATA_DIR, 'signing.key'),
      shared,
      origin: value.ORIGIN,
      defaultOrigin: `timecredits.local/${value.NETWORK}`,
    },
    predecessorFile: value.PREDECESSOR,
    bootstrapAdminKey: value.BOOTSTRAP_ADMIN_KEY,
    metricsToken: value.METRICS_TOKEN,
    publishing: publishingOf(value),
    publicTiles: value.PUBLIC_TILES,
    clock_ms: value.CLOCK === undefined ? undefined : Date.parse(value.CLOCK),
    acceptedDay: value.ACCEPT_CLOCK,
    acceptedBreaches: value.ACCEPTED_BREACHES,
    connections: { most: value.CONNECTIONS, perAddress: value.CONNECTIONS_PER_ADDRESS },
    logLevel: value.LOG_LEVEL,
    opening: {
      network: value.NETWORK,
      timeZone: value.TIME_ZONE,
      rules: rulesSchema.parse({ ...DEFAULT_RULES, ...value.RULES }),
    },
  };
}

function isRecordable(time: string): boolean {
  const time_ms = Date.parse(time);
  return time_ms >= RECORDABLE.from_ms && time_ms < RECORDABLE.to_ms;
}

function journalFileOf(url: string, dataDirectory: string): string | undefined {
  if (url === 'memory:') return undefined;
  if (!url.startsWith(SQLITE)) return join(dataDirectory, 'ledger-mirror.sqlite');
  return url.slice(SQLITE.length) || join(dataDirectory, 'ledger.sqlite');
}

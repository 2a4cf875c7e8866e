import { join } from 'node:path';
import { parseConnectionString } from '@eventstore/db-client/dist/Client/parseConnectionString.js';
import t from 'tap';
import { makeKey } from '../../schemas/keys.ts';
import { makeSigner } from '../../src/proofs/note.ts';
import { configFrom, DEFAULT_RULES } from '../../src/config.ts';

const KEY = makeKey(new Uint8Array(10).fill(3), new Uint8Array(32).fill(4));

t.test('an empty environment', async (t) => {
  t.match(configFrom({}), {
    host: '127.0.0.1',
    port: 3000,
    journalFile: join('data', 'ledger.sqlite'),
    bootstrapAdminKey: undefined,
    logLevel: 'info',
    opening: { network: 'medway', timeZone: 'Europe/London', rules: DEFAULT_RULES },
  });
});

t.test('an environment that says everything', async (t) => {
  const config = configFrom({
    HOST: '0.0.0.0',
    PORT: '8080',
    DATA_DIR: '/srv/ledger',
    NETWORK: 'swale',
    TIME_ZONE: 'Europe/Dublin',
    RULES: '{"creditStep":"0.5"}',
    JOURNAL_URL: 'sqlite:/srv/elsewhere.sqlite',
    BOOTSTRAP_ADMIN_KEY: KEY,
    METRICS_TOKEN: 'a-token-of-prometheus',
    LOG_LEVEL: 'debug',
  });
  t.match(config, {
    host: '0.0.0.0',
    port: 8080,
    journalFile: '/srv/elsewhere.sqlite',
    bootstrapAdminKey: KEY,
    metricsToken: 'a-token-of-prometheus',
    logLevel: 'debug',
    opening: { network: 'swale', timeZone: 'Europe/Dublin' },
  });
  t.same(config.opening.rules, { ...DEFAULT_RULES, creditStep: '0.5' }, 'keeps the other rules');
});

t.test('the clock of a demo', async (t) => {
  const at = '2017-04-01T08:00:00Z';
  const { clock_ms } = configFrom({ NETWORK: 'demo', CLOCK: at });
  t.equal(clock_ms, Date.parse(at), 'may be set at the start');
});

t.test('a ledger in memory has no files', async (t) => {
  const config = configFrom({ JOURNAL_URL: 'memory:' });
  t.match(config, { journalFile: undefined, cardKey: { file: undefined } });
});

t.test('a ledger publishes', async (t) => {
  const { publishing, publicTiles } = configFrom({});
  t.match({ publishing, publicTiles }, { publishing: undefined, publicTiles: 'off' }, 'nothing');
  const witness = makeSigner('witness.example/w1', Buffer.alloc(32, 7), 'cosignature');
  const settings = {
    PUBLISH_FOLDER: '/mnt/kept',
    PUBLISH_URL: 'https://one.example/{size} http://127.0.0.1:8080/two',
    PUBLISH_MAIL: 'auditor@city.example council@medway.example',
    PUBLISH_MAIL_FROM: 'ledger@credits.example',
    PUBLISH_SMTP: 'smtps://ledger:p%40ss@mail.example:465',
    PUBLISH_WITNESSES: `https://witness.example/a=b/=${witness.verifier.text}`,
    PUBLISH_EVERY_MINUTES: '15',
    PUBLIC_TILES: 'salted',
  };
  const config = configFrom(settings);
  t.equal(config.publicTiles, 'salted');
  t.match(config.publishing, {
    every_ms: 900_000,
    named: {
      folders: ['/mnt/kept'],
      urls: ['https://one.example/{size}', 'http://127.0.0.1:8080/two'],
      mailboxes: ['auditor@city.example', 'council@medway.example'],
      post: { smtp: settings.PUBLISH_SMTP, from: 'ledger@credits.example' },
      witnesses: [{ url: 'https://witness.example/a=b' }],
    },
  });
  t.equal(config.publishing?.named.witnesses[0]?.verifier.text, witness.verifier.text);
  const own = makeSigner('credits.example/medway', Buffer.alloc(32, 7)).verifier.text;
  const PUBLISH_WITNESSES = `https://witness.example=${own}`;
  t.throws(() => configFrom({ PUBLISH_WITNESSES }), { message: /type 4/ }, 'to witnesses alone');
  const many = (count: number) => Array(count).fill('https://kept.example').join(' ');
  t.equal(configFrom({ PUBLISH_URL: many(16) }).publishing?.named.urls.length, 16);
  t.throws(() => configFrom({ PUBLISH_URL: many(17) }), { message: /PUBLISH_URL are at most 16/ });
});

const DIGITS = '0a'.repeat(32);

t.test('a ledger on EventStoreDB', async (t) => {
  const url = 'esdb://ledger:p%40ss@one:2111,two:2112?tls=true&tlsCAFile=./certs/ca.crt';
  const environment = { JOURNAL_URL: url, DATA_DIR: '/srv/ledger', CARD_KEY: DIGITS };
  const config = configFrom(environment);
  const withoutUser = 'esdb://one:2111,two:2112?tls=true&tlsCAFile=./certs/ca.crt';
  const shown = 'esdb://one:2111,two:2112';
  t.same(config.eventstore, { url, shown, withoutUser }, 'tells people the hosts');
  t.equal(config.journalFile, '/srv/ledger/ledger-mirror.sqlite', 'is mirrored in a file');
  t.same(config.cardKey, { text: DIGITS, file: '/srv/ledger/card.key', shared: true });
  t.match(config.signing, { file: '/srv/ledger/signing.key', shared: true });
  for (const other of ['', 'sqlite:', 'memory:']) {
    const { eventstore, cardKey } = configFrom(other === '' ? {} : { JOURNAL_URL: other });
    t.equal(eventstore, undefined, `unlike one on ${other || 'nothing that is said'}`);
    t.equal(cardKey.shared, false);
  }
});

t.test('the client takes each address that is taken here', async (t) => {
  for (const [url, hosts] of [
    ['esdb://127.0.0.1:2113?tls=false', ['127.0.0.1:2113']],
    ['esdb://one', ['one:2113']],
    [
      'esdb+discover://ledger:secret@cluster.example?nodePreference=leader',
      ['cluster.example:2113'],
    ],
    [
      'esdb://a:b@h1:2111,h2:2112,h3:2113?tls=true&tlsCAFile=/certs/ca',
      ['h1:2111', 'h2:2112', 'h3:2113'],
    ],
    ['esdb://one:2113?keepAliveInterval=10000&connectionName=ledger-1', ['one:2113']],
  ] as const) {
    t.equal(configFrom({ JOURNAL_URL: url }).eventstore?.url, url);
    const parsed = parseConnectionString(url);
    t.same(
      parsed.hosts.map(({ address, port }) => `${address}:${port}`),
      hosts,
      `${url} leads there`,
    );
  }
});

const SECRET = 'hunter2';
const ADDRESSES: [url: string, sentence: RegExp][] = [
  [`esdb://ledger:${SECRET}@`, /must be such as esdb:/],
  [`esdb:${SECRET}`, /must be such as esdb:/],
  [`esdb://ledger:${SECRET}@:x@one`, /must be such as esdb:/],
  [`esdb://ledger:${SECRET}:x@one`, /written as %3A and so on/],
  [`esdb://ledger:${SECRET}/x@one`, /written as %3A and so on/],
  [`esdb://ledger:${SECRET}@one one`, /must be such as esdb:/],
  [`esdb://ledger:${SECRET}@one/?tls=true`, /must be such as esdb:/],
  [`esdb://ledger:${SECRET}@one?`, /must be such as esdb:/],
  [
    `esdb://ledger:${SECRET}@one?tlsVerifyCert=false`,
    /cannot have tlsVerifyCert, .* with tlsCAFile/,
  ],
  [`esdb://ledger:${SECRET}@one?tsl=true`, /has an option that is not one of tls, tlsCAFile, /],
  [`esdb://ledger:${SECRET}@one?throwOnAppendFailure=false`, /has an option that is not one of/],
  [`esdb://ledger:${SECRET}@one?tls`, /has a value of tls that/],
  [`esdb://ledger:${SECRET}@one?tls=yes`, /has a value of tls that/],
  [`esdb://ledger:${SECRET}@one?nodePreference=best`, /has a value of nodePreference that/],
  [`esdb://one?connectionName=x@${SECRET}`, /has a value of connectionName that/],
];

for (const [url, sentence] of ADDRESSES) {
  t.test(
    `JOURNAL_URL=${url.replace(SECRET, '***')} is a mistake that shows no secret`,
    async (t) => {
      try {
        configFrom({ JOURNAL_URL: url });
        t.fail('was taken');
      } catch (error) {
        const { message } = error as Error;
        t.match(message, sentence);
        t.notMatch(message, SECRET);
      }
    },
  );
}

const MISTAKES: [setting: string, value: string, sentence: RegExp][] = [
  ['HOST', '', /HOST must be an address to listen on, such as 127\.0\.0\.1\./],
  ['PORT', 'http', /PORT must be a port number, 0 to 65535\./],
  ['PORT', '65536', /PORT must be a port number, 0 to 65535\./],
  ['PORT', '-1', /PORT must be a port number, 0 to 65535\./],
  ['DATA_DIR', '', /DATA_DIR must be a folder for the data\./],
  ['NETWORK', 'Medway Towns', /NETWORK must be 1 to 31 of a-z 0-9 -, starting with a letter\./],
  ['TIME_ZONE', 'Europe/Rochester', /TIME_ZONE must be .*zone/],
  ['RULES', '{creditStep}', /RULES must be JSON, such as \{"creditStep":"0\.5"\}\./],
  ['RULES', '{"creditStep":"0.3"}', /RULES\.creditStep /],
  ['RULES', '{"creditSteps":"1"}', /RULES .*"creditSteps"/],
  ['JOURNAL_URL', 'postgres:ledger', /JOURNAL_URL must be sqlite:, sqlite:<file>, memory:, or an/],
  ['CARD_KEY', 'abcd', /CARD_KEY must be 64 hexadecimal digits, as `openssl rand -hex 32`/],
  ['BOOTSTRAP_ADMIN_KEY', 'secret', /BOOTSTRAP_ADMIN_KEY must be a full key, tcl_/],
  ['BOOTSTRAP_ADMIN_KEY', `${KEY.slice(0, -1)}0`, /BOOTSTRAP_ADMIN_KEY must be a full key, tcl_/],
  ['CLOCK', '2017-04-01T08:00:00Z', /CLOCK is only for a network whose name begins with demo\./],
  ['CLOCK', 'long-ago', /CLOCK must be a time with its offset/],
  ['ORIGIN', 'Medway Credits', /ORIGIN must be a name such as credits\.example\/medway\./],
  ['PREDECESSOR', '', /PREDECESSOR must be a file with the last checkpoint of the ledger/],
  ['PREDECESSOR', 'old.txt', /ORIGIN is needed with PREDECESSOR: a successor has a name/],
  ['METRICS_TOKEN', 'fifteen-letters', /METRICS_TOKEN must be 16 to 255 visible characters/],
  ['METRICS_TOKEN', 'a token with spaces in it', /METRICS_TOKEN must be 16 to 255 visible/],
  ['PUBLISH_FOLDER', '', /PUBLISH_FOLDER must be a folder for checkpoints\./],
  ['PUBLISH_URL', 'http://kept.example/x', /PUBLISH_URL\.0 must be an address https:/],
  ['PUBLISH_URL', 'https://kept.example ftp://kept.example', /PUBLISH_URL\.1 must be an address/],
  ['PUBLISH_MAIL', 'auditor', /PUBLISH_MAIL\.0 must be an address such as/],
  ['PUBLISH_MAIL', 'a@city.example', /PUBLISH_MAIL needs PUBLISH_SMTP, the server that takes mail/],
  ['PUBLISH_SMTP', 'mail.example', /PUBLISH_SMTP must be smtps:/],
  ['PUBLISH_WITNESSES', 'https://witness.example', /PUBLISH_WITNESSES\.0 must be URL=KEY/],
  ['PUBLISH_EVERY_MINUTES', '0', /PUBLISH_EVERY_MINUTES must be a number of minutes, 1 to 1440/],
  ['PUBLISH_EVERY_MINUTES', '1441', /PUBLISH_EVERY_MINUTES must be a number of minutes/],
  ['PUBLIC_TILES', 'on', /PUBLIC_TILES must be one of off, salted, all\./],
  ['LOG_LEVEL', 'loud', /LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent/],
];

for (const [setting, value, sentence] of MISTAKES) {
  t.test(`${setting}=${value.slice(0, 20)} is a mistake with its own sentence`, async (t) => {
    t.throws(() => configFrom({ [setting]: value }), { name: 'ConfigError', message: sentence });
  });
}

t.test('several mistakes', async (t) => {
  const both = { PORT: 'http', LOG_LEVEL: 'loud' };
  t.throws(() => configFrom(both), { message: /2 mistake.*\n {2}PORT .*\n {2}LOG_LEVEL / });
});

t.test('a mistaken key', async (t) => {
  const typed = `${KEY.slice(0, -1)}0`;
  try {
    configFrom({ BOOTSTRAP_ADMIN_KEY: typed });
    t.fail('was taken');
  } catch (error) {
    t.notMatch((error as Error).message, typed, 'is not shown, since it is nearly right');
  }
});

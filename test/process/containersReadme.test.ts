import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { cardKeyIn } from '../../src/cardKey.ts';
import { signersIn } from '../../src/checkpoints/signingKey.ts';
import { configFrom } from '../../src/config.ts';
import { partsOf } from '../../src/eventstoreUrl.ts';
import { needing } from '../audit/programs.ts';
import { composeFile, text } from './compose.ts';

/**
 * The commands of the README that come before Docker, as they stand there, but for `npx`, which
 * would look for this command in the folder of the test.
 */
function run(marker: string, folder: string): void {
  const [, after] = text('README.md').split(`<!-- ${marker}: tried by`);
  const [, block] = /```sh\n([^]*?)```/.exec(after!)!;
  const [before] = block!.split('docker compose');
  const program = fileURLToPath(new URL('../../src/cli/timecredits.ts', import.meta.url));
  const commands = before!
    .replace(/^npm ci$/m, '')
    .replaceAll('npx timecredits', `'${process.execPath}' '${program}'`);
  execFileSync('bash', ['-euc', commands], { cwd: folder });
}

/** The settings in a file, as Compose hands them to a container. */
function settingsIn(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const pairs = lines.map((line) => /^([A-Z_]+)=(.*)$/.exec(line)!.slice(1));
  return Object.fromEntries(pairs) as Record<string, string>;
}

const { services } = composeFile();

t.test('the keys of one instance, by the README', async (t) => {
  const folder = t.testdir();
  run('keys of one instance', folder);
  const file = join(folder, 'ledger.env');
  t.equal(statSync(file).mode & 0o777, 0o600, 'are for their owner only');
  const { environment } = services['ledger-single']!;
  const { cardKey, signing, eventstore } = configFrom({ ...settingsIn(file), ...environment });
  t.equal(eventstore?.shown, 'esdb://eventstore:2113');
  t.equal(cardKeyIn(cardKey).key.length, 32, 'and are taken');
  const [signer] = signersIn({ ...signing, random: () => Buffer.alloc(32) });
  t.equal(signer?.verifier.name, 'credits.example/medway');
});

t.test('the settings of several instances, by the README', needing('openssl'), async (t) => {
  const folder = t.testdir();
  run('keys of several instances', folder);
  const settings = settingsIn(join(folder, 'ledger.env'));
  const { environment, volumes } = services['ledger-1']!;
  const { cardKey, signing, eventstore } = configFrom({ ...settings, ...environment });
  t.ok(cardKeyIn(cardKey));
  t.ok(signersIn({ ...signing, random: () => Buffer.alloc(32) }), 'are taken');
  const nodes = Object.keys(services).filter((name) => /^eventstore-\d$/.test(name));
  const { hosts, user, secure } = partsOf(eventstore!.url);
  t.same(
    hosts,
    nodes.map((name) => `${name}:2113`),
    'and lead to every node',
  );
  t.ok(secure, 'over TLS');
  t.equal(user?.name, 'ledger');
  t.match(user?.password, /^[0-9a-f]{48}$/);
  const [, authority] = /tlsCAFile=([^&]+)/.exec(eventstore!.url)!;
  t.ok(volumes.includes(`${authority!.replace('/ca.crt', '')}:/authority:ro`.slice(1)));
  const passwords = settingsIn(join(folder, 'eventstore.env'));
  t.same(Object.keys(passwords), [
    'EVENTSTORE_DEFAULT_ADMIN_PASSWORD',
    'EVENTSTORE_DEFAULT_OPS_PASSWORD',
  ]);
  t.equal(new Set([...Object.values(passwords), user?.password]).size, 3, 'each its own');
});

t.test('the commands of the README name what is in the compose file', async (t) => {
  const said = [...text('README.md').matchAll(/docker compose --profile (\S+) .*/g)];
  const profiles = new Set(Object.values(services).flatMap((service) => service.profiles));
  for (const [line, profile] of said) {
    t.ok(profiles.has(profile!), line);
    const words = line.split(' ').filter((word) => /^(ledger|eventstore)-\w+`?$/.test(word));
    for (const word of words) {
      t.ok(services[word.replace('`', '')]?.profiles.includes(profile!), word);
    }
  }
  t.ok(said.length > 5);
});

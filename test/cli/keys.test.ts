import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cardKeyIn } from '../../src/cardKey.ts';
import { signersIn } from '../../src/checkpoints/signingKey.ts';
import { configFrom } from '../../src/config.ts';
import { CommandLine } from './support.ts';

const JOURNAL_URL = 'esdb://one:2113?tls=false';

/** What an instance makes of the lines of a file of settings. */
function settingsIn(output: string) {
  const lines = output.trim().split('\n');
  const pairs = lines.map((line) => line.split(/=(.*)/s).slice(0, 2));
  const named = Object.fromEntries(pairs) as Record<string, string>;
  return configFrom({ ...named, JOURNAL_URL });
}

t.test('the keys of a new ledger', async (t) => {
  const line = new CommandLine();
  const made = await line.run('keys', '--origin', 'credits.example/medway');
  t.equal(made.status, 0);
  const { cardKey, signing } = settingsIn(made.output);
  t.equal(cardKeyIn(cardKey).key.length, 32, 'are taken by every instance');
  const [signer] = signersIn({ ...signing, random: () => Buffer.alloc(32) });
  t.equal(signer?.verifier.name, 'credits.example/medway');
  const again = await line.run('keys', '--origin', 'credits.example/medway');
  t.not(again.output, made.output, 'and are new each time');
});

t.test('the keys of a ledger that was served from a folder', async (t) => {
  const data = t.testdir();
  const line = new CommandLine();
  const none = await line.run('keys', '--data', data);
  t.match(none, { status: 1, progress: /no key at .*card\.key/ }, 'only where they are');

  const random = (bytes: number) => Buffer.alloc(bytes, 9);
  const defaultOrigin = 'credits.example/medway';
  const first = cardKeyIn({ file: join(data, 'card.key') });
  first.keep?.();
  signersIn({ file: join(data, 'signing.key'), defaultOrigin, random });
  await line.run('checkpoint', 'rotate', '--data', data);
  const kept = signersIn({ file: join(data, 'signing.key'), defaultOrigin, random });

  const { cardKey, signing } = settingsIn((await line.run('keys', '--data', data)).output);
  t.same(cardKeyIn(cardKey).key, first.key, 'are the same in the settings of an instance');
  const texts = signersIn({ ...signing, random }).map(({ verifier }) => verifier.text);
  t.same(
    texts,
    kept.map(({ verifier }) => verifier.text),
    'all of them',
  );
});

t.test('keys that nobody asked for clearly', async (t) => {
  const line = new CommandLine();
  for (const words of [[], ['--origin', 'credits.example/medway', '--data', t.testdir()]]) {
    const ran = await line.run('keys', ...words);
    t.match(ran, { status: 2, progress: /either --origin, .* or --data/ });
  }
});

t.test('the way back in on a mirror, where nobody says of which server', async (t) => {
  const data = t.testdir();
  writeFileSync(join(data, 'ledger-mirror.sqlite'), '');
  const line = new CommandLine();
  const ran = await line.run('access', 'grant', '--role', 'admin', '--offline', '--data', data);
  t.match(ran, { status: 1, progress: /mirror of .* above all JOURNAL_URL/s });
});

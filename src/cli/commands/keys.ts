import { originSchema } from '../../../schemas/ids.ts';
import { cardKeyIn } from '../../cardKey.ts';
import { signersIn } from '../../checkpoints/signingKey.ts';
import { makeSigner, signerText } from '../../proofs/note.ts';
import type { Command, Report } from '../command.ts';
import { faulty, wrongUsage } from '../failure.ts';
import type { Io } from '../io.ts';
import { replaceCardKey, replaceSigner } from '../lostKeys.ts';
import { dataConfig } from '../offline.ts';

const KEY_BYTES = 32;

export const keys: Command = {
  words: 'keys',
  summary: 'show the two keys that all instances of one ledger share, as lines for its settings',
  about:
    'Several instances of one ledger need the same CARD_KEY, under which cards are known, and ' +
    'the same SIGNING_KEY, with which checkpoints are signed. With --origin both are made, ' +
    'for a new ledger; with --data they are those of a ledger that was served from a folder.\n' +
    'What this prints is secret. Put it into a file that few can read, and a copy of it apart ' +
    'from every backup: without CARD_KEY no card is known, whoever has it and the stream can ' +
    'find out card numbers, and whoever has SIGNING_KEY can sign in the name of the ledger.\n' +
    'With --lost, while the service is stopped, another key takes the place of one that is lost ' +
    'for good: the one that stands in the folder or in the environment, or a new one. Another ' +
    'card.key knows no card that was issued, so every member needs a new one. What another ' +
    'signing.key signs nobody can verify who has only the old one: publish it.',
  options: {
    origin: { value: 'NAME', help: 'the name under which a new ledger signs, for ever' },
    data: { value: 'DIR', help: 'the folder that has the keys of a ledger' },
    lost: { value: 'KEY', help: 'card.key or signing.key, which is lost for good' },
  },
  examples: [
    'timecredits keys --origin credits.example/medway > ledger.env',
    'timecredits keys --data ./data > ledger.env',
    'timecredits keys --data ./data --lost signing.key',
  ],
  async run(given, io) {
    const origin = given.checked('origin', originSchema);
    const directory = given.text('data');
    if ((origin === undefined) === (directory === undefined)) {
      throw wrongUsage(
        'keys takes either --origin, for new keys, or --data, for those of a folder.',
      );
    }
    const lost = given.text('lost');
    if (lost !== undefined) return replaced(lost, directory, io);
    const shown = origin === undefined ? keysIn(directory!, io) : newKeys(origin, io);
    const text = Object.entries(shown).map(([name, value]) => `${name}=${value}`);
    return { text, json: shown };
  },
};

/** What came in place of a key that is lost; what is secret of it is not shown. */
function replaced(name: string, directory: string | undefined, io: Io): Report {
  if (directory === undefined) throw wrongUsage('--lost needs --data, the folder of the ledger.');
  switch (name) {
    case 'card.key':
      replaceCardKey(directory, io);
      return {
        text: [
          'From now on cards are known under another key. No card that was issued before is known',
          'any more. Start the service, and give every member a new one: timecredits cards renew.',
        ],
        json: { replaced: name },
      };
    case 'signing.key': {
      const key = replaceSigner(directory, io);
      return {
        text: [
          'From the next start checkpoints are signed with another key. Publish it:',
          `  ${key}`,
        ],
        json: { replaced: name, key },
      };
    }
    default:
      throw wrongUsage('--lost takes card.key or signing.key.');
  }
}

type Keys = { readonly CARD_KEY: string; readonly SIGNING_KEY: string };

function newKeys(origin: string, io: Io): Keys {
  return {
    CARD_KEY: Buffer.from(io.random(KEY_BYTES)).toString('hex'),
    SIGNING_KEY: signerText(makeSigner(origin, io.random(KEY_BYTES))),
  };
}

function keysIn(directory: string, io: Io): Keys {
  const { cardKey, signing } = dataConfig(directory, io);
  for (const file of [cardKey.file!, signing.file!]) {
    if (!io.files.exists(file)) throw faulty('no_key', `There is no key at ${file}.`);
  }
  const { key } = cardKeyIn({ file: cardKey.file, shared: true });
  const signers = signersIn({ ...signing, text: undefined, shared: true, random: io.random });
  return { CARD_KEY: key.toString('hex'), SIGNING_KEY: signers.map(signerText).join(' ') };
}

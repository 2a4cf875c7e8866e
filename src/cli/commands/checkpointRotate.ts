import { keepSigners, signersIn } from '../../checkpoints/signingKey.ts';
import { makeSigner } from '../../proofs/note.ts';
import { DATA_OPTIONS, type Command } from '../command.ts';
import { faulty, wrongUsage } from '../failure.ts';
import { dataConfig } from '../offline.ts';

const SEED_BYTES = 32;

export const checkpointRotate: Command = {
  words: 'checkpoint rotate',
  summary: 'put a new key beside the one that signs checkpoints, or retire the old ones',
  about:
    'First without --retire: from the next start on both keys sign, so that whoever knows either ' +
    'one can verify. Publish the new key. Once everybody has it, run this again with --retire ' +
    'and start the service anew: then only the new one signs. Old checkpoints keep verifying ' +
    'with the old key, which the service goes on naming.',
  options: {
    retire: { help: 'keep only the newest key' },
    ...DATA_OPTIONS,
  },
  examples: ['timecredits checkpoint rotate', 'timecredits checkpoint rotate --retire'],
  async run(given, io) {
    const { signing } = dataConfig(given.text('data'), io);
    const { file } = signing;
    if (signing.text !== undefined || file === undefined) {
      throw wrongUsage('The signing key comes from SIGNING_KEY: put the new key in front of it.');
    }
    if (!io.files.exists(file)) throw faulty('no_key', `There is no signing key at ${file}.`);
    const signers = signersIn({ ...signing, random: io.random });
    const { name } = signers[0]!.verifier;
    const kept = given.flag('retire')
      ? signers.slice(0, 1)
      : [makeSigner(name, io.random(SEED_BYTES)), ...signers];
    keepSigners(file, kept);
    const keys = kept.map(({ verifier }) => verifier.text);
    return {
      text: [
        'From the next start of the service, every checkpoint is signed with:',
        ...keys.map((key) => `  ${key}`),
        given.flag('retire')
          ? 'Start the service anew. Old checkpoints are still verified with the old keys.'
          : 'Start the service anew and publish the first one; then checkpoint rotate --retire.',
      ],
      json: { keys },
    };
  },
};

import { checkpointsAnswer, consistencyAnswer, shownAnswer } from '../../../schemas/http/proof.ts';
import { fetchInto, type Source } from '../../audit/fetch.ts';
import { clientFrom, type Client } from '../client.ts';
import { SERVICE_OPTIONS, type Command } from '../command.ts';
import { faulty } from '../failure.ts';
import { counted } from '../table.ts';

const PAGE_ITEMS = 500;
const PROGRESS_EVENTS = 25_600;

export const auditFetch: Command = {
  words: 'audit fetch',
  summary: 'take all that the ledger shows into a directory, or go on where it stopped',
  about:
    'Makes a checkpoint over all that is recorded by now and takes every event, tile, checkpoint ' +
    'and key up to it into files. Run it again to take what is new; it never takes anything ' +
    'back, and takes nothing that does not continue what is there. Verify the directory with ' +
    'audit verify, and compare its keys with those that were published elsewhere. The events ' +
    'hold no names, but ids are personal data to whoever has the register: keep the directory ' +
    'to yourself.',
  options: {
    to: { value: 'DIR', help: 'the directory; made where there is none' },
    ...SERVICE_OPTIONS,
  },
  examples: ['timecredits audit fetch --url https://credits.example --to mirror'],
  async run(given, io) {
    const directory = given.required('to');
    let told = 0;
    const progress = (events: number, size: number) => {
      if (events - told < PROGRESS_EVENTS && events < size) return;
      told = events;
      io.progress(`  ${events} of ${counted(size, 'event')} …\n`);
    };
    try {
      const source = sourceOf(clientFrom(given, io));
      const fetched = await fetchInto(directory, source, progress);
      const { size, newEvents, newTiles, newCheckpoints, newKeys } = fetched;
      return {
        text: [
          `${directory} has ${counted(size, 'event')}: ${newEvents} new, with ` +
            `${counted(newTiles, 'tile')} and ${counted(newCheckpoints, 'checkpoint')}.`,
          ...newKeys.map((key) => `  a key to compare with what was published: ${key}`),
        ],
        json: { directory, ...fetched },
      };
    } catch (error) {
      const { name, message } = error as Error;
      if (!['MirrorError', 'NoteError'].includes(name)) throw error;
      throw faulty('does_not_fit', message);
    }
  },
};

function sourceOf(client: Client): Source {
  return {
    keys: async () => client.getText('/v1/checkpoint/keys'),
    checkpoint: () => client.make('/v1/checkpoints', shownAnswer),
    checkpointsAfter: async (size) => {
      const path = `/v1/checkpoints?limit=${PAGE_ITEMS}&after=${size}`;
      return (await client.get(path, checkpointsAnswer)).items;
    },
    consistency: async (from, to) => {
      const path = `/v1/proofs/consistency?from=${from}&to=${to}`;
      const { proof } = await client.get(path, consistencyAnswer);
      return proof.map((hash) => Buffer.from(hash, 'base64'));
    },
    tile: (path) => client.getBytes(`/v1/tile/${path}`),
  };
}

import { DEFAULT_PORT, portSchema } from '../../config.ts';
import { openSandbox, type Sandbox } from '../../sandbox.ts';
import type { Command } from '../command.ts';
import { EXIT, Failure, wrongUsage } from '../failure.ts';

export const serve: Command = {
  words: 'serve',
  summary: 'with --sandbox: a made-up ledger for whoever builds a till',
  about:
    'Starts the real service, in memory and on this machine alone, and prints what a till needs ' +
    'to try everything: an address, a key, a venue and three cards. All of it is made up anew at ' +
    'every start and gone when it stops; no data on disk is read or written. Each request is ' +
    'shown with its answer. Ctrl-C stops it.\n' +
    'A ledger that lasts is started with npm start.',
  options: {
    sandbox: { help: 'needed: there is no other kind to serve from here' },
    port: { value: 'N', help: `where to listen; ${DEFAULT_PORT} if left out, 0 for any free port` },
  },
  examples: ['timecredits serve --sandbox', 'timecredits serve --sandbox --port 0 --json'],
  async run(given, io) {
    if (!given.flag('sandbox')) {
      throw wrongUsage('serve needs --sandbox. A ledger that lasts is started with npm start.');
    }
    const port = given.checked('port', portSchema) ?? DEFAULT_PORT;
    const stopped = io.stopped();
    const { now_ms, random } = io;
    const told = (line: string) => io.progress(`${line.trimEnd()}\n`);
    const sandbox = await openSandbox({ port, now_ms, random, told }).catch((error: unknown) => {
      throw portTaken(error as NodeJS.ErrnoException, port);
    });
    const { end, ...json } = sandbox;
    const goesOn = async () => {
      await stopped;
      await end();
    };
    return { text: blockOf(sandbox), json: { ...json, docs: docsOf(sandbox) }, goesOn };
  },
};

function docsOf({ address }: Sandbox): string {
  return `${address}/docs/till`;
}

/** Everything at one glance, its lines ready to be put into another terminal. */
function blockOf(sandbox: Sandbox): string[] {
  const { address, key, venueId, offerId, cards } = sandbox;
  const lines = [
    ['LEDGER', address],
    ['KEY', key],
    ['VENUE', venueId],
    ['OFFER', offerId],
    ['CARD', cards.tenCredits],
    ['EMPTY', cards.empty],
    ['REVOKED', cards.revoked],
  ] as const;
  return [
    'Time Credits sandbox: everything in it is made up, and gone when it stops (Ctrl-C).',
    `Read ${docsOf(sandbox)}: "Integrate a till in thirty minutes".`,
    '',
    "A spend partner's key, its venue, an offer, and three cards: CARD has 10 credits, EMPTY has",
    'none, REVOKED was revoked. In a second terminal:',
    '',
    ...lines.map(([name, value]) => `  export ${name}=${value}`),
    '',
  ];
}

function portTaken(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return error;
  const why = error.code === 'EACCES' ? 'may not be used by you' : 'is taken';
  const message = `Port ${port} ${why}. Choose another: --port N, or --port 0 for any free one.`;
  return new Failure(EXIT.refused, 'port_taken', message);
}

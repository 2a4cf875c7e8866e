import { consistencyAnswer, shownAnswer } from '../../../schemas/http/proof.ts';
import { unverifiedIn } from '../../proofs/checkpoint.ts';
import { verifierIn } from '../../proofs/note.ts';
import { placesOf, type Named } from '../../publish/places.ts';
import { publish as publishTo, type Turn } from '../../publish/publish.ts';
import type { Published, Sent } from '../../publish/published.ts';
import { mailSchema, publishUrlSchema, smtpSchema, witnessSchema } from '../../publish/settings.ts';
import { openClientFrom, Refused } from '../client.ts';
import { SERVICE_OPTIONS, type Command, type Given, type Report } from '../command.ts';
import { EXIT, wrongUsage, type Exit } from '../failure.ts';
import type { Io } from '../io.ts';
import { counted } from '../table.ts';

const WORDS: Readonly<Record<Sent['outcome'], string>> = {
  published: 'published',
  already: 'was there',
  failed: 'FAILED',
  contradicted: 'CONTRADICTED',
};

export const publish: Command = {
  words: 'publish',
  summary: 'bring the last checkpoint to places where the ledger cannot reach it',
  about:
    'Takes the last checkpoint, has witnesses cosign it, and brings it to folders, addresses and ' +
    'mailboxes. Nothing is remembered: each place is asked what it has, so run it as often as ' +
    'you like. A place that has another history is never written over: it is told, and the exit ' +
    'status is 1.\n' +
    'A folder gets a file for each size and the newest as latest; an address is sent it by PUT; ' +
    'a mailbox gets it as text and as a file. A witness answers in the protocol of ' +
    'c2sp.org/tlog-witness, and what it signs goes into the file. audit verify --since reads ' +
    'all of them.\n' +
    'Without a key it takes the checkpoint that the service shows to everybody, and compares ' +
    'less: --new, and (unless PUBLIC_TILES is set) the proof that a later one continues an ' +
    'earlier one, take the key of an auditor or admin. The service does the same by itself ' +
    'where PUBLISH_… is set.',
  options: {
    'to-folder': { value: 'DIR', many: true, help: 'a folder; made where there is none' },
    'to-url': { value: 'URL', many: true, help: 'an address; {size} in it is the size' },
    'to-mail': { value: 'ADDRESS', many: true, help: 'a mailbox' },
    smtp: { value: 'URL', help: 'the server that takes mail; better as PUBLISH_SMTP' },
    from: { value: 'ADDRESS', help: 'the sender of mail; PUBLISH_MAIL_FROM if left out' },
    witness: { value: 'URL=KEY', many: true, help: 'a witness, by its address and its key' },
    new: { help: 'make a checkpoint over all that is recorded by now' },
    ...SERVICE_OPTIONS,
  },
  examples: [
    'timecredits publish --to-folder /mnt/council/checkpoints --new',
    'timecredits publish --to-mail auditor@city.example --smtp smtps://…@mail.example:465',
    'timecredits publish --to-folder kept --witness https://witness.example=witness.example/w1+…',
  ],
  async run(given, io) {
    const named = namedBy(given, io);
    const published = await checkpointFor(given, io);
    const places = placesOf(named, io.fetch, (address) => address);
    return reportOf(await publishTo(published, places, { fetch: io.fetch }));
  },
};

function namedBy(given: Given, io: Io): Named {
  const folders = given.texts('to-folder');
  const urls = given.eachAs('to-url', publishUrlSchema);
  const mailboxes = given.eachAs('to-mail', mailSchema);
  const witnesses = given.eachAs('witness', witnessSchema);
  if (folders.length + urls.length + mailboxes.length + witnesses.length === 0) {
    throw wrongUsage('publish needs a place: --to-folder, --to-url, --to-mail or --witness.');
  }
  const { PUBLISH_SMTP, PUBLISH_MAIL_FROM } = io.environment;
  const smtp = given.checked('smtp', smtpSchema) ?? PUBLISH_SMTP;
  const from = given.checked('from', mailSchema) ?? PUBLISH_MAIL_FROM;
  if (mailboxes.length === 0) return { folders, urls, mailboxes, post: undefined, witnesses };
  if (!smtpSchema.safeParse(smtp).success || !mailSchema.safeParse(from).success) {
    throw wrongUsage(
      '--to-mail needs a server that takes mail, PUBLISH_SMTP=smtps://user:password@host:465, ' +
        'and a sender, --from ledger@credits.example.',
    );
  }
  return { folders, urls, mailboxes, post: { smtp: smtp!, from: from! }, witnesses };
}

async function checkpointFor(given: Given, io: Io): Promise<Published> {
  const { client, hasKey } = openClientFrom(given, io);
  if (given.flag('new') && !hasKey) {
    throw wrongUsage('--new takes the key of an auditor or admin: set TIMECREDITS_KEY.');
  }
  const note = given.flag('new')
    ? (await client.make('/v1/checkpoints', shownAnswer)).note
    : await client.getText('/v1/checkpoint');
  const keys = (await client.getText('/v1/checkpoint/keys')).trim().split('\n').map(verifierIn);
  const place = hasKey ? '/v1/proofs/consistency' : '/v1/checkpoint/consistency';
  const consistency = async (from: number, to: number) => {
    const { proof } = await client.get(`${place}?from=${from}&to=${to}`, consistencyAnswer);
    return proof.map((hash) => Buffer.from(hash, 'base64'));
  };
  const { size } = unverifiedIn(note);
  const proves = hasKey || (await isAnswered(() => consistency(size, size)));
  return { note, keys, consistency: proves ? consistency : undefined };
}

/** Whether a service makes proofs for everybody; most do not. */
async function isAnswered(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

function reportOf({ origin, size, note, sent }: Turn): Report {
  const widest = Math.max(...sent.map(({ outcome }) => WORDS[outcome].length));
  return {
    text: [
      `The checkpoint of ${origin} over ${counted(size, 'event')}:`,
      ...sent.map(({ kind, name, outcome, why }) => {
        const line = `  ${WORDS[outcome].padEnd(widest)}  ${kind} ${name}`;
        return why === undefined ? line : `${line}: ${why}`;
      }),
    ],
    json: { origin, size, note, sent },
    exit: exitFor(sent.map(({ outcome }) => outcome)),
  };
}

function exitFor(outcomes: readonly Sent['outcome'][]): Exit {
  if (outcomes.includes('contradicted')) return EXIT.refused;
  return outcomes.includes('failed') ? EXIT.unreachable : EXIT.ok;
}

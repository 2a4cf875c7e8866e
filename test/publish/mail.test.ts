import t from 'tap';
import { openCheckpoint } from '../../src/proofs/checkpoint.ts';
import { keptIn } from '../../src/audit/kept.ts';
import { mailboxOf } from '../../src/publish/mail.ts';
import type { PublishError } from '../../src/publish/published.ts';
import { NEVER, SIGNER, sized } from './ledger.ts';
import { mailServerFor, partsIn } from './mailServer.ts';

const TO = 'auditor@city.example';
const FROM = 'ledger@credits.example';

const failure = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error: unknown) => error as PublishError,
  );

t.test('a mailbox gets a checkpoint', async (t) => {
  const { smtp, mails } = await mailServerFor(t);
  const mailbox = mailboxOf(TO, 'mailbox 1', { smtp, from: FROM });
  t.equal(await mailbox.send(sized(5), NEVER), 'published');
  const [mail] = mails;
  t.match(mail?.from, /<ledger@credits.example>/);
  t.match(mail?.to, [/<auditor@city.example>/]);
  t.match(mail?.text, /^Subject: Time Credits checkpoint of credits.example\/test, 5 events\r$/m);
  t.match(mail?.text, /^Auto-Submitted: auto-generated\r$/m, 'which no holiday note answers');
  const [text, file, ...others] = partsIn(mail!);
  t.equal(others.length, 0);
  t.equal(file?.body.toString(), sized(5).note, 'as a file, byte for byte');
  t.equal(file?.type, 'application/octet-stream', 'whose lines no mail program mends');
  const words = text!.body.toString('utf8');
  t.match(words, /had 5 events when it signed the lines below/, 'and as text');
  const lines = words.slice(words.indexOf('\ncredits.example/test'));
  const [kept] = keptIn(lines, 'saved by hand');
  t.equal(openCheckpoint(kept!.note, [SIGNER.verifier]).size, 5, 'which verifies as well');
});

t.test('the same checkpoint is the same mail', async (t) => {
  const { smtp, mails } = await mailServerFor(t);
  const mailbox = mailboxOf(TO, 'mailbox 1', { smtp, from: FROM });
  for (const size of [5, 5, 9]) await mailbox.send(sized(size), NEVER);
  const ids = mails.map(({ text }) => /^Message-ID: (\S+)\r$/m.exec(text)?.[1]);
  t.match(ids[0], /^<checkpoint-5-[0-9a-f]{32}@credits.example>$/);
  t.equal(ids[1], ids[0]);
  t.not(ids[2], ids[0]);
});

t.test('a server that refuses', async (t) => {
  const { smtp } = await mailServerFor(t, '550 no auditor@city.example here');
  const error = await failure(
    mailboxOf(TO, 'mailbox 1', { smtp, from: FROM }).send(sized(5), NEVER),
  );
  t.match(
    error?.message,
    /^The mail server at 127.0.0.1:\d+ did not take the checkpoint \(EENVELOPE/,
  );
  t.notMatch(error?.message, /auditor/, 'is told without the address');
});

t.test('a server that is not there', async (t) => {
  const post = { smtp: 'smtp://me:secret@127.0.0.1:1', from: FROM };
  const error = await failure(mailboxOf(TO, 'mailbox 1', post).send(sized(5), NEVER));
  t.match(error?.message, /^The mail server at 127.0.0.1:1 did not take the checkpoint \(E/);
  t.notMatch(error?.message, /secret/, 'is told without the password');
});

t.test('a service that ends waits for no server', async (t) => {
  const { smtp } = await mailServerFor(t);
  const ended = AbortSignal.abort();
  const sending = mailboxOf(TO, 'mailbox 1', { smtp, from: FROM }).send(sized(5), ended);
  t.match(await failure(sending), { name: 'PublishError' });
});

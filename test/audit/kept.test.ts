import t from 'tap';
import { keptIn } from '../../src/audit/kept.ts';
import { openCheckpoint } from '../../src/proofs/checkpoint.ts';
import { checkpointOver, SIGNER } from './mirror.ts';

/* Checkpoints that people kept in mails and notebooks; the signature says what they are. */

const NOTE = checkpointOver(['one', 'two']);
const OTHER = checkpointOver(['one', 'two', 'three']);
const sizesIn = (text: string) =>
  keptIn(text, 'kept').map(({ note }) => openCheckpoint(note, [SIGNER.verifier]).size);
const lines = NOTE.split('\n');
const perLine = (change: (line: string) => string) => lines.map(change).join('\n');

t.test('what mail does to a checkpoint is undone', async (t) => {
  const forms: Record<string, string> = {
    'as it was signed': NOTE,
    'quoted in an answer': perLine((line) => `> ${line}`),
    'quoted twice': perLine((line) => `>> ${line}`),
    'quoted with spaces between': perLine((line) => `> > ${line}`),
    'set in': perLine((line) => `    ${line}`),
    'with spaces behind': perLine((line) => `${line}  `),
    'with a hyphen for its dash': NOTE.replace('—', '-'),
    'with two hyphens': NOTE.replace('—', '--'),
    'with a shorter dash': NOTE.replace('—', '–'),
    'with dashes set off': NOTE.replace('—', '- -'),
    'with the line ends of a mail': NOTE.replaceAll('\n', '\r\n'),
    'without its last newline': NOTE.trimEnd(),
    'with an empty line behind each': NOTE.replaceAll('\n', '\n\n'),
    'without the empty line': NOTE.replace('\n\n', '\n'),
    'behind a mark of its encoding': `\ufeff${NOTE}`,
    'with words around it': `Dear Ann,\nhere it is:\n\n${NOTE}\nBest wishes\n-- \nJoe\n`,
    'with its signature on a line of its own': NOTE.replace(/(— \S+) /, '$1\n'),
    'in the letters of old mail': NOTE.replaceAll('=', '=3D').replace('—', '=E2=80=94'),
  };
  for (const [how, text] of Object.entries(forms)) t.same(sizesIn(text), [2], how);
  t.same(sizesIn(`${NOTE}\n${OTHER}`), [2, 3], 'and several are told apart');
});

t.test('a checkpoint that says something else is not mended', async (t) => {
  const spoilt = `> ${NOTE.replace('\n2\n', '\n3\n').replaceAll('\n', '\n> ')}`;
  t.throws(() => sizesIn(spoilt), { name: 'NoteError', message: /does not fit/ });
});

t.test('a file without a checkpoint is told as one', async (t) => {
  for (const text of ['', 'hello\n', NOTE.slice(0, 60), NOTE.split('—')[0]!]) {
    t.match(keptIn(text, 'kept'), [{ unread: /cut off, or mail may have changed it/ }]);
  }
});

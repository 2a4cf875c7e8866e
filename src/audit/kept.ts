import { bytesIn } from '../proofs/note.ts';
import { notesOf, type Note } from './checkpoints.ts';

/*
 * Checkpoints as people keep them: in mails, notebooks and text files. What mail and editors do to
 * lines is undone; whether the right thing was undone is for the signature to say.
 */

/** A line of a signature, with whatever a mail made of its long dash; its end may be wrapped. */
const SIGNATURE = /^(?:- )?(?:[\u2012-\u2015\u2212]|-{1,3}) *([^\s+]+)(?: +([A-Za-z0-9+/]+=*))?$/u;
const SIZE = /^\d{1,16}$/;
const ROOT = /^[A-Za-z0-9+/]{43}=$/;
/** Of a key's id and an Ed25519 signature; a witness's has the time as well. */
const SIGNATURE_CHARACTERS = 92;
const WRAPPED = /^[A-Za-z0-9+/]+={0,2}$/;
/** Signs of quoting before a line, one for each time that a mail was answered. */
const QUOTED = /^(?:[ \t\u00a0]*>)+/;
/** A dash as some mails write it in plain letters, which says that they write others so as well. */
const LETTERED = '=E2=80=94';

const UNREAD =
  'none that can be read: it may be cut off, or mail may have changed it; ask for it as a file';

/** The checkpoints in a file that somebody kept: lines of JSON, or notes one after another. */
export function keptIn(text: string, file: string): Note[] {
  const unmarked = text.replace(/^\ufeff/, '');
  if (unmarked.trimStart().startsWith('{')) return notesOf(unmarked.trim(), file);
  const notes = notesAmong(linesOf(unmarked));
  if (notes.length === 0) return [{ name: file, note: text, unread: UNREAD }];
  return notes.map((note, index) => ({
    name: notes.length === 1 ? file : `${file} note ${index + 1}`,
    // One that came as it was signed is taken so, also with what cannot be told from mail's doing.
    note: notes.length === 1 && isWhole(unmarked) ? unmarked : note,
  }));
}

/** The lines that say something, without what is around them. */
function linesOf(text: string): string[] {
  const lettered = text.includes(LETTERED);
  const plain = lettered ? unlettered(text) : text;
  return plain
    .split(/\r\n|\r|\n/)
    .map((line) => line.replace(QUOTED, '').replaceAll('\u00a0', ' ').trim())
    .filter((line) => line !== '');
}

/** Letters that a mail wrote as an equals sign and two digits (RFC 2045). */
function unlettered(text: string): string {
  const joined = text.replaceAll(/=[ \t]*\r?\n/g, '');
  const bytes = joined.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => {
    return String.fromCharCode(parseInt(hex, 16));
  });
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The notes among some lines; what people wrote above, between and below them is passed over. */
function notesAmong(lines: readonly string[]): string[] {
  const notes: string[] = [];
  for (let at = 0; at + 2 < lines.length; at += 1) {
    if (!SIZE.test(lines[at + 1]!) || !ROOT.test(lines[at + 2]!)) continue;
    let end = at + 3;
    while (end < lines.length && !SIGNATURE.test(lines[end]!)) end += 1;
    const { signatures, next } = signaturesFrom(lines, end);
    if (signatures.length === 0) continue;
    const text = lines.slice(at, end).map((line) => `${line}\n`);
    notes.push(`${text.join('')}\n${signatures.join('')}`);
    at = next - 1;
  }
  return notes;
}

function signaturesFrom(lines: readonly string[], first: number) {
  const signatures: string[] = [];
  let next = first;
  for (;;) {
    const [, name, begun = ''] = SIGNATURE.exec(lines[next] ?? '') ?? [];
    if (name === undefined) return { signatures, next };
    let [bytes, at] = [begun, next + 1];
    // A name and so many characters are more than a line of many mails.
    while (bytes.length < SIGNATURE_CHARACTERS && WRAPPED.test(lines[at] ?? '')) {
      bytes += lines[at]!;
      at += 1;
    }
    const whole = bytes.length >= SIGNATURE_CHARACTERS && bytesIn(bytes) !== undefined;
    if (!whole) return { signatures, next };
    signatures.push(`\u2014 ${name} ${bytes}\n`);
    next = at;
  }
}

/** Whether a text is one note, byte by byte as notes are written. */
function isWhole(text: string): boolean {
  return /^[^\n]+\n\d+\n[^\n]+\n(?:[^\n]+\n)*\n(?:\u2014 [^\n]+\n)+$/.test(text);
}

import { escaped } from '../html.ts';

/**
 * As much of Markdown as our own texts use, as HTML: headings, paragraphs, lists, tables, commands,
 * bold and code. A comment is for other readers, and an address in code is a link.
 */
export function htmlOf(markdown: string): string {
  const text = markdown.replace(/<!--[^]*?-->\n+/g, '');
  return text
    .split(/^(```sh\n[^]*?^```)$/m)
    .map(partOf)
    .join('\n');
}

function partOf(part: string): string {
  const commands = /^```sh\n([^]*)```$/.exec(part)?.[1];
  if (commands !== undefined) return `<pre>${escaped(commands)}</pre>`;
  const blocks = part.split(/\n\n+/).map((block) => block.trim());
  return blocks
    .filter((block) => block !== '')
    .map(blockOf)
    .join('\n');
}

function blockOf(block: string): string {
  const heading = /^(#+) (.*)$/.exec(block);
  if (heading !== null) {
    const [, marks = '', words = ''] = heading;
    const anchor = words
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
    return `<h${marks.length} id="${anchor}">${inline(words)}</h${marks.length}>`;
  }
  const lines = block.split('\n');
  if (lines.every((line) => line.startsWith('- '))) {
    return `<ul>${lines.map((line) => `<li>${inline(line.slice(2))}</li>`).join('')}</ul>`;
  }
  return lines[0]!.startsWith('|') ? tableOf(lines) : `<p>${inline(block)}</p>`;
}

function tableOf([head = '', , ...rows]: readonly string[]): string {
  const row = (line: string, cell: string) => {
    const words = line.split('|').slice(1, -1);
    const cells = words.map((one) => `<${cell}>${inline(one.trim())}</${cell}>`);
    return `<tr>${cells.join('')}</tr>`;
  };
  const body = rows.map((line) => row(line, 'td')).join('');
  return `<table><thead>${row(head, 'th')}</thead><tbody>${body}</tbody></table>`;
}

function inline(words: string): string {
  return escaped(words)
    .replace(/`(\/docs|\/v1\/refusals)`/g, '<a href="$1">`$1`</a>')
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');
}

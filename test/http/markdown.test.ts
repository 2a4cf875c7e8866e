import t from 'tap';
import { htmlOf } from '../../src/http/markdown.ts';

/* Our own texts as pages. */

const SHOWN: readonly (readonly [string, string, string])[] = [
  ['a heading', '## 7. Refund', '<h2 id="7-refund">7. Refund</h2>'],
  ['a paragraph', 'One.\n\nTwo.', '<p>One.</p>\n<p>Two.</p>'],
  ['what is bold', 'It is **yours**.', '<p>It is <strong>yours</strong>.</p>'],
  ['code', 'Ask `GET <x>`.', '<p>Ask <code>GET &#60;x&#62;</code>.</p>'],
  ['a page of ours', 'At `/docs`.', '<p>At <a href="/docs"><code>/docs</code></a>.</p>'],
  ['a list', '- one\n- `two`', '<ul><li>one</li><li><code>two</code></li></ul>'],
  [
    'a table',
    '| what | how |\n| ---- | --- |\n| body | `x`  |',
    '<table><thead><tr><th>what</th><th>how</th></tr></thead>' +
      '<tbody><tr><td>body</td><td><code>x</code></td></tr></tbody></table>',
  ],
  [
    'commands as they are',
    'So:\n\n```sh\nask "$(sale)" **\n\n# `x`\n```\n\nEnd.',
    '<p>So:</p>\n<pre>ask &#34;$(sale)&#34; **\n\n# `x`\n</pre>\n<p>End.</p>',
  ],
  ['no comment', '<!-- tried by a test -->\n\nSo.', '<p>So.</p>'],
];

t.test('a text of ours', async (t) => {
  for (const [name, markdown, html] of SHOWN) t.equal(htmlOf(markdown), html, `shows ${name}`);
});

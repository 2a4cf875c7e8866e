import { escaped } from '../html.ts';
import { Kept } from './kept.ts';

/** The type of content of a page. */
export const HTML = 'text/html';

/** A page of text, which loads nothing, runs nothing and sends nothing anywhere. */
const TEXT_ONLY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; " +
  "form-action 'none'";

const STYLE =
  ':root{color-scheme:light dark}' +
  'body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;' +
  'overflow-wrap:break-word}h1,h2{line-height:1.2}h2{margin-top:2em}small{font-weight:normal}' +
  'pre,code{font-family:ui-monospace,monospace;font-size:.9rem}h2 code{font-size:1em}' +
  'pre,td code,p code,li code{background:#8882}' +
  'pre{padding:.5rem;white-space:pre-wrap;overflow-wrap:anywhere}' +
  'table{border-collapse:collapse}th,td{border:1px solid #8888;padding:.3rem .5rem;' +
  'text-align:left;vertical-align:top}section:target{outline:2px solid;outline-offset:.5rem}';

/** Leads from each page to the others. */
const PAGES =
  '<nav><a href="/docs">Every call</a> · <a href="/docs/till">Integrate a till</a> · ' +
  '<a href="/v1/refusals">Every refusal</a></nav>';

/**
 * A page for a person to read.
 * @param body HTML, in which whatever is not ours has been escaped
 * @param more header fields besides those that every page has
 */
export function keptPage(
  title: string,
  body: string,
  more: Readonly<Record<string, string>> = {},
): Kept {
  const head =
    `<meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escaped(title)}</title><style>${STYLE}</style>`;
  const main = `${PAGES}<main>${body}</main>`;
  const page = `<!doctype html><html lang="en"><head>${head}</head><body>${main}</body></html>\n`;
  const type = { 'content-type': `${HTML}; charset=utf-8` };
  return new Kept(page, { ...type, 'content-security-policy': TEXT_ONLY, ...more });
}

import type { FastifyReply } from 'fastify';

/** The type of content of a page. */
export const HTML = 'text/html';

/** A page of text, which loads nothing, runs nothing and sends nothing anywhere. */
const TEXT_ONLY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; " +
  "form-action 'none'";

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}' +
  'pre{font:14px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}' +
  '.commands{background:#eee;padding:.5rem}' +
  'section:target{background:#ffd}small{font-weight:normal}';

/**
 * Answers a page for a person to read.
 * @param body HTML, in which whatever is not ours has been escaped
 */
export function sendPage(reply: FastifyReply, title: string, body: string): FastifyReply {
  const head =
    `<meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escaped(title)}</title><style>${STYLE}</style>`;
  return reply
    .header('content-security-policy', TEXT_ONLY)
    .type(`${HTML}; charset=utf-8`)
    .serializer(String)
    .send(`<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>\n`);
}

/** Text as it stands in HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

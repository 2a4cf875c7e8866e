import type { FastifyRequest } from 'fastify';
import { refusalsAnswer } from '../../../schemas/http/refusal.ts';
import { REFUSAL_CODES, REFUSALS } from '../../../schemas/refusals.ts';
import { escaped, HTML, sendPage } from '../page.ts';
import type { Routes } from '../route.ts';
import { STATUSES } from '../statuses.ts';

const TITLE = 'Every reason for which the ledger says no';

export function refusalRoutes(routes: Routes): void {
  const refusals = REFUSAL_CODES.map((code) => ({
    code,
    status: STATUSES[code],
    ...REFUSALS[code],
  }));
  const page = [
    `<h1>${TITLE}</h1>`,
    '<p>In order of precedence: where several hold, the first is given. A refusal writes nothing ' +
      'and uses up no key. What stands in {braces} is filled in.</p>',
    ...refusals.map(
      ({ code, status, retryable, detail, aloud }) =>
        `<section id="${code}"><h2><code>${code}</code> <small>${status}, ` +
        `${retryable ? 'retryable with the same key' : 'final'}</small></h2>` +
        `<p>${escaped(detail)}</p><p>To read aloud: “${escaped(aloud)}”</p></section>`,
    ),
  ].join('\n');

  routes.read({
    url: '/v1/refusals',
    tag: 'Ledger',
    summary: 'Every reason for which the ledger says no; a browser gets them as a page',
    policy: 'public',
    forms: [HTML],
    answer: refusalsAnswer,
    handle: ({ request, reply }) => {
      reply.header('vary', 'accept');
      return wantsPage(request) ? sendPage(reply, TITLE, page) : { refusals };
    },
  });
}

/** Whether a person's browser asks, whom the `type` of a problem leads here. */
function wantsPage({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes(HTML) ?? false;
}

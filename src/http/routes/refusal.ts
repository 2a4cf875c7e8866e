import type { FastifyRequest } from 'fastify';
import { refusalsAnswer } from '../../../schemas/http/refusal.ts';
import { REFUSAL_CODES, REFUSALS } from '../../../schemas/refusals.ts';
import { Kept } from '../kept.ts';
import { escaped } from '../../html.ts';
import { HTML, keptPage } from '../page.ts';
import type { Routes } from '../route.ts';
import { STATUSES } from '../statuses.ts';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
/** It has two forms, each in several codings. */
const VARY = { vary: 'accept, accept-encoding' };
const TITLE = 'Every reason for which the ledger says no';

export function refusalRoutes(routes: Routes): void {
  const refusals = REFUSAL_CODES.map((code) => ({
    code,
    status: STATUSES[code],
    ...REFUSALS[code],
  }));
  const kept = new Kept(JSON.stringify({ refusals }), { ...JSON_TYPE, ...VARY });
  const body = [
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
  const page = keptPage(TITLE, body, VARY);

  routes.read({
    url: '/v1/refusals',
    tag: 'Ledger',
    summary: 'Every reason for which the ledger says no; a browser gets them as a page',
    policy: 'public',
    forms: [HTML],
    answer: refusalsAnswer,
    handle: ({ request, reply }) => (wantsPage(request) ? page : kept).send(request, reply),
  });
}

/** Whether a person's browser asks, whom the `type` of a problem leads here. */
function wantsPage({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes(HTML) ?? false;
}

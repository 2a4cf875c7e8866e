import t from 'tap';
import { REFUSAL_CODES, REFUSALS, type RefusalCode } from '../../schemas/refusals.ts';
import { smallWorld } from '../support/world.ts';
import { checkedIn, type JsonSchema } from './openapi.ts';
import type { Problem } from './problem.ts';

type Refusals = {
  readonly refusals: readonly {
    readonly code: RefusalCode;
    readonly status: number;
    readonly retryable: boolean;
    readonly detail: string;
    readonly aloud: string;
  }[];
};

t.test('/v1/refusals', async (t) => {
  const { app } = await smallWorld();
  const answer = await app.inject({ url: '/v1/refusals' });
  t.match(answer.headers['content-type'], /^application\/json/, 'are answered as JSON');
  const { refusals } = answer.json<Refusals>();
  const codes = refusals.map(({ code }) => code);
  t.same(codes, REFUSAL_CODES, 'are all there, in order of precedence');
  for (const { code, status, retryable, detail, aloud } of refusals) {
    t.ok(status >= 400 && status < 600, `${code} has a status`);
    t.same({ retryable, detail, aloud }, REFUSALS[code], `${code} is as the table has it`);
    t.match(detail, /[.}]$/, `${code} has a sentence for the developer`);
    t.match(aloud, /^[A-Z].*\.$/, `${code} has a sentence to read aloud`);
    t.notMatch(
      `${detail} ${aloud}`,
      /\b(pay|paid|currency|cash|wages?)\b/i,
      `${code}: in our words`,
    );
  }
});

t.test('what a till may hear when it sends a sale again', async (t) => {
  const again = REFUSAL_CODES.filter((code) => REFUSALS[code].retryable);
  const denying = ['unauthenticated' as const, ...again].filter((code) =>
    /Nothing was (taken|changed)\./.test(REFUSALS[code].aloud),
  );
  t.same(denying, [], 'does not deny that its first try may have been recorded');
});

t.test('the type of a problem', async (t) => {
  const { app, partner } = await smallWorld();
  const sale = { venueId: partner.venue, card: '00000-00000', credits: '1' };
  const { body } = await partner.till.post<Problem>('/v1/redemptions', sale);
  const accept = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8';
  const page = await app.inject({ url: body.type, headers: { accept } });
  t.match(page.headers['content-type'], /^text\/html/, 'leads a browser to a page');
  t.match(page.body, '<section id="card_unknown">', 'on which its code stands');
  const sections = [...page.body.matchAll(/<section id="(\w+)">/g)].map(([, code]) => code);
  t.same(sections, REFUSAL_CODES, 'among all the others');
  t.match(page.headers['vary'], /^accept,/, 'and which no cache takes for the other form');
  t.match(page.headers['content-security-policy'], /^default-src 'none'/, 'and loads nothing');
  t.notMatch(page.body, /<script|https?:/, 'and runs nothing');
});

t.test('the OpenAPI document', async (t) => {
  const { responses } = checkedIn.paths['/v1/refusals']!['get']!;
  const schema = responses['200']?.content?.['application/json']?.schema as JsonSchema;
  const fields = schema.properties?.['refusals']?.items?.properties ?? {};
  t.same(Object.keys(fields), ['code', 'status', 'retryable', 'detail', 'aloud'], 'names them all');
});

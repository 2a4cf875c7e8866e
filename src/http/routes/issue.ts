import type { z } from 'zod';
import { credits, hundredths } from '../../../schemas/amounts.ts';
import type { Recorded } from '../../../schemas/events/index.ts';
import {
  issueBody,
  issueCreated,
  issueQuery,
  issuingAnswer,
  issuingQuery,
} from '../../../schemas/http/issue.ts';
import { organisationParams } from '../../../schemas/http/organisation.ts';
import { fundOf, issueIdAt, type Account } from '../../../schemas/ids.ts';
import { callerIn } from '../authentication.ts';
import { CSV, sendCsv, wantsCsv } from '../csv.ts';
import { stop } from '../problems.ts';
import { transactionOf, type Done, type Routes } from '../route.ts';
import { sees, seesAccount } from '../visibility.ts';

const TAG = 'Issues';
const COLUMNS = Object.keys(issuingAnswer.shape.funds.element.shape);

export function issueRoutes(routes: Routes): void {
  const { directory, issuing } = routes.services.projections;

  routes.write({
    url: '/v1/issues',
    tag: TAG,
    summary: 'Issue an attendance list, all or nothing; ?preview=true writes nothing',
    command: 'IssueCredits',
    query: issueQuery,
    body: issueBody,
    answer: issueCreated,
    preview: (query) => query.preview === 'true',
    prepare: ({ body: { sheet, ...body }, caller }) => ({
      ask: {
        type: 'IssueCredits',
        ...body,
        sheet: sheet && { ...sheet, hmac: routes.services.cardHmac(sheet.sha256) },
        entries: body.entries.map(({ memberId, card, ...entry }) => ({
          member: routes.bearer({ memberId, card }),
          ...entry,
        })),
      },
      answer: (done) =>
        issueAnswer(done, body.entries.filter(({ minutes }) => minutes === 0).length, (account) =>
          seesAccount(directory, caller, account),
        ),
    }),
  });

  routes.read({
    url: '/v1/organisations/:id/issuing',
    tag: TAG,
    summary: 'What was issued between two days, by fund; days are those of recording',
    policy: ['admin', 'auditor', 'coordinator'],
    forms: [CSV],
    params: organisationParams,
    query: issuingQuery,
    answer: issuingAnswer,
    handle: ({ params: { id }, query: { from, to }, request, reply }) => {
      if (!directory.organisations.has(id) || !sees(callerIn(request), id)) {
        return stop('organisation_not_found', { id });
      }
      const funds = issuing.between(id, from, to).map((fund) => ({
        ...fund,
        credits: credits(fund.credits),
        creditsTakenBack: credits(fund.creditsTakenBack),
        creditsWrittenOff: credits(fund.creditsWrittenOff),
      }));
      if (wantsCsv(request)) return sendCsv(reply, COLUMNS, funds);
      return { organisationId: id, from, to, revision: issuing.revision, funds };
    },
  });
}

/** The answer to a list, from its events: the same at once and when it is replayed. */
function issueAnswer(
  done: Done,
  absences: number,
  seen: (account: Account) => boolean,
): z.input<typeof issueCreated> {
  const { first, recorded, revision, balance } = done;
  const preview = done.outcome === 'previewed';
  const identity = preview
    ? { preview }
    : { issueId: issueIdAt(first.revision, first.event.command.id), revision };
  const transactionId = (of: Recorded) => (preview ? undefined : transactionOf(of));
  const answer = { ...identity, fund: undefined as string | undefined, absences };
  const entries: z.input<typeof issueCreated>['entries'] = [];
  const reversed: z.input<typeof issueCreated>['reversed'] = [];
  let minutes = 0;
  let issued = 0;
  for (const one of recorded) {
    const { event } = one;
    if (event.type === 'TransactionReversed') {
      const { reverses, credits: taken, issue } = event.data;
      reversed.push({
        transactionId: transactionId(one),
        reverses,
        memberId: issue?.memberId,
        minutes: issue?.minutes ?? 0,
        credits: taken ?? '0',
      });
    } else if (event.type === 'CreditsIssued') {
      const { memberId, credits: made = '0', credit, debit, carriedMinutes = 0 } = event.data;
      answer.fund = debit === undefined ? answer.fund : fundOf(debit);
      minutes += event.data.minutes;
      issued += hundredths(made);
      entries.push({
        transactionId: transactionId(one),
        memberId,
        minutes: event.data.minutes,
        credits: made,
        carriedMinutes,
        balance: credit === undefined || !seen(credit) ? undefined : balance(credit),
      });
    }
  }
  return { ...answer, minutes, credits: credits(issued), reversed, entries };
}

import { creditsAloud, hundredths } from '../../schemas/amounts.ts';
import type { Since } from '../audit/later.ts';
import { sidesOf } from '../audit/model/books.ts';
import type { Receipted } from '../audit/receipt.ts';
import { escaped } from '../html.ts';

/** Of one sheet of paper, and of a phone. */
const STYLE =
  'body{font:17px/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem;' +
  'color:#111;background:#fff}h1{font-size:1.6rem;line-height:1.2;margin-bottom:.3rem}' +
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem}dt{color:#444}' +
  'dd{margin:0;overflow-wrap:anywhere}' +
  '.stands,.reversed{padding:.6rem .9rem;border-left:.4rem solid}' +
  '.stands{border-color:#1a7f37;background:#1a7f3712}' +
  '.reversed{border-color:#b35900;background:#b3590012}' +
  'footer{font-size:.8rem;color:#444;overflow-wrap:anywhere}';

/** What happened, as the member would say it. */
const WORDS: Readonly<Record<string, string>> = {
  CreditsIssued: 'earned',
  CreditsRedeemed: 'spent',
  CreditsTransferred: 'passed on',
  TransactionReversed: 'given back',
  VisitRecorded: 'moved for a visit elsewhere',
};

const REASONS: Readonly<Record<string, string>> = {
  mistake: 'a mistake',
  duplicate: 'it was recorded twice',
  not_provided: 'what the credits were for was not provided',
  goodwill: 'goodwill',
  unauthorised: 'it was not authorised',
};

/**
 * A verified receipt as a page that a member can read and keep: it loads nothing and runs nothing.
 * @param since what was recorded later, where somebody looked
 * @param timeZone whose times are shown; that of the machine unless it is said
 */
export function receiptPage(receipt: Receipted, since?: Since, timeZone?: string): string {
  const { event, revision, transactionId, checkpoint } = receipt;
  const { debit, credit, credits } = sidesOf(event);
  const amount = credits === undefined ? 'No credits' : creditsAloud(hundredths(credits));
  const title = `${amount} ${WORDS[event.type] ?? 'moved'}`;
  const facts: [string, string | undefined][] = [
    ['Day', dayAloud(event.occurredOn)],
    ['Recorded', timeAloud(event.recordedAt, timeZone)],
    ['From', debit],
    ['To', credit],
    ['Transaction', transactionId],
  ];
  const rows = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`<dt>${name}</dt><dd>${escaped(value)}</dd>`],
  );
  const signers = checkpoint.verified.map(({ verifier }) => verifier.text).join(' and ');
  const head =
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<title>${escaped(title)}</title><style>${STYLE}</style>`;
  const body = [
    `<h1>${escaped(title)}</h1>`,
    `<p>This is recorded in the Time Credits ledger ${escaped(checkpoint.origin)}.</p>`,
    `<dl>${rows.join('')}</dl>`,
    ...standing(since, timeZone),
    '<footer><p>Checked: the event stands in the ledger at revision ' +
      `${revision}, under the checkpoint over its first ${checkpoint.size} events, which is ` +
      `signed by ${escaped(signers)}. Anybody can check it again with the receipt's file and ` +
      'that key: <code>timecredits audit receipt</code>.</p></footer>',
  ];
  const page = `<head>${head}</head><body>${body.join('')}</body>`;
  return `<!doctype html><html lang="en-GB">${page}</html>\n`;
}

function standing(since: Since | undefined, timeZone: string | undefined): string[] {
  if (since === undefined) {
    const words =
      'The receipt shows that this was recorded. Whether it was reversed later it cannot show: ' +
      'ask your group.';
    return [`<p>${words}</p>`];
  }
  const until = timeAloud(since.newest.recordedAt, timeZone);
  if (since.reversals.length === 0) {
    return [`<p class="stands">It stands: nothing reversed it until ${escaped(until)}.</p>`];
  }
  return since.reversals.map(({ recordedAt, credits, reason }) => {
    const what = credits === undefined ? 'minutes of it' : creditsAloud(hundredths(credits));
    const when = timeAloud(recordedAt, timeZone);
    const why = REASONS[reason] ?? reason;
    return `<p class="reversed">Reversed on ${escaped(`${when}: ${what}, for ${why}`)}.</p>`;
  });
}

function dayAloud(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' }).format(date);
}

function timeAloud(instant: string, timeZone: string | undefined): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  return new Intl.DateTimeFormat('en-GB', {
    ...{ day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' },
    timeZoneName: 'short',
    ...zone,
  }).format(new Date(instant));
}

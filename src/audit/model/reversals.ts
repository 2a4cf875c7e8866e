import { credits, hundredths } from '../../../schemas/amounts.ts';
import type { EventOf, StreamEvent } from '../../../schemas/events/index.ts';
import { fundOf, randomOf, revisionIn } from '../../../schemas/ids.ts';
import { breach, unless, type Breach, type Invariant } from './invariant.ts';
import { Onward } from './onward.ts';

type Reversal = EventOf<'TransactionReversed'>['data'];

const REVERSIBLE = [
  'CreditsIssued',
  'CreditsRedeemed',
  'CreditsTransferred',
  'HoldCaptured',
  'VisitRecorded',
] as const;

type Reversible = EventOf<(typeof REVERSIBLE)[number]>;

/** What is undone was done, and is not undone twice. */
export function reversals(): Invariant {
  const reversed = new Map<number, number>();
  const onward = new Onward();
  return {
    name: 'reversals',
    says: 'a reversal mirrors what it cites, and all of them together never exceed it',
    of: [
      ...(['TransactionReversed', 'MembersMerged', 'MemberClosed', 'OrganisationClosed'] as const),
      ...(['MembersSeparated', 'MemberReopened', 'OrganisationReopened'] as const),
    ],
    take({ event, original }) {
      onward.take(event);
      if (event.type !== 'TransactionReversed') return undefined;
      const { data } = event;
      if (!cited(original, data)) {
        return breach(`${data.reverses} to be a movement before that can be reversed`, 'none');
      }
      const issue = original.type === 'CreditsIssued';
      const whole = issue ? original.data.minutes : hundredths(original.data.credits);
      const revision = revisionIn(data.reverses);
      const amount = issue ? (data.issue?.minutes ?? 0) : hundredths(data.credits ?? '0');
      const total = (reversed.get(revision) ?? 0) + amount;
      reversed.set(revision, total);
      if (total > whole) {
        const worded = (amount: number) => (issue ? `${amount} minutes` : credits(amount));
        return breach(`at most ${worded(whole)} of ${data.reverses} reversed`, worded(total));
      }
      return mirrored(original, data, onward) ?? copied(original, data);
    },
  };
}

function cited(original: StreamEvent | undefined, { reverses }: Reversal): original is Reversible {
  if (!REVERSIBLE.some((type) => type === original?.type)) return false;
  return randomOf(original!.command.id) === randomOf(reverses);
}

/** Credits go back the way they came, or on to where one who was closed or merged says. */
function mirrored(
  { data: original }: Reversible,
  { debit, credit }: Reversal,
  onward: Onward,
): Breach | undefined {
  if (debit === undefined) return undefined;
  const from = onward.heldBy(original.credit ?? 'none');
  const expected = `from ${from} to ${onward.endOf(original.debit ?? 'none')}`;
  return unless(expected, `from ${debit} to ${credit ?? 'none'}`, 'credits ');
}

/** The words of an issue that its reversal repeats. */
function copied(original: Reversible, { issue, reverses }: Reversal): Breach | undefined {
  if (original.type !== 'CreditsIssued') {
    return issue === undefined ? undefined : breach(`${reverses} to be an issue`, original.type);
  }
  if (issue === undefined) return breach('what is withdrawn of the issue', 'nothing');
  const { memberId, give, activity, debit } = original.data;
  const fund = debit === undefined ? '' : fundOf(debit);
  const words = (of: Omit<typeof issue, 'minutes'>) =>
    [of.memberId, of.give, of.activity, of.fund ?? '', of.occurredOn].join(' ');
  const expected = words({ memberId, give, activity, fund, occurredOn: original.occurredOn });
  return unless(expected, words(issue), 'the words of the issue, ');
}

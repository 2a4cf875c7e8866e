import { credits, hundredths, type Hundredths } from '../../../schemas/amounts.ts';
import { holderOf, kindOf } from '../../../schemas/ids.ts';
import { sidesOf } from './books.ts';
import { breach, type Breach, type Invariant, type Subject } from './invariant.ts';

type Mirror = { readonly theyOwe: Hundredths; readonly weOwe: Hundredths; balance: Hundredths };

/** The mirror accounts of other networks. */
export function clearing(): Invariant {
  const mirrors = new Map<string, Mirror>();
  let own = '';
  const agreed = ({ event }: Subject): Breach | undefined => {
    if (event.type === 'LedgerOpened') own = event.data.network;
    if (event.type !== 'NetworkRegistered' && event.type !== 'NetworkLimitsChanged') return;
    const { network, theyOweAtMost, weOweAtMost } = event.data;
    const before = mirrors.get(network);
    const limits = { theyOwe: hundredths(theyOweAtMost), weOwe: hundredths(weOweAtMost) };
    mirrors.set(network, { ...limits, balance: before?.balance ?? 0 });
    if (event.type === 'NetworkLimitsChanged') return;
    if (network === own) return breach('another network', `${network}, this one`);
    if (before !== undefined) return breach('a network that is new', `${network}, once more`);
    return;
  };
  return {
    name: 'clearing-accounts',
    says: 'clearing accounts move by visits within the limits of the time, and their reversals',
    take: (subject) => agreed(subject) ?? moved(mirrors, subject),
  };
}

function moved(
  mirrors: ReadonlyMap<string, Mirror>,
  { event, original, debited, credited }: Subject,
): Breach | undefined {
  const kept = debited?.kind === 'clearing' ? debited : credited;
  if (kept?.kind !== 'clearing') return undefined;
  const { account, holder } = kept;
  const { credits: amount = '0' } = sidesOf(event);
  const mirror = mirrors.get(holder);
  if (mirror === undefined)
    return breach(`${account} to be of a network registered before`, 'none');
  const here = kept === debited;
  mirror.balance += here ? -hundredths(amount) : hundredths(amount);
  const cause = event.type === 'TransactionReversed' ? original?.type : event.type;
  if (cause !== 'VisitRecorded') return breach('a visit or its reversal', cause ?? 'neither');
  // What they owe us stands below zero. A reversal is not held to the limits.
  if (event.type === 'TransactionReversed') return undefined;
  const [limit, owed] = here ? [mirror.theyOwe, -mirror.balance] : [mirror.weOwe, mirror.balance];
  if (owed <= limit) return undefined;
  return breach(`at most ${credits(limit)} owed ${here ? 'by' : 'to'} ${account}`, credits(owed));
}

/** The other side's reference names one visit. */
export function visitReferences(): Invariant {
  const recorded = new Map<string, number>();
  return {
    name: 'visit-references',
    says: 'no reference of another network is recorded twice',
    of: ['VisitRecorded'],
    take({ revision, event }) {
      if (event.type !== 'VisitRecorded') return undefined;
      const { debit, credit, reference } = event.data;
      const network = holderOf(kindOf(debit) === 'clearing' ? debit : credit);
      const name = `${network} ${reference}`;
      const first = recorded.get(name);
      if (first !== undefined) return breach(`${name} once`, `it at revision ${first} before`);
      recorded.set(name, revision);
      return undefined;
    },
  };
}

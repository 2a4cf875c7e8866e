import { Balances } from '../../projections/balances.ts';
import { credits } from '../../schemas/amounts.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import type { Account, MemberId } from '../../schemas/ids.ts';
import { addDays, DAY_MS } from '../../schemas/time.ts';
import { Client, TODAY, type Answer } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';

/* The people of the stories, and what they do, in their words. */

export type Line = { readonly member: MemberId; readonly minutes: number };
type Issued = { readonly entries: readonly { readonly transactionId: string }[] };
type Sale = { readonly card: string; readonly credits: string; readonly reference: string };
type Receipt = { readonly transactionId: string; readonly balance: string };
type Movement = { from: Account; to: Account; credits: string; reason: string };

/** An earn group, a spend partner and their people in a week that begins on `TODAY`. */
export async function week() {
  const world = await smallWorld();
  const { admin, app, clock, group, partner } = world;
  const auditing = { role: 'auditor', label: 'audit' };
  const { key } = (await admin.post<{ key: string }>('/v1/access', auditing)).body;
  let days = 0;
  const today = () => addDays(TODAY, days);
  return {
    ...world,
    pot: `pot:${group.id}`,
    till: `till:${partner.venue}`,
    today,
    nextDay() {
      days += 1;
      clock.forward(DAY_MS);
    },
    coordinator: coordinatorOf(group.coordinator, group.id, today),
    cashier: cashierOf(partner.till, partner.venue),
    auditor: auditorWith(new Client(app, key)),
  };
}

function coordinatorOf(client: Client, organisationId: string, today: () => string) {
  const list = (activity: string, lines: readonly Line[], corrects?: readonly string[]) =>
    client.post<Issued>('/v1/issues', {
      organisationId,
      occurredOn: today(),
      activity,
      corrects,
      entries: lines.map(({ member, minutes }) => ({ memberId: member, minutes })),
    });
  return {
    /** Enrols somebody and hands over a card. */
    async enrols() {
      const { memberId } = (await client.post<{ memberId: MemberId }>('/v1/members', {})).body;
      const cards = `/v1/members/${memberId}/cards`;
      const { card } = (await client.post<{ card: string }>(cards, {})).body;
      return { member: memberId, card };
    },
    /** Types in an attendance list; answers the transaction of each line. */
    async issues(activity: string, ...lines: readonly Line[]) {
      const { entries } = (await list(activity, lines)).body;
      return entries.map(({ transactionId }) => transactionId);
    },
    async mends(mistake: string, activity: string, ...lines: readonly Line[]) {
      return list(activity, lines, [mistake]);
    },
    async moves({ reason, ...entry }: Movement) {
      return client.post('/v1/transfers', { entries: [entry], reason, agreed: 'in_person' });
    },
    async balanceOf(member: MemberId) {
      return (await client.get<Receipt>(`/v1/accounts/wallet:${member}`)).body.balance;
    },
  };
}

function cashierOf(client: Client, venueId: string) {
  return {
    /** Takes credits under the number of the sale, which is the same if it is sent again. */
    takes(sale: Sale): Promise<Answer<Receipt>> {
      return client.post<Receipt>('/v1/redemptions', { venueId, ...sale }, sale.reference);
    },
    /** The sale is sent, and the line goes dead before the answer is there. */
    async takesAndHearsNothing(sale: Sale): Promise<void> {
      await client.post('/v1/redemptions', { venueId, ...sale }, sale.reference);
    },
    voids(reference: string) {
      return client.post<{ outcome: string }>('/v1/voids', { key: reference });
    },
    /** What the venue took on a day under a reference, less what was given back. */
    async tookUnder(reference: string, day: string) {
      type Item = { credits: string; reversals: readonly { credits: string }[] };
      const query = `venueId=${venueId}&from=${day}&to=${day}&reference=${reference}`;
      const { body } = await client.get<{ items: readonly Item[] }>(`/v1/transactions?${query}`);
      return body.items.map((item) => ({
        took: item.credits,
        gaveBack: item.reversals.map((reversal) => reversal.credits),
      }));
    },
  };
}

function auditorWith(client: Client) {
  return {
    /** Adds up the stream on the auditor's own machine. */
    async replays() {
      type Page = { events: readonly { revision: number; event: StreamEvent }[]; next?: number };
      const balances = new Balances();
      let url = '/v1/events?limit=10';
      for (;;) {
        const { events, next } = (await client.get<Page>(url)).body;
        for (const one of events) balances.apply(one);
        if (next === undefined) break;
        url = `/v1/events?limit=10&after=${next}`;
      }
      return new Map([...balances.all()].map(([account, balance]) => [account, credits(balance)]));
    },
    async reads(account: Account) {
      return (await client.get<Receipt>(`/v1/accounts/${account}`)).body.balance;
    },
  };
}

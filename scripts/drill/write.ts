import { credits } from '../../schemas/amounts.ts';
import type { HttpClient, Reply } from '../../test/support/process.ts';
import type { Choices } from '../demo/random.ts';
import { FUND, type Ground } from './ground.ts';

const ISSUES_PERCENT = 20;
const ZONE = 'Europe/London';

/** One request, which is sent under its key until it is decided. */
export type Write = {
  readonly key: string;
  readonly path: string;
  readonly body: object;
  /** What it moves in a member's wallet, in hundredths. */
  readonly moves: Readonly<Record<string, number>>;
  /** The id that it was answered with. */
  answer?: string;
  /** The code with which it was refused for good. */
  refused?: string;
};

/** What became of one sending. Undecided: nobody answered, or only that it is to be sent again. */
export type Sent = 'made' | 'replayed' | 'refused' | 'undecided';

/** A redemption from one of some members, or an issue to two of them. */
export function someWrite(
  { organisationId, venueId }: Ground,
  members: readonly string[],
  choices: Choices,
  key: string,
): Write {
  const memberId = choices.pick(members);
  if (!choices.chance(ISSUES_PERCENT)) {
    return redemption(venueId, memberId, 1 + choices.below(200), key);
  }
  const other = members[(members.indexOf(memberId) + 1) % members.length]!;
  const entries = [memberId, other].map((id) => ({ memberId: id, minutes: 60 }));
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(new Date());
  const body = { organisationId, fund: FUND, occurredOn: day, activity: key, entries };
  return { key, path: '/v1/issues', body, moves: { [memberId]: 100, [other]: 100 } };
}

export function redemption(venueId: string, memberId: string, amount: number, key: string): Write {
  const body = { venueId, memberId, credits: credits(amount) };
  return { key, path: '/v1/redemptions', body, moves: { [memberId]: -amount } };
}

type Made = { transactionId?: string; issueId?: string; code?: string; retryable?: boolean };

/**
 * Sends a write once, and keeps what it was answered.
 * @throws Error where it is answered otherwise than before
 */
export async function send(admin: HttpClient, write: Write): Promise<Sent> {
  const reply = await answerTo(admin.post<Made>(write.path, write.body, write.key));
  if (reply === undefined) return 'undecided';
  const { status, headers, body } = reply;
  if (status !== 201) {
    if (body.retryable === true) return 'undecided';
    write.refused = body.code ?? String(status);
    return 'refused';
  }
  const answer = body.transactionId ?? body.issueId;
  write.answer ??= answer!;
  if (write.answer === answer) {
    return headers.get('idempotent-replayed') === 'true' ? 'replayed' : 'made';
  }
  throw new Error(`${write.key} was ${write.answer} and is now ${JSON.stringify(body)}`);
}

/** `fetch` throws a TypeError where the connection broke, and a TimeoutError after its time. */
async function answerTo<T>(sent: Promise<Reply<T>>): Promise<Reply<T> | undefined> {
  try {
    return await sent;
  } catch (error) {
    const { name } = error as Error;
    if (name === 'TypeError' || name === 'TimeoutError') return undefined;
    throw error;
  }
}

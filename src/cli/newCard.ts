import { cardCreated, cardRevokedAnswer } from '../../schemas/http/card.ts';
import type { CardId, MemberId } from '../../schemas/ids.ts';
import { newKey, type Client } from './client.ts';
import type { Io } from './io.ts';

/**
 * Issues a card. Its number is answered once: where that answer was lost on the way, the card that
 * nobody can know is revoked and another one issued.
 * @throws Failure
 */
export async function newCard(client: Client, io: Io, memberId: MemberId): Promise<string> {
  for (;;) {
    const { body } = await client.post(
      `/v1/members/${memberId}/cards`,
      {},
      newKey(io),
      cardCreated,
    );
    if (body.card !== undefined) return body.card;
    await revokeCard(client, io, body.cardId);
  }
}

/** @throws Failure */
export async function revokeCard(client: Client, io: Io, cardId: CardId): Promise<void> {
  await client.post(`/v1/cards/${cardId}/revocation`, {}, newKey(io), cardRevokedAnswer);
}

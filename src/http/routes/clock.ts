import { clockAnswer, clockBody } from '../../../schemas/http/clock.ts';
import { instant, RECORDABLE } from '../../../schemas/time.ts';
import { stopInvalid } from '../problems.ts';
import type { Routes } from '../route.ts';

/**
 * Moves the clock of a network that is played. Where time cannot be moved there is no such route,
 * and the address is answered like every unknown one.
 */
export function clockRoutes(routes: Routes): void {
  const { moveClock, now_ms, sequencer } = routes.services;
  if (moveClock === undefined) return;
  routes.set({
    url: '/v1/clock',
    tag: 'Clock',
    summary: 'Move the clock of a demo forwards; it runs on from there',
    policy: ['admin'],
    body: clockBody,
    answer: clockAnswer,
    handle: ({ at }) => {
      const to_ms = Date.parse(at);
      const earliest_ms = Math.max(now_ms(), sequencer.ledger.recordedAt_ms);
      if (to_ms < earliest_ms) {
        stopInvalid('#/at', `must not be before ${instant(earliest_ms)}: time only goes forwards`);
      }
      if (to_ms >= RECORDABLE.to_ms) {
        stopInvalid('#/at', `must be before ${instant(RECORDABLE.to_ms)}`);
      }
      moveClock(to_ms);
      return { at: instant(to_ms) };
    },
  });
}

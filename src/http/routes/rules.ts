import type { Rules } from '../../../schemas/events/ledger.ts';
import {
  formatBody,
  formatRaised,
  rulesAnswer,
  rulesBody,
  rulesChanged,
} from '../../../schemas/http/ledger.ts';
import { eventOf, type Routes } from '../route.ts';

const TAG = 'Ledger';

export function rulesRoutes(routes: Routes): void {
  const { sequencer } = routes.services;

  routes.read({
    url: '/v1/rules',
    tag: TAG,
    summary: 'The rules of this network',
    policy: ['admin'],
    answer: rulesAnswer,
    handle: () => {
      const { network, timeZone, format, rules, revision } = sequencer.ledger;
      return { network, timeZone, format, rules: rules!, revision };
    },
  });
  routes.write({
    url: '/v1/rules',
    tag: TAG,
    summary: 'Change rules, from now on',
    command: 'ChangeRules',
    status: 200,
    body: rulesBody,
    answer: rulesChanged,
    prepare: ({ body }) => ({
      ask: { type: 'ChangeRules', rules: body as Partial<Rules> },
      answer: ({ first, revision }) => {
        const { network, timeZone } = sequencer.ledger;
        const { rules } = eventOf(first, 'RulesChanged').data;
        return { network, timeZone, rules, revision };
      },
    }),
  });
  routes.write({
    url: '/v1/format',
    tag: TAG,
    summary: 'Raise the format, once every instance runs code that reads the next',
    command: 'RaiseFormat',
    status: 200,
    body: formatBody,
    answer: formatRaised,
    prepare: ({ body }) => ({
      ask: { type: 'RaiseFormat', ...body },
      answer: ({ first, revision }) => {
        const { format } = eventOf(first, 'FormatRaised').data;
        return { network: sequencer.ledger.network, format, revision };
      },
    }),
  });
}

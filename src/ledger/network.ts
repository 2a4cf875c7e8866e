import { hundredths } from '../../schemas/amounts.ts';
import type {
  ChangeNetworkLimits,
  NetworkLimits,
  RegisterNetwork,
} from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { accept, reject, type Context, type Verdict } from './context.ts';
import type { Ledger, Network } from './state.ts';

/** Agrees with another network how far its mirror account, `clearing:<network>`, may go. */
export function registerNetwork({ state }: Context, ask: RegisterNetwork): Verdict {
  const { name, network, theyOweAtMost, weOweAtMost } = ask;
  if (network === state.network) return reject('own_network', { network });
  if (state.networks.get(network) !== undefined) return reject('network_exists', { network });
  return accept({
    type: 'NetworkRegistered',
    data: { name, network, theyOweAtMost, weOweAtMost },
  });
}

/** From now on: what is owed already stays, also where the new limits would not have let it. */
export function changeNetworkLimits({ state }: Context, ask: ChangeNetworkLimits): Verdict {
  const { network, theyOweAtMost, weOweAtMost } = ask;
  const before = state.networks.get(network);
  if (before === undefined) return reject('network_not_found', { id: network });
  const after = limitsOf(ask);
  if (after.theyOweAtMost === before.theyOweAtMost && after.weOweAtMost === before.weOweAtMost) {
    return reject('limits_unchanged', { network });
  }
  return accept({ type: 'NetworkLimitsChanged', data: { network, theyOweAtMost, weOweAtMost } });
}

function limitsOf({ theyOweAtMost, weOweAtMost }: NetworkLimits): Network {
  return { theyOweAtMost: hundredths(theyOweAtMost), weOweAtMost: hundredths(weOweAtMost) };
}

export function networkRegistered(state: Ledger, { data }: EventOf<'NetworkRegistered'>): void {
  state.networks.set(data.network, limitsOf(data));
}

export function networkLimitsChanged(
  state: Ledger,
  { data }: EventOf<'NetworkLimitsChanged'>,
): void {
  state.networks.set(data.network, limitsOf(data));
}

import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { accessIn, keyHash } from '../../schemas/keys.ts';
import type { AccessId, MemberId, OrganisationId } from '../../schemas/ids.ts';
import type { Role } from '../../schemas/roles.ts';
import type { Admission } from './admission.ts';
import { stop } from './problems.ts';
import type { Services } from './services.ts';

/** Who may call a route: everybody, anyone with a key, or accesses of some roles. */
export type Policy = 'public' | 'any key' | readonly Role[];

/** The access behind a request. */
export type Caller = {
  readonly accessId: AccessId;
  readonly role: Role;
  readonly organisation?: OrganisationId | undefined;
  readonly member?: MemberId | undefined;
};

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy;
    /** The hash of a token that opens this route as well, and no other. */
    tokenHash?: string | undefined;
  }
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}

const BEARER = 'bearer ';

/**
 * Gives every route a hook of its own that finds out who calls, and lets the call begin when it
 * has its turn, before anything of the body is read. The decision is taken again on the sequencer's
 * draft, so a key that is revoked meanwhile writes nothing. A route that says nothing of who may
 * call it is a mistake, and the service does not start.
 */
export function registerAuthentication(
  app: FastifyInstance,
  services: Services,
  admission: Admission,
): void {
  const routes: RouteOptions[] = [];
  app.decorateRequest('caller', undefined);
  app.addHook('onRoute', (route) => {
    routes.push(route);
    route.onRequest = (request, reply, done) => {
      let refused: Error | undefined;
      try {
        const policy = policyOf(route);
        if (policy !== 'public' && !hasToken(request, route)) {
          request.caller = authenticate(request, policy, services);
        }
      } catch (error) {
        refused = error as Error;
      }
      admission.begin(request, reply, () => done(refused), done);
    };
  });
  app.addHook('onReady', async () => routes.forEach(policyOf));
}

function policyOf({ config, url }: RouteOptions): Policy {
  if (config?.policy === undefined) throw new Error(`the route ${url} has no policy`);
  return config.policy;
}

/** Whether a request brings the token of its route instead of a key. */
function hasToken({ headers }: FastifyRequest, { config }: RouteOptions): boolean {
  const { tokenHash } = config ?? {};
  if (tokenHash === undefined) return false;
  const sent = bearerIn(headers.authorization);
  // Hashes, as with keys: the time that it takes says nothing of the token.
  return sent !== undefined && keyHash(sent) === tokenHash;
}

function bearerIn(header: string | undefined): string | undefined {
  if (header?.slice(0, BEARER.length).toLowerCase() !== BEARER) return undefined;
  return header.slice(BEARER.length);
}

/**
 * The access behind a request, if it may call.
 * @throws RefusedError
 */
export function authenticate(request: FastifyRequest, policy: Policy, services: Services): Caller {
  const caller = callerOf(request.headers.authorization, services) ?? stop('unauthenticated');
  if (typeof policy !== 'string' && !policy.includes(caller.role)) {
    stop('forbidden', { role: caller.role, roles: policy.join(' or ') });
  }
  return caller;
}

function callerOf(header: string | undefined, { sequencer, now_ms }: Services): Caller | undefined {
  const key = bearerIn(header);
  if (key === undefined) return undefined;
  const accessId = accessIn(key);
  const { ledger } = sequencer;
  const access = accessId && ledger.accesses.get(accessId);
  if (!accessId || !access || access.revoked) return undefined;
  // Both are hashes: whoever times this comparison learns nothing that leads towards a key.
  if (keyHash(key) !== access.keyHash) return undefined;
  const { role, organisation, member, expiresOn } = access;
  if (expiresOn !== undefined && expiresOn < ledger.calendar(now_ms())) return undefined;
  if (access.suspended) stop('access_suspended');
  return { accessId, role, organisation, member };
}

/** The caller of a route that takes a key. */
export function callerIn(request: FastifyRequest): Caller {
  return request.caller ?? stop('unauthenticated');
}

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Policy } from '../../src/http/authentication.ts';
import { buildApp } from '../../src/http/app.ts';
import type { Services } from '../../src/http/services.ts';

/** A route as the service registered it. HEAD goes with its GET and is left out. */
export type Route = {
  readonly method: string;
  readonly url: string;
  readonly policy: Policy | undefined;
};

/** Every route of the service, with who may call it, from the app's own registrations. */
export async function routesOf(services: Services): Promise<readonly Route[]> {
  const seen: RouteOptions[] = [];
  const listen = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', (route) => {
      seen.push(route);
    });
  };
  // The hook must stand before the first route, and this channel is told of an app as it is made.
  subscribe('fastify.initialization', listen);
  const app = await buildApp(services).finally(() => unsubscribe('fastify.initialization', listen));
  await app.ready();
  await app.close();
  return seen.flatMap(({ method, url, config }) =>
    [method]
      .flat()
      .filter((verb) => verb !== 'HEAD')
      .map((verb) => ({ method: verb, url, policy: config?.policy })),
  );
}

/** The name of a route as tests and people write it. */
export function nameOf({ method, url }: Pick<Route, 'method' | 'url'>): string {
  return `${method} ${url}`;
}

/** Puts an id wherever a route takes one. */
export function filled(url: string, id: string): string {
  return url.replace(/:\w+/g, id);
}

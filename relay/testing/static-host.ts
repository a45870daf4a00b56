import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getTransformedRoutes, isHandler, type RouteWithSrc } from '@vercel/routing-utils';
import { ROOT } from '../tools/project.ts';

/** What `vercel.json` makes of an address. */
export interface StaticAnswer {
  readonly headers: Readonly<Record<string, string>>;
  /** What is served if there is no file at the address; undefined if nothing is. */
  readonly fallback: { readonly path: string; readonly status: number } | undefined;
}

/** The configuration of the page on a host of static files, as it is written. */
export function readStaticHost(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(ROOT, 'vercel.json'), 'utf8')) as Record<string, unknown>;
}

/**
 * Reads the configuration as the host's own library does.
 *
 * @returns what answers for a path
 * @throws Error if the library does not accept the configuration
 */
export function staticHost(): (path: string) => StaticAnswer {
  const { routes, error } = getTransformedRoutes(readStaticHost());
  if (routes === null) throw error ?? new Error('vercel.json has no routes.');
  const files = routes.findIndex((route) => isHandler(route) && route.handle === 'filesystem');
  const matching = (path: string, from: number, to?: number) =>
    routes
      .slice(from, to)
      .filter((route): route is RouteWithSrc => !isHandler(route))
      .filter(({ src }) => new RegExp(src).test(path));
  return (path) => {
    const headers = matching(path, 0, files).map((route) => route.headers ?? {});
    const [rewrite] = matching(path, files + 1);
    return {
      headers: Object.assign({}, ...headers) as Record<string, string>,
      fallback:
        rewrite?.dest === undefined
          ? undefined
          : { path: rewrite.dest, status: rewrite.status ?? 200 },
    };
  };
}

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type MiddlewareHandler } from 'hono';
import { accepts } from 'hono/accepts';
import { etag } from 'hono/etag';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { documentBelow } from './base-path.ts';
import { isByteRange } from './byte-range.ts';

/** What puts the call into pages of other origins: the script that they load, and what it frames. */
export const EMBED_PATHS = { script: '/embed.js', frame: '/embed.html' } as const;

/** With what stands compressed beside them. */
const OF_EMBED = /^\/embed\.(js|html)(\.\w+)?$/;

/**
 * The built page. Files under `assets/` carry a hash of their content in their name and are kept
 * by browsers for good; everything else is asked for anew each time, and sent again only if it changed.
 * The page's own addresses are answered with its one document.
 *
 * Pages elsewhere take the files of a call from here (`client.json` names them). They are no secret,
 * and a page that may not call is to read that from the relay's answer: all may have them.
 *
 * @param root - folder of the built page
 * @param base - the path that the relay stands below, `/` if none
 * @param isEmbedded - whether pages of other origins may show the call
 */
export function page(root: string, base: string, isEmbedded: boolean): Hono {
  const app = new Hono();
  if (!existsSync(root)) return app;
  const files = (caching: string, path?: string) =>
    serveStatic({
      root,
      ...(path === undefined ? {} : { path }),
      precompressed: true,
      onFound: (_path, c) => c.header('Cache-Control', caching),
    });
  const tag = etag();
  const documentOf = (name: string): MiddlewareHandler =>
    base === '/'
      ? files('no-cache', name)
      : async (c, next) => {
          const html = await readDocument(join(root, name), base);
          return html === undefined ? next() : c.html(html, 200, { 'Cache-Control': 'no-cache' });
        };
  const index = documentOf('index.html');
  app.use(onlyReadableRanges);
  if (isEmbedded) {
    // Its address stays the same: each visitor asks again within minutes of an update.
    app.get(EMBED_PATHS.script, tag, files('public, max-age=300'));
    app.get(EMBED_PATHS.frame, tag, documentOf('embed.html'));
  }
  if (base !== '/') {
    for (const path of ['/', '/index.html']) app.get(path, tag, index);
    // Links of a page without the slash would lead beside it.
    app.get(base.slice(0, -1), (c) => c.redirect(base + new URL(c.req.url).search, 308));
  }
  for (const path of ['/client.json', '/assets/*']) {
    app.use(path, (c, next) => {
      c.header('Access-Control-Allow-Origin', '*');
      return next();
    });
  }
  app.use('/assets/*', files('public, max-age=31536000, immutable'));
  const others = files('no-cache');
  app.use(
    '*',
    // Asking anew then costs a few hundred bytes. The tag would be that of the part that is sent.
    (c, next) => (c.req.header('range') === undefined ? tag(c, next) : next()),
    (c, next) => (!isEmbedded && OF_EMBED.test(c.req.path) ? next() : others(c, next)),
  );
  for (const path of Object.values(PAGE_PATHS)) {
    app.get(path, tag, index);
  }
  app.get('*', notFoundPage(join(root, '404.html'), base));
  return app;
}

/** A `Range` that is not valid, or holds for another version, counts as none (RFC 9110 §14.2, §13.1.5). */
const onlyReadableRanges: MiddlewareHandler = async (c, next) => {
  if (!isByteRange(c.req.header('range')) || c.req.header('if-range') !== undefined) {
    c.req.raw.headers.delete('range');
  }
  await next();
  // Of the file's own caching: a range beyond its end must not be cached for a year.
  if (c.res.status === 416) c.header('Cache-Control', 'no-store');
};

/** @returns undefined if there is no such file */
async function readDocument(path: string, base: string): Promise<string | undefined> {
  const html = await readFile(path, 'utf8').catch(() => undefined);
  return html === undefined ? undefined : documentBelow(html, base);
}

/** Shows a person in a browser what a program gets as JSON. */
function notFoundPage(path: string, base: string): MiddlewareHandler {
  return async (c, next) => {
    const type = accepts(c, {
      header: 'Accept',
      supports: ['application/json', 'text/html'],
      default: 'application/json',
    });
    c.header('Vary', 'Accept', { append: true });
    const html = type === 'text/html' && (await readDocument(path, base));
    if (!html) return next();
    c.set('errorCode', 'not_found');
    c.header('Cache-Control', 'no-cache');
    return c.html(html, 404);
  };
}

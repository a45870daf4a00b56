import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type MiddlewareHandler } from 'hono';
import { accepts } from 'hono/accepts';
import { etag } from 'hono/etag';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { isByteRange } from './byte-range.ts';

/**
 * The built page. Files under `assets/` carry a hash of their content in their name and are kept
 * by browsers for good; everything else is asked for anew each time, and sent again only if it changed.
 * The page's own addresses are answered with its one document.
 *
 * @param root - folder of the built page
 */
export function page(root: string): Hono {
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
  app.use(onlyReadableRanges);
  app.use('/assets/*', files('public, max-age=31536000, immutable'));
  app.use(
    '*',
    // Asking anew then costs a few hundred bytes. The tag would be that of the part that is sent.
    (c, next) => (c.req.header('range') === undefined ? tag(c, next) : next()),
    files('no-cache'),
  );
  for (const path of Object.values(PAGE_PATHS)) {
    app.get(path, tag, files('no-cache', 'index.html'));
  }
  app.get('*', notFoundPage(join(root, '404.html')));
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

/** Shows a person in a browser what a program gets as JSON. */
function notFoundPage(path: string): MiddlewareHandler {
  return async (c, next) => {
    const type = accepts(c, {
      header: 'Accept',
      supports: ['application/json', 'text/html'],
      default: 'application/json',
    });
    c.header('Vary', 'Accept', { append: true });
    const html = type === 'text/html' && (await readFile(path, 'utf8').catch(() => undefined));
    if (!html) return next();
    c.set('errorCode', 'not_found');
    c.header('Cache-Control', 'no-cache');
    return c.html(html, 404);
  };
}

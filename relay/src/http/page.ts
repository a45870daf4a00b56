import { existsSync } from 'node:fs';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { etag } from 'hono/etag';

/**
 * The built page. Files under `assets/` carry a hash of their content in their name and are kept
 * by browsers for good; everything else is asked for anew each time, and sent again only if it changed.
 *
 * @param root - folder of the built page
 */
export function page(root: string): Hono {
  const app = new Hono();
  if (!existsSync(root)) return app;
  const files = (caching: string) =>
    serveStatic({
      root,
      precompressed: true,
      onFound: (_path, c) => c.header('Cache-Control', caching),
    });
  app.use('/assets/*', files('public, max-age=31536000, immutable'));
  // Asking anew then costs a few hundred bytes.
  app.use('*', etag(), files('no-cache'));
  return app;
}

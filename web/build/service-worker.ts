import { skipWaiting } from 'workbox-core';
import { ExpirationPlugin } from 'workbox-expiration';
import {
  cleanupOutdatedCaches,
  precacheAndRoute,
  PrecacheFallbackPlugin,
} from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
import { CacheFirst, NetworkOnly } from 'workbox-strategies';
import type { WorkboxPlugin } from 'workbox-core';
import type { PrecacheEntry } from 'workbox-precaching';

/** What the first screen needs, put in by the build. */
declare const FIRST_SCREEN: PrecacheEntry[];

// Their types leave callbacks undefined, which Workbox's own do not allow.
const fallback = new PrecacheFallbackPlugin({ fallbackURL: 'index.html' }) as WorkboxPlugin;
const expiration = new ExpirationPlugin({ maxEntries: 60 }) as WorkboxPlugin;

// It keeps nothing that an open tab needs.
skipWaiting();
// Else `/` would be answered with the kept page, of an older build, for as long as a tab is open.
precacheAndRoute(FIRST_SCREEN, { directoryIndex: '' });
cleanupOutdatedCaches();
// The relay's newest page goes before the kept one, so that a relay and its page are of one version
// whenever there is a network. An error of the relay is shown as it is.
registerRoute(
  ({ request, sameOrigin }) => sameOrigin && request.mode === 'navigate',
  new NetworkOnly({ plugins: [fallback] }),
);
// Their names change with their content. The detector is large, and of no use offline.
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && /\/assets\/[^/]*\.(js|css)$/.test(url.pathname),
  new CacheFirst({
    cacheName: 'assets',
    plugins: [
      expiration,
      {
        // Some hosts answer with a page in place of a file that they do not have.
        cacheWillUpdate: async ({ response }) =>
          response.ok && !/html/.test(response.headers.get('content-type') ?? '') ? response : null,
      },
    ],
  }),
);

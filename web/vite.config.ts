import react from '@vitejs/plugin-react';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:zlib';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import type { ManifestTransform } from 'workbox-build';
import { lateImports } from './build/late-imports.ts';
import { writeSileroWeights } from './build/silero-weights-file.ts';

/** Where `vite dev` finds the relay. */
const RELAY = process.env['RELAY_URL'] ?? 'http://localhost:8787';

/** What the page is made of: loaded before anything can be pressed, so every byte counts. */
const TEXT = { files: /\.(html|css|js|svg|json|webmanifest)$/, brotliQuality: 11 };
/** Brotli's best setting saves nothing of the speech detector's weights over this one. */
const DETECTOR = { files: /\.bin$/, brotliQuality: 5 };

/** A person who starts Parley on a busy machine has no use for a list of slow plugins. */
const QUIET_CHECKS = { bundlerTimings: false };

/** What is fetched later, if at all, is kept when it is fetched. */
const firstScreenOnly: ManifestTransform = async (entries) => {
  const html = await readFile(new URL('dist/index.html', import.meta.url), 'utf8');
  const manifest = entries.filter(({ url }) => !url.startsWith('assets/') || html.includes(url));
  return { manifest };
};

export default defineConfig({
  resolve: { alias: { 'virtual:silero-weights?url': `${await writeSileroWeights()}?url` } },
  plugins: [react(), lateImports(), installable(), compressed(TEXT), compressed(DETECTOR)],
  worker: { format: 'es', rolldownOptions: { checks: QUIET_CHECKS } },
  build: {
    target: 'baseline-widely-available',
    manifest: true,
    sourcemap: false,
    // The page's content security policy has no `data:`: worklets and models stay files.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: ['index.html', '404.html'],
      checks: QUIET_CHECKS,
      // In one file it compresses better than in the ten that parts fetched later would make of it.
      // The page for wrong addresses has nothing in common with it.
      output: {
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'], test: /^(?!.*(404\.html|not-found\.css))/ },
          ],
        },
      },
    },
  },
  optimizeDeps: {
    // Found only in the media worker, which Vite does not scan: found late, they would make the
    // page reload in the middle of the first call.
    include: ['fft.js', '@parley/shared > zod'],
  },
  server: {
    proxy: {
      '/api': { target: RELAY, ws: true },
      '/health': { target: RELAY },
      '/ws': { target: RELAY, ws: true },
    },
  },
});

/** Files of a kind, compressed beside themselves at build time. */
function compressed({ files, brotliQuality }: typeof TEXT): Plugin {
  return compression({
    include: files,
    threshold: 1_024,
    algorithms: [
      defineAlgorithm('gzip', { level: 9 }),
      defineAlgorithm('brotliCompress', {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
          [constants.BROTLI_PARAM_LGWIN]: 22,
        },
      }),
    ],
    logLevel: 'silent',
  });
}

/**
 * The page as an app that opens without a network: the manifest, and a service worker that keeps
 * what the first screen needs. The relay's newest page goes before the kept one, so that a relay
 * and its page are of one version whenever there is a network.
 */
function installable() {
  return VitePWA({
    // The page registers it when nothing else is to be loaded, and links the manifest by itself.
    injectRegister: null,
    includeManifestIcons: false,
    manifest: {
      name: 'Parley',
      short_name: 'Parley',
      description: 'Press one button and talk. Parley hears you and answers aloud.',
      // All relative to the manifest.
      start_url: './',
      scope: './',
      display: 'standalone',
      background_color: '#fbfaf7',
      theme_color: '#fbfaf7',
      categories: ['productivity', 'utilities'],
      icons: [
        { src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' },
        { src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png' },
        {
          src: 'icons/maskable-512.png',
          sizes: '512x512',
          type: 'image/png',
          purpose: 'maskable',
        },
      ],
    },
    workbox: {
      globPatterns: ['index.html', 'favicon.svg', 'theme.js', 'assets/*.{js,css}'],
      manifestTransforms: [firstScreenOnly],
      navigateFallback: null,
      // Else `/` would be answered with the kept page, of an older build, for as long as a tab is open.
      directoryIndex: null,
      // It keeps nothing that an open tab needs.
      skipWaiting: true,
      // An error of the relay is shown as it is: only a network that is not there is stood in for.
      runtimeCaching: [
        {
          urlPattern: ({ request, sameOrigin }) => sameOrigin && request.mode === 'navigate',
          handler: 'NetworkOnly',
          options: { precacheFallback: { fallbackURL: 'index.html' } },
        },
        {
          // Their names change with their content. The detector is large, and of no use offline.
          urlPattern: ({ url, sameOrigin }) =>
            sameOrigin && /\/assets\/[^/]*\.(js|css)$/.test(url.pathname),
          handler: 'CacheFirst',
          options: {
            cacheName: 'assets',
            expiration: { maxEntries: 60 },
            plugins: [
              {
                // Some hosts answer with a page in place of a file that they do not have.
                cacheWillUpdate: async ({ response }) =>
                  response.ok && !/html/.test(response.headers.get('content-type') ?? '')
                    ? response
                    : null,
              },
            ],
          },
        },
      ],
    },
  });
}

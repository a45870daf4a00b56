import react from '@vitejs/plugin-react';
import { constants } from 'node:zlib';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';
import { defineConfig, type Plugin } from 'vite';
import { clientFiles } from './build/client-files.ts';
import { embed } from './build/embed.ts';
import { lateImports } from './build/late-imports.ts';
import { offline } from './build/offline.ts';
import { writeSileroWeights } from './build/silero-weights-file.ts';

/** Where `vite dev` finds the relay. */
const RELAY = process.env['RELAY_URL'] ?? 'http://localhost:8787';

/** What the page is made of: loaded before anything can be pressed, so every byte counts. */
const TEXT = { files: /\.(html|css|js|svg|json|webmanifest)$/, brotliQuality: 11 };
/** Brotli's best setting saves nothing of the speech detector's weights over this one. */
const DETECTOR = { files: /\.bin$/, brotliQuality: 5 };

/** A person who starts Parley on a busy machine has no use for a list of slow plugins. */
const QUIET_CHECKS = { bundlerTimings: false };

const ofCalls = clientFiles();
const RESOLVE = {
  alias: { 'virtual:silero-weights?url': `${await writeSileroWeights()}?url` },
};

const WORKER = { format: 'es', rolldownOptions: { checks: QUIET_CHECKS } } as const;

export default defineConfig({
  resolve: RESOLVE,
  plugins: [
    react(),
    lateImports(),
    ofCalls.page,
    compressed(TEXT),
    compressed(DETECTOR),
    offline([compressed(TEXT)]),
    embed({
      resolve: RESOLVE,
      worker: WORKER,
      checks: QUIET_CHECKS,
      plugins: () => [react(), lateImports(), compressed(TEXT)],
    }),
  ],
  worker: { ...WORKER, plugins: () => [ofCalls.worker()] },
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
    include: ['@parley/shared > fft.js', '@parley/shared > zod'],
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

import react from '@vitejs/plugin-react';
import { constants } from 'node:zlib';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';
import { defineConfig, type Plugin } from 'vite';

/** Where `vite dev` finds the relay. */
const RELAY = process.env['RELAY_URL'] ?? 'http://localhost:8787';

/** What the page is made of: loaded before anything can be pressed, so every byte counts. */
const TEXT = { files: /\.(html|css|js|svg|json|webmanifest)$/, brotliQuality: 11 };
/**
 * Brotli's best setting takes minutes for the speech detector's 14 MB of wasm and saves little
 * over this one; everything is served with far-future caching, so it is fetched once.
 */
const DETECTOR = { files: /\.(wasm|onnx)$/, brotliQuality: 9 };

/** A person who starts Parley on a busy machine has no use for a list of slow plugins. */
const QUIET_CHECKS = { bundlerTimings: false };

export default defineConfig({
  plugins: [react(), compressed(TEXT), compressed(DETECTOR)],
  worker: { format: 'es', rolldownOptions: { checks: QUIET_CHECKS } },
  build: {
    target: 'baseline-widely-available',
    manifest: true,
    sourcemap: false,
    // The page's content security policy has no `data:`: worklets and models stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The detector's runtime is large by nature and loaded apart from the page.
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: { input: ['index.html', '404.html'], checks: QUIET_CHECKS },
  },
  optimizeDeps: {
    // Found only in the media worker, which Vite does not scan: found late, they would make the
    // page reload in the middle of the first call.
    include: [
      'onnxruntime-web/wasm',
      '@ricky0123/vad-web/dist/models/silero',
      '@parley/shared > zod',
    ],
  },
  server: {
    proxy: {
      '/api': { target: RELAY, ws: true },
      '/health': { target: RELAY },
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

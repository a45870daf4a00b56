import react from '@vitejs/plugin-react';
import { constants } from 'node:zlib';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';
import { defineConfig } from 'vite';

/** Where `vite dev` finds the relay. */
const RELAY = process.env['RELAY_URL'] ?? 'http://localhost:8787';

/**
 * Brotli's best setting takes minutes for the speech detector's 14 MB of wasm and saves little
 * over this one; everything is served with far-future caching, so it is fetched once.
 */
const BROTLI_QUALITY = 9;

export default defineConfig({
  plugins: [
    react(),
    compression({
      include: /\.(html|css|js|svg|json|webmanifest|wasm|onnx)$/,
      threshold: 1_024,
      algorithms: [
        defineAlgorithm('gzip', { level: 9 }),
        defineAlgorithm('brotliCompress', {
          params: {
            [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
            [constants.BROTLI_PARAM_LGWIN]: 22,
          },
        }),
      ],
      logLevel: 'silent',
    }),
  ],
  worker: { format: 'es' },
  build: {
    target: 'baseline-widely-available',
    manifest: true,
    sourcemap: false,
    // The page's content security policy has no `data:`: worklets and models stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The detector's runtime is large by nature and loaded apart from the page.
    chunkSizeWarningLimit: 1_000,
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

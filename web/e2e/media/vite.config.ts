import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { lateImports } from '../../build/late-imports.ts';
import { writeSileroWeights } from '../../build/silero-weights-file.ts';

/** Builds the test page as the real page is built, without the user interface. */
export default defineConfig({
  root: fileURLToPath(new URL('./page', import.meta.url)),
  resolve: { alias: { 'virtual:silero-weights?url': `${await writeSileroWeights()}?url` } },
  plugins: [lateImports()],
  worker: { format: 'es' },
  build: {
    assetsInlineLimit: 0,
  },
  logLevel: 'error',
});

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce } from '../support/build-once.ts';

const MEDIA = fileURLToPath(new URL('.', import.meta.url));
const SOURCES = [
  'page',
  'vite.config.ts',
  '../../build',
  '../../src',
  '../../package.json',
  '../../../shared/src',
  '../../../pnpm-lock.yaml',
];

/**
 * Builds the engine's test page, unless it was built from the same files.
 *
 * @returns the folder of the built page
 */
export function buildEnginePage(): Promise<string> {
  return buildOnce({
    dist: join(MEDIA, 'dist'),
    sources: SOURCES.map((path) => join(MEDIA, path)),
    async build(outDir) {
      // Takes longer to load than the built page to be served.
      const { build } = await import('vite');
      await build({ configFile: join(MEDIA, 'vite.config.ts'), build: { outDir } });
    },
  });
}

import { lateImports } from '../../../build/late-imports.ts';
import { writeSileroWeights } from '../../../build/silero-weights-file.ts';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { servePage } from '../../support/page-server.ts';
import { buildOnce } from '../../support/build-once.ts';

const WEB = fileURLToPath(new URL('../../../', import.meta.url));
const PAGE = 'e2e/ui/support/harness.html';
const SOURCES = [
  'e2e/ui/support',
  'build',
  'src',
  'public',
  'package.json',
  '../shared/src',
  '../pnpm-lock.yaml',
];

export interface HarnessServer extends AsyncDisposable {
  /** Address of the page, without a query. */
  readonly url: string;
}

/**
 * Builds the page with the scripted engine, unless it was built from the same files.
 *
 * @returns the folder of the built page
 */
export function buildHarness(): Promise<string> {
  return buildOnce({
    dist: join(WEB, 'e2e/ui/dist'),
    sources: SOURCES.map((path) => join(WEB, path)),
    async build(outDir) {
      // Takes longer to load than the built page to be served.
      const [{ build }, { default: react }] = await Promise.all([
        import('vite'),
        import('@vitejs/plugin-react'),
      ]);
      await build({
        configFile: false,
        root: WEB,
        logLevel: 'error',
        plugins: [react(), lateImports()],
        // The engine is not used, but it stands behind the client's entry.
        resolve: { alias: { 'virtual:silero-weights?url': `${await writeSileroWeights()}?url` } },
        worker: { format: 'es' },
        build: {
          outDir,
          assetsInlineLimit: 0,
          rollupOptions: { input: join(WEB, PAGE) },
        },
      });
    },
  });
}

/** Serves the page with the scripted engine on a free port, with the relay's content security policy. */
export async function startHarnessServer(): Promise<HarnessServer> {
  const server = await servePage(await buildHarness());
  return {
    url: `${server.origin}/${PAGE}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

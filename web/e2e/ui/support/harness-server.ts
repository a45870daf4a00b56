import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { servePage } from '../../support/page-server.ts';

const WEB = fileURLToPath(new URL('../../../', import.meta.url));
const PAGE = 'e2e/ui/support/harness.html';

export interface HarnessServer extends AsyncDisposable {
  /** Address of the page, without a query. */
  readonly url: string;
}

/**
 * Builds the page with the scripted engine and serves it on a free port, with the relay's content
 * security policy.
 *
 * @param name - tells builds apart that are made and served at the same time
 */
export async function startHarnessServer(name: string): Promise<HarnessServer> {
  const outDir = join(WEB, 'e2e/ui/dist', name);
  await build({
    configFile: false,
    root: WEB,
    logLevel: 'error',
    plugins: [react()],
    build: {
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: join(WEB, PAGE) },
    },
  });
  const server = await servePage(outDir);
  return {
    url: `${server.origin}/${PAGE}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

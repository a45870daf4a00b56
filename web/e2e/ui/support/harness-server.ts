import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build, preview } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const webRoot = fileURLToPath(new URL('../../../', import.meta.url));
const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** As strict as the relay's own: what it would forbid must fail here too. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
].join('; ');

export interface HarnessServer {
  /** Address of the page, without a query. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Builds the page with the scripted engine and serves it on a free port.
 *
 * @param name - tells builds apart that are made and served at the same time
 */
export async function startHarnessServer(name: string): Promise<HarnessServer> {
  const outDir = join(dist, name);
  const shared = { configFile: false, root: webRoot, logLevel: 'error' } as const;
  await build({
    ...shared,
    plugins: [react()],
    build: {
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: `${here}harness.html` },
    },
  });
  const server = await preview({
    ...shared,
    build: { outDir },
    preview: {
      port: 0,
      host: '127.0.0.1',
      headers: { 'content-security-policy': CONTENT_SECURITY_POLICY },
    },
  });
  const origin = server.resolvedUrls?.local[0] ?? server.resolvedUrls?.network[0];
  if (origin === undefined) throw new Error('the harness server has no address');
  return {
    url: new URL('e2e/ui/support/harness.html', origin).href,
    close: () => server.close(),
  };
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@parley/relay/testing';
import { expect } from '@playwright/test';
import { startNetworkProxy } from '../call/support/network-proxy.ts';
import { EMBEDDED_PROVIDERS, startRealRelay } from '../call/support/real-relay.ts';
import { test } from '../call/support/call-test.ts';
import { writeConsumerApp } from '../consumer/consumer-app.ts';
import { holdTwoCalls, openConsumerPage } from '../consumer/consumer-page.ts';
import { listen, sendFile } from '../support/page-server.ts';

/** What `npm run lab -- consumer` says: the package's tarball, and a folder for images if not ''. */
const given = JSON.parse(process.env['LAB_CONSUMER'] ?? '{}') as {
  readonly tarball?: string;
  readonly shots?: string;
};

const VITE_CONFIG = `import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
export default defineConfig({ plugins: [react()] });
`;

test.skip(given.tarball === undefined, 'Needs the registry: npm run lab -- consumer.');
test.describe.configure({ timeout: 300_000 });

/** A developer's first steps: the tarball and all else from the registry, types, a build. */
function makeApp(folder: string, tarball: string): void {
  writeConsumerApp(folder);
  writeFileSync(join(folder, 'vite.config.js'), VITE_CONFIG);
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'web/package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const wanted = ['react', 'react-dom', 'vite', '@vitejs/plugin-react'].map(
    (name) => `${name}@${dependencies[name]}`,
  );
  const run = (program: string, ...rest: readonly string[]) =>
    execFileSync(program, rest, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const types = ['@types/react', '@types/react-dom', 'typescript'];
  run('npm', 'install', '--no-audit', '--no-fund', tarball, ...wanted, ...types);
  run('npx', 'tsc', '-p', '.', '--skipLibCheck', 'false');
  run('npx', 'vite', 'build', '--logLevel', 'warn');
}

test('a fresh app with the tarball, built by Vite, holds two calls with a relay elsewhere', async ({
  browser,
  dataDir,
  builtPage: _builtPage,
}) => {
  await using resources = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'parley-consumer-'));
  resources.defer(() => rmSync(folder, { recursive: true }));
  makeApp(folder, given.tarball!);
  let policy = '';
  const server = createServer((request, response) => {
    response.setHeader('content-security-policy', policy);
    if (!sendFile(response, join(folder, 'dist'), request.url ?? '/'))
      response.writeHead(404).end();
  });
  const host = resources.use(await listen(server));
  const settings = { ...EMBEDDED_PROVIDERS, ALLOWED_ORIGINS: host.origin };
  const relay = resources.use(await startRealRelay(dataDir, settings));
  const one = resources.use(await startNetworkProxy(relay.port));
  const other = resources.use(await startNetworkProxy(relay.port));
  const both = `${one.origin} ${other.origin}`;
  policy = [
    "default-src 'none'",
    `script-src 'self' ${both}`,
    `worker-src blob: ${both}`,
    `connect-src ${both} ${both.replaceAll('http', 'ws')}`,
    "style-src-attr 'unsafe-inline'",
    'img-src data:',
  ].join('; ');
  const { page, complaints } = await openConsumerPage(browser, host.origin);
  await holdTwoCalls(page, [one, other], async () => {
    if (given.shots) await page.screenshot({ path: join(given.shots, 'consumer.png') });
  });
  expect(complaints).toEqual([]);
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { clientExamples, clientPolicies } from '../call/support/client-chapter.ts';
import { startRealRelay, TYPED_PROVIDERS } from '../call/support/real-relay.ts';
import { test } from '../call/support/call-test.ts';
import { listen, sendFile } from '../support/page-server.ts';

/** What `npm run lab -- consumer` says: the package's tarball. */
const { tarball } = JSON.parse(process.env['LAB_CONSUMER'] ?? '{}') as {
  readonly tarball?: string;
};

const BUILD = `import webpack from 'webpack';
webpack({ mode: 'production', entry: './talk.js' }, (error, stats) => {
  console.log(error ?? stats.toString('errors-warnings'));
  process.exit(error || stats.hasErrors() || stats.hasWarnings() ? 1 : 0);
});
`;

test.skip(tarball === undefined, 'Needs the registry: npm run lab -- consumer.');
test.describe.configure({ timeout: 300_000 });

test('a page that webpack builds with the tarball holds a call with a relay elsewhere', async ({
  browser,
  dataDir,
  builtPage: _builtPage,
}) => {
  await using resources = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'parley-webpack-'));
  resources.defer(() => rmSync(folder, { recursive: true }));
  let policy = '';
  const server = createServer((request, response) => {
    response.setHeader('content-security-policy', policy);
    if (!sendFile(response, folder, request.url ?? '/')) response.writeHead(404).end();
  });
  const host = resources.use(await listen(server));
  const settings = { ...TYPED_PROVIDERS, ALLOWED_ORIGINS: host.origin };
  const { port } = resources.use(await startRealRelay(dataDir, settings));
  const relay = `http://localhost:${port}`;
  [policy = ''] = clientPolicies(relay);

  const [html = ''] = clientExamples('html', relay);
  const [talk = ''] = clientExamples('js', relay);
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  writeFileSync(join(folder, 'index.html'), html.replace('/talk.js', '/dist/main.js'));
  writeFileSync(join(folder, 'talk.js'), talk.replace('/parley/index.js', '@parley/client'));
  writeFileSync(join(folder, 'build.js'), BUILD);
  const run = (program: string, ...rest: readonly string[]) =>
    execFileSync(program, rest, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  run('npm', 'install', '--no-audit', '--no-fund', tarball!, 'webpack@5');
  run(process.execPath, 'build.js');

  const context = await browser.newContext();
  resources.defer(() => context.close());
  const complaints: string[] = [];
  context.on('console', (message) => complaints.push(message.text()));
  context.on('weberror', (error) => complaints.push(String(error.error())));
  const page = await context.newPage();
  await page.goto(host.origin);
  await page.getByLabel('Message').fill('what is 7 times 8?');
  await page.getByLabel('Message').press('Enter');
  await expect(page.locator('#captions')).toHaveText(/parley: 7 times 8 is 56\./i);
  expect(complaints).toEqual([]);
});

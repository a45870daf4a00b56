import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '@parley/relay/testing';
import { expect, type Page } from '@playwright/test';
import { test as base } from '../call/support/call-test.ts';
import { startNetworkProxy, type NetworkProxy } from '../call/support/network-proxy.ts';
import { EMBEDDED_PROVIDERS, startRealRelay } from '../call/support/real-relay.ts';
import { startToolModel, type ToolModel } from '../call/support/tool-model.ts';
import { buildOnce } from '../support/build-once.ts';
import { writeConsumerApp, type ConsumerWindow, type OwnCall } from './consumer-app.ts';
import {
  ANSWER,
  assistant,
  holdTwoCalls,
  NOTHING,
  openConsumerPage,
  show,
  startTalking,
} from './consumer-page.ts';
import { heldMedia } from './held-media.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const PACKAGE_SOURCES = ['build', 'src', 'package.json', 'tsconfig.package.json', '../shared/src'];
const DEPENDENCIES = [
  ...['react', 'react/jsx-dev-runtime', 'react-dom/client'],
  ...['@parley/client', '@parley/client/react'],
];

interface AppFixtures {
  readonly page: Page;
  /** Each is an address of the same relay, and counts its connections. */
  readonly relays: readonly [NetworkProxy, NetworkProxy];
}

interface AppWorkerFixtures {
  /** The folder of an app that is not Parley's, served by Vite as to its developer. */
  readonly app: {
    readonly folder: string;
    readonly origin: string;
    /** As if its developer had changed `src/assistant.tsx`. */
    edit(change: (code: string) => string): Promise<void>;
  };
  /** What the relay asks. */
  readonly model: ToolModel;
  /** A relay elsewhere, which lets the app's page in. */
  readonly elsewhere: { readonly port: number };
}

const test = base.extend<AppFixtures, AppWorkerFixtures>({
  app: [
    async ({ builtPage: _builtPage }, use) => {
      const built = await buildOnce({
        dist: join(HERE, 'dist'),
        sources: PACKAGE_SOURCES.map((path) => join(ROOT, 'web', path)),
        build: async (outDir) => runNode('web/build/client-package.ts', 'web/dist', outDir),
      });
      // With this name it stays as long as the package does.
      const folder = `${built}.app-${process.pid}`;
      mkdirSync(join(folder, 'node_modules/@parley'), { recursive: true });
      cpSync(built, join(folder, 'node_modules/@parley/client'), { recursive: true });
      writeConsumerApp(folder);
      const edited = join(folder, 'src/assistant.tsx');
      let change = (code: string) => code;
      const [{ createServer }, { default: react }] = await Promise.all([
        import('vite'),
        import('@vitejs/plugin-react'),
      ]);
      // A build in the process before this one says otherwise, and React would not mount twice.
      const { NODE_ENV = '' } = process.env;
      process.env['NODE_ENV'] = 'development';
      const server = await createServer({
        configFile: false,
        root: folder,
        cacheDir: join(folder, '.vite'),
        plugins: [
          { name: 'edited', transform: (code, id) => (id === edited ? change(code) : undefined) },
          react(),
        ],
        server: { host: '127.0.0.1', port: 0, watch: null },
        // What is found later makes the page reload.
        optimizeDeps: { include: DEPENDENCIES, noDiscovery: true },
        logLevel: 'error',
      });
      await server.listen();
      const { port } = new URL(server.resolvedUrls!.local[0]!);
      const { client } = server.environments;
      await use({
        folder,
        origin: `http://localhost:${port}`,
        edit: async (next) => {
          change = next;
          await client.reloadModule(client.moduleGraph.getModuleById(edited)!);
        },
      });
      await server.close();
      process.env['NODE_ENV'] = NODE_ENV;
      rmSync(folder, { recursive: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  model: [
    async ({ dataDir: _dataDir }, use) => {
      await using model = await startToolModel();
      await use(model);
    },
    { scope: 'worker' },
  ],
  elsewhere: [
    async ({ app, model, dataDir }, use) => {
      const providers = { ...EMBEDDED_PROVIDERS, ...model.settings };
      const settings = { ...providers, ALLOWED_ORIGINS: app.origin };
      await using relay = await startRealRelay(dataDir, settings);
      await use(relay);
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  relays: async ({ elsewhere }, use) => {
    await using one = await startNetworkProxy(elsewhere.port);
    await using other = await startNetworkProxy(elsewhere.port);
    await use([one, other]);
  },
  page: async ({ app, browser }, use) => {
    const { page, complaints } = await openConsumerPage(browser, app.origin);
    await use(page);
    expect(complaints).toEqual([]);
    await page.close();
  },
});

test.describe.configure({ timeout: 120_000 });

/** @throws if its status is not 0 */
function runNode(...[program, ...rest]: readonly [string, ...string[]]): void {
  execFileSync(process.execPath, [program, ...rest], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

test('two calls of an app under StrictMode are held, and leave nothing when they are unmounted', async ({
  page,
  relays,
}) => {
  await holdTwoCalls(page, relays);
});

test('a call that is unmounted while it starts leaves nothing', async ({ page, relays: [one] }) => {
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      await new Promise((resolve) => window.addEventListener('granted', resolve, { once: true }));
      return open(constraints);
    };
  });
  await show(page, one);
  await assistant(page, 1).getByRole('button', { name: 'Talk' }).click();
  await expect(assistant(page, 1).getByRole('button', { name: 'Hang up' })).toBeVisible();
  await show(page);
  await page.evaluate(() => window.dispatchEvent(new Event('granted')));
  await expect
    .poll(() => heldMedia(page))
    .toEqual({
      ...NOTHING,
      microphonesEver: 1,
      contextsEver: 1,
    });
  await expect.poll(() => one.openSockets).toBe(0);
});

test('another address makes another call, and ends the one before', async ({ page, relays }) => {
  const [one, other] = relays;
  await show(page, one);
  await startTalking(page, 1);
  await show(page, other);
  await expect(assistant(page, 1).getByRole('button', { name: 'Talk' })).toBeVisible();
  await expect.poll(() => heldMedia(page)).toMatchObject(NOTHING);
  await expect.poll(() => one.openSockets).toBe(0);
  await assistant(page, 1).getByRole('button', { name: 'Talk' }).click();
  await expect.poll(() => other.openSockets).toBe(1);
  await show(page);
  await expect.poll(() => heldMedia(page)).toMatchObject(NOTHING);
});

test('a call outlives its provider being edited', async ({ page, app, relays: [one] }) => {
  await show(page, one);
  await startTalking(page, 1);
  const held = await heldMedia(page);
  await app.edit((code) => code.replaceAll('Hang up', 'Goodbye'));
  await expect(assistant(page, 1).getByRole('button', { name: 'Goodbye' })).toBeVisible();
  await expect(assistant(page, 1).getByRole('status')).toHaveText('listening');
  expect(await heldMedia(page)).toEqual(held);
  await expect.poll(() => one.openSockets).toBe(1);
  await show(page);
  await expect.poll(() => heldMedia(page)).toMatchObject(NOTHING);
});

test("a call of the app's own outlives the provider, until the app destroys it", async ({
  page,
  relays: [one],
}) => {
  await page.evaluate((relay) => {
    const { app } = window as unknown as ConsumerWindow;
    const own = app.openCall(relay);
    Object.assign(window, { own });
    app.showOwn(own.page);
    own.say('what is 7 times 8?');
  }, one.origin);
  await expect(page.getByRole('listitem')).toHaveText(['what is 7 times 8?', ANSWER]);
  await page.evaluate(() => (window as unknown as ConsumerWindow).app.showOwn());
  await expect(page.getByRole('listitem')).toHaveCount(0);
  expect(one.openSockets).toBe(1);
  expect(await heldMedia(page)).toMatchObject({ contexts: 1, workers: 1 });
  await page.evaluate(() => (window as unknown as OwnWindow).own.close());
  await expect.poll(() => heldMedia(page)).toMatchObject(NOTHING);
  await expect.poll(() => one.openSockets).toBe(0);
});

test('functions of a component run as they were last rendered, without another connection', async ({
  page,
  model,
  relays: [one],
}) => {
  await page.evaluate(
    (relay) => (window as unknown as ConsumerWindow).app.showLamp(relay),
    one.origin,
  );
  await page.getByRole('button', { name: 'Blue' }).click();
  await expect(page.getByRole('status')).toHaveText('blue');
  await expect.poll(() => model.outputs).toEqual(['It is blue now, and was white.']);
  await page.getByRole('button', { name: 'Blue' }).click();
  await expect.poll(() => model.outputs.at(-1)).toBe('It is blue now, and was blue.');
  expect(one.openSockets).toBe(1);
  await page.evaluate(() => (window as unknown as ConsumerWindow).app.showOwn());
  await expect.poll(() => one.openSockets).toBe(0);
});

interface OwnWindow {
  readonly own: OwnCall;
}

test("the documentation's examples compile against the package's types", ({ app }) => {
  runNode('node_modules/typescript/bin/tsc', '-p', app.folder);
});

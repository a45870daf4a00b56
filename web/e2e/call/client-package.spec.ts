import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { expect, type Browser, type Page } from '@playwright/test';
import { buildClientPackage } from '../../build/client-package.ts';
import { installCommandedMicrophone, sayTo } from '../support/commanded-microphone.ts';
import { listen, sendFile, type PageServer } from '../support/page-server.ts';
import { speak } from '../support/speech.ts';
import { clientExamples, clientPolicies } from './support/client-chapter.ts';
import { test as base } from './support/call-test.ts';
import { EMBEDDED_PROVIDERS, startRealRelay, type RealRelay } from './support/real-relay.ts';
import { startToolModel, type ToolModel } from './support/tool-model.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What the README says that a page loads before anything is pressed, compressed, and at most. */
const [, SAID_KB] =
  /`@parley\/client`\S*, (\d+) kB/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
const MAX_FIRST_LOAD_KB = 60;

interface ClientWorkerFixtures {
  /** Folder of the package, as `npm pack` takes it. */
  readonly client: string;
  /** A page of somebody else's, with the package at `/parley/`. */
  readonly host: PageServer & { files: Record<string, string>; policy: string };
  /** What the relay asks. */
  readonly model: ToolModel;
  /** A relay that lets the host's page in. */
  readonly elsewhere: RealRelay;
}

const test = base.extend<object, ClientWorkerFixtures>({
  client: [
    async ({ dataDir, builtPage: _builtPage }, use) => {
      const folder = join(dataDir, 'client');
      await buildClientPackage(join(ROOT, 'web/dist'), folder);
      await use(folder);
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  host: [
    async ({ client }, use) => {
      const page = { files: {} as Record<string, string>, policy: '' };
      const server = createServer((request, response) => {
        const { pathname } = new URL(request.url ?? '/', 'http://localhost');
        response.setHeader('content-security-policy', page.policy);
        const text = page.files[pathname];
        const type = pathname.endsWith('.js') ? 'text/javascript' : 'text/html';
        if (text !== undefined) return response.setHeader('content-type', type).end(text);
        const inPackage = pathname.replace(/^\/parley\//, '/');
        if (!sendFile(response, client, inPackage)) response.writeHead(404).end();
      });
      await using listening = await listen(server);
      await use(Object.assign(page, listening));
    },
    { scope: 'worker' },
  ],
  model: [
    async ({ dataDir: _dataDir }, use) => {
      await using model = await startToolModel();
      await use(model);
    },
    { scope: 'worker' },
  ],
  elsewhere: [
    async ({ host, model, dataDir }, use) => {
      const providers = { ...EMBEDDED_PROVIDERS, ...model.settings };
      const settings = { ...providers, ALLOWED_ORIGINS: host.origin };
      await using relay = await startRealRelay(dataDir, settings);
      await use(relay);
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** What tests need of the example. */
const SHOWN = `call.on('phase', (phase) => (document.body.dataset.phase = phase));
  Object.assign(window, { call });`;

const originOf = ({ port }: Pick<RealRelay, 'port'>) => `http://localhost:${port}`;

/** Opens a page of the host's; `complaints` are all that its browser has to say. */
async function open(browser: Browser, origin: string) {
  await using resources = new AsyncDisposableStack();
  const context = await browser.newContext({ permissions: ['microphone'] });
  resources.defer(() => context.close());
  const complaints: string[] = [];
  const requests: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('console', (message) => complaints.push(message.text()));
  context.on('weberror', (error) => complaints.push(String(error.error())));
  const page = await context.newPage();
  await page.addInitScript(installCommandedMicrophone);
  await page.addInitScript(keepMedia);
  await page.goto(origin);
  const owned = resources.move();
  return { page, complaints, requests, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface HeldWindow {
  readonly call: { destroy(): Promise<void> };
  readonly held: { readonly tracks: MediaStreamTrack[]; readonly contexts: AudioContext[] };
}

/** Runs in the page, before anything of it: keeps what a call opens. */
function keepMedia(): void {
  const held: HeldWindow['held'] = { tracks: [], contexts: [] };
  const { mediaDevices } = navigator;
  const ask = mediaDevices.getUserMedia;
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await ask.call(mediaDevices, constraints);
    held.tracks.push(...stream.getTracks());
    return stream;
  };
  const Context = AudioContext;
  window.AudioContext = class extends Context {
    constructor(options?: AudioContextOptions) {
      super(options);
      // The test's own microphone has another rate.
      if (options?.latencyHint !== undefined) held.contexts.push(this);
    }
  };
  Object.assign(window, { held });
}

/** Runs in the page. */
function heldMedia() {
  const { tracks, contexts } = (window as unknown as HeldWindow).held;
  return {
    tracks: tracks.filter(({ readyState }) => readyState === 'live').length,
    contexts: contexts.filter(({ state }) => state !== 'closed').length,
  };
}

const captions = (page: Page) => page.locator('#captions');

test('a plain module under a strict policy holds a spoken call with a relay elsewhere', async ({
  browser,
  host,
  elsewhere,
}) => {
  const relay = originOf(elsewhere);
  const [html = ''] = clientExamples('html', relay);
  const [module = ''] = clientExamples('js', relay);
  const [policy = ''] = clientPolicies(relay);
  Object.assign(host, { files: { '/': html, '/talk.js': module + SHOWN }, policy });
  const [question] = await speak(['What is seven times eight?'], 'rms');

  await using opened = await open(browser, host.origin);
  const { page, complaints, requests } = opened;
  const detector = page.waitForResponse((response) => response.url().endsWith('.bin'));
  await page.getByRole('button', { name: 'Talk' }).hover();
  await (await detector).finished();
  await page.getByRole('button', { name: 'Talk' }).click();
  await page.waitForFunction(() => document.body.dataset['phase'] === 'listening');
  await sayTo(page, question!);
  await expect(captions(page)).toHaveText(
    /person: what is 7 times 8\?\s+parley: 7 times 8 is 56\./i,
  );
  expect(complaints).toEqual([]);
  expect(elsewhere.complaints).toEqual([]);
  expect(page.workers()).toHaveLength(1);
  expect(await page.evaluate(heldMedia)).toEqual({ tracks: 1, contexts: 1 });
  await page.evaluate(() => (window as unknown as HeldWindow).call.destroy());
  expect(await page.evaluate(heldMedia)).toEqual({ tracks: 0, contexts: 0 });
  await expect.poll(() => page.workers().length).toBe(0);

  // The worker and the detector; Chromium reports no request for a worklet.
  const files = requests.filter((url) => /\/media\.worker-|\.bin$/.test(url));
  expect(files).toHaveLength(2);
  expect(files.filter((url) => !url.startsWith(`${relay}/assets/`))).toEqual([]);
});

test('with its own copy of the files, a page takes nothing but the call from the relay', async ({
  browser,
  host,
  elsewhere,
}) => {
  const relay = originOf(elsewhere);
  const [html = ''] = clientExamples('html', relay);
  const [talk = '', configured = ''] = clientExamples('js', relay);
  const [, policy = ''] = clientPolicies(relay);
  const guest = await fetch(`${relay}/api/v1/auth/guest`, { method: 'POST' });
  const { token } = (await guest.json()) as { readonly token: string };
  const files = {
    '/': html,
    '/talk.js': `import { call } from '/call.js';${talk.replace(/import .*|const call = .*/g, '')}
      ${SHOWN}`,
    '/call.js': configured,
    '/my-token': token,
  };
  Object.assign(host, { files, policy });

  await using opened = await open(browser, host.origin);
  const { page, complaints, requests } = opened;
  await page.getByLabel('Message').fill('what is 7 times 8?');
  await page.getByLabel('Message').press('Enter');
  await expect(captions(page)).toHaveText(/parley: 7 times 8 is 56\./i);
  expect(complaints).toEqual([]);
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
  const ofRelay = requests.filter((url) => url.startsWith(relay));
  expect(ofRelay.filter((url) => !url.startsWith(`${relay}/api/v1/`))).toEqual([]);
  // The page signed it in.
  expect(ofRelay.filter((url) => url.endsWith('/auth/guest'))).toEqual([]);
});

test("the relay's language model calls functions of the page", async ({
  browser,
  host,
  model,
  elsewhere,
}) => {
  const relay = originOf(elsewhere);
  const [html = ''] = clientExamples('html', relay);
  const [talk = '', , functions = ''] = clientExamples('js', relay);
  const [policy = ''] = clientPolicies(relay);
  host.files = {
    '/': html,
    '/talk.js': `import { call } from '/call.js';${talk.replace(/import .*|const call = .*/g, '')}`,
    '/call.js': functions,
    '/orders/7': '{"place":"Leipzig"}',
  };
  host.policy = policy.replace('connect-src', "connect-src 'self'");

  await using opened = await open(browser, host.origin);
  const { page, complaints } = opened;
  const ask = async () => {
    await page.getByLabel('Message').fill('where is my order?');
    await page.getByLabel('Message').press('Enter');
    await expect(captions(page)).toHaveText(/parley: I was told\.$/);
  };
  await ask();
  expect(model.outputs).toEqual(['{"place":"Leipzig"}']);
  expect(complaints).toEqual([]);
  delete host.files['/orders/7'];
  await ask();
  const failure = 'The function order_status failed: There is no order 7.';
  await expect.poll(() => model.outputs.at(-1)).toBe(failure);
  expect(complaints).toContainEqual(expect.stringContaining(`${failure} Error: There is no order`));
});

test('files of another version, and a policy that forbids the worker, are named in a sentence', async ({
  browser,
  host,
  elsewhere,
}) => {
  const relay = originOf(elsewhere);
  const [html = ''] = clientExamples('html', relay);
  const [talk = ''] = clientExamples('js', relay);
  const [policy = ''] = clientPolicies(relay);
  const complaintOf = async (text: string) => {
    await using opened = await open(browser, host.origin);
    await opened.page.getByLabel('Message').fill('hello');
    await opened.page.getByLabel('Message').press('Enter');
    const complained = expect.stringContaining(`files_unusable ${text}`);
    await expect.poll(() => opened.complaints).toContainEqual(complained);
  };
  host.files = {
    '/': html,
    '/talk.js': talk.replace(`url: '${relay}'`, `url: '${relay}', assets: '/old'`),
    '/old/client.json': JSON.stringify({ messages: 'another', worker: 'worker.js' }),
  };
  host.policy = policy.replace('connect-src', "connect-src 'self'");
  await complaintOf(
    `The files of a call at ${host.origin}/old/client.json belong to another version`,
  );

  host.files = { '/': html, '/talk.js': talk };
  host.policy = policy.replace(`worker-src blob: ${relay}`, 'worker-src blob:');
  await complaintOf(`The worker of a call could not be loaded from ${relay}/assets/media.worker-`);
});

test('is small before anything is pressed', async ({ client }) => {
  const loaded = new Set<string>();
  const load = (name: string): void => {
    if (loaded.has(name)) return;
    loaded.add(name);
    const code = readFileSync(join(client, name), 'utf8');
    for (const [, path = ''] of code.matchAll(/^(?:import|export)\b[^'"]*['"](\.[^'"]+)['"]/gm)) {
      load(join(name, '..', path));
    }
  };
  load('index.js');
  const sizes = [...loaded].map(
    (name) => [name, brotliCompressSync(readFileSync(join(client, name))).length] as const,
  );
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  test.info().annotations.push({
    type: 'first load, bytes',
    description: `${total} ${JSON.stringify(Object.fromEntries(sizes))}`,
  });
  expect(total).toBeGreaterThan(5_000);
  expect(total).toBeLessThanOrEqual(Number(SAID_KB) * 1_000);
  expect(Number(SAID_KB)).toBeLessThanOrEqual(MAX_FIRST_LOAD_KB);
});

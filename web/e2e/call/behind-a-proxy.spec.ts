import { freePort, NGINX, RealProxy } from '@parley/relay/testing';
import { expect } from '@playwright/test';
import { sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { openCallPage, stateLines, untilStateLine } from './support/call-page.ts';
import { test } from './support/call-test.ts';
import { captions, untilReplies } from './support/captions.ts';
import { startNetworkProxy } from './support/network-proxy.ts';
import { startRealRelay, TYPED_PROVIDERS } from './support/real-relay.ts';
import { recognise } from './support/sound.ts';

const ANSWER = 'seven times eight is fifty six';
const PASSES_WEBSOCKETS =
  'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;';

test.skip(NGINX === undefined, 'nginx is not installed.');

/** A real relay behind a real nginx, at `http://localhost:PORT` and `path`. */
async function startBehindNginx(
  dataDir: string,
  path: string,
  location: (relay: string) => string,
): Promise<AsyncDisposable & { readonly url: string }> {
  await using parts = new AsyncDisposableStack();
  const [port, relayPort] = [await freePort(), await freePort()];
  const url = `http://localhost:${port}${path}`;
  const settings = { ...TYPED_PROVIDERS, PUBLIC_URL: url, PORT: String(relayPort) };
  parts.use(await startRealRelay(dataDir, settings));
  const block = location(`http://127.0.0.1:${relayPort}`);
  const server = `server { listen 127.0.0.1:${port}; proxy_set_header Host $http_host; ${block} }`;
  parts.use(await RealProxy.nginx(server, port));
  const owned = parts.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test('through a proxy that drops WebSockets, a spoken question is answered by requests alone', async ({
  browser,
  relay,
}) => {
  await using resources = new AsyncDisposableStack();
  const [question] = await speak(['What is seven times eight?'], 'rms');
  const port = await freePort();
  const location = `location / { proxy_pass http://127.0.0.1:${relay.port}; }`;
  const server = `server { listen 127.0.0.1:${port}; proxy_set_header Host $http_host; ${location} }`;
  resources.use(await RealProxy.nginx(server, port));
  const network = resources.use(await startNetworkProxy(port));
  // On a busy machine the line may be judged late; which codec is spoken in is not the subject.
  const settings = { browser, tapped: true, before: choosePcm } as const;
  const call = resources.use(await openCallPage(network.origin, settings));
  const { page, requests } = call;
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await untilStateLine(page, 'Listening');
  for (const turn of [1, 2]) {
    await expect(page.locator('#call-state')).toHaveText('Listening');
    await sayTo(page, question!);
    await untilReplies(page, turn);
  }
  expect((await captions(page)).map(({ text, state }) => `${state}: ${text}`)).toEqual(
    [1, 2].flatMap(() => ['final: what is 7 times 8?', 'completed: 7 times 8 is 56.']),
  );
  const { rateHz, voice } = await readTap(page);
  const heard = stretchesOf(voice, rateHz).map(({ start, end }) => voice.subarray(start, end));
  const whole = Float32Array.from(heard.flatMap((part) => [...part]));
  const answers = `${ANSWER} ${ANSWER}`;
  expect(await recognise([whole], rateHz, [ANSWER, answers])).toEqual([answers]);
  // One session, for all that was tried before.
  expect(await stateLines(page)).not.toContain('Reconnecting, keep talking');
  const paths = requests.map((request) => new URL(request.url()).pathname);
  expect(paths.filter((path) => path === '/api/v1/polls')).toHaveLength(2);
});

test('a proxy that drops WebSockets, and what takes their place, is named, and trying again changes nothing', async ({
  browser,
  builtPage: _builtPage,
  dataDir,
}) => {
  await using served = await startBehindNginx(
    dataDir,
    '',
    (relay) => `location /api/v1/polls { return 403; } location / { proxy_pass ${relay}; }`,
  );
  await using call = await openCallPage(served.url, { browser });
  const { page } = call;
  const line = page.locator('#call-state');
  const blocked = 'The connection for the voice does not get through';
  for (let n = 0; n < 6; n += 1) {
    const before = (await stateLines(page)).length;
    await page.keyboard.press('t');
    await page.getByRole('textbox', { name: 'Message' }).fill('what is 7 times 8?');
    await page.keyboard.press('Enter');
    // The refusal may follow within milliseconds: what was shown is asked for, not what is.
    await untilStateLine(page, 'Connecting', before);
    await expect(line).toHaveText(blocked);
    await expect(page.getByRole('alert').filter({ hasText: 'a WebSocket' })).toContainText(
      'a proxy on the way does not pass it on. Another network may let it through. Those who run this Parley can put it right for all.',
    );
  }
  const lines = await stateLines(page);
  expect(lines.filter((shown) => /Reconnecting|Too many/.test(shown))).toEqual([]);
  const sessions = call.requests.filter((request) => request.url().endsWith('/api/v1/sessions'));
  expect(sessions).toHaveLength(6);
});

for (const [what, ending] of [
  ['passes on', ''],
  ['takes off', '/'],
] as const) {
  test(`the page lives below a path that the proxy ${what}`, async ({
    browser,
    builtPage: _builtPage,
    dataDir,
  }) => {
    await using served = await startBehindNginx(
      dataDir,
      '/voice/',
      (relay) => `location /voice/ { proxy_pass ${relay}${ending}; ${PASSES_WEBSOCKETS} }`,
    );
    const context = { serviceWorkers: 'allow' } as const;
    await using call = await openCallPage(served.url.replace(/\/$/, ''), { browser, context });
    const { page, complaints, requests } = call;
    // Without its slash, as people write it.
    await page.goto(served.url.replace(/\/$/, '?debug'));
    await expect(page).toHaveURL(/\/voice\/\?debug$/);
    await page.goto(served.url);
    await page.getByRole('button', { name: 'What is seven times eight?' }).click();
    await untilReplies(page, 1);
    expect((await captions(page)).at(-1)).toMatchObject({
      text: '7 times 8 is 56.',
    });

    await page.getByRole('button', { name: 'Account and history' }).click();
    await page.getByRole('menuitem', { name: 'History' }).click();
    await expect(page).toHaveURL(`${served.url}history`);
    await page.getByRole('link', { name: 'Calls' }).first().click();
    await expect(page).toHaveURL(`${served.url}sessions`);
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Calls', exact: true })).toBeVisible();
    await page.goto(`${served.url}history/conv_1`);
    await page.getByRole('link', { name: 'Back to the history' }).click();
    await expect(page).toHaveURL(`${served.url}history`);

    const scope = await page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
    expect(scope).toBe(served.url);
    const manifest = page.locator('link[rel="manifest"]').first();
    await expect(manifest).toHaveAttribute('href', '/voice/manifest.webmanifest');
    await page.goto(`${served.url}nowhere`);
    await page.getByRole('link', { name: 'Go to Parley' }).click();
    await expect(page).toHaveURL(served.url);

    const outside = requests
      .map((request) => request.url())
      .filter((url) => {
        return !url.startsWith(served.url.replace(/\/$/, '')) && url.startsWith('http');
      });
    expect(outside).toEqual([]);
    // What is not there says so; nothing of the page's own is missing.
    const notFound = /status of (404|503)/;
    expect(complaints.filter((complaint) => !notFound.test(complaint))).toEqual([]);
  });
}

function choosePcm(): void {
  localStorage.setItem('parley.settings', JSON.stringify({ line: 'pcm16' }));
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { createSession } from './support/api.ts';
import { rawRequest, upgradeRequest } from './support/raw-http.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const DOCUMENT =
  '<!doctype html><meta name="base" content="/"><title>Parley</title><script src="/theme.js"></script><a href="/">home</a><a href="https://x.example/">away</a>';

let folder: string;
let relay: TestRelay;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-page-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), DOCUMENT);
  // Compressed beside it, as the build does: it has no path in its links.
  await writeFile(join(folder, 'index.html.gz'), 'not to be sent');
  await writeFile(join(folder, '404.html'), '<!doctype html><a href="/">Go to Parley</a>');
  await writeFile(join(folder, 'assets/index-1.js'), 'script');
  const env = { PUBLIC_URL: 'https://host.example/our/voice', TRUSTED_PROXIES: '127.0.0.1' };
  relay = await startTestRelay({ pageRoot: folder, env });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const PERSON = { accept: 'text/html', 'accept-encoding': 'gzip, br' };
const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(relay.url + path, { redirect: 'manual', headers: { ...PERSON, ...headers } });

describe.each([
  ['passes it on', '/our/voice'],
  ['takes it off', ''],
])('a relay below a path, behind a proxy that %s', (_, base) => {
  it('serves the page, with links that begin with the path', async () => {
    const paths = Object.values(PAGE_PATHS).map((path) => path.replace(':id', 'conv_1'));
    for (const path of ['/', '/index.html', ...paths]) {
      const response = await get(base + path);
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(await response.text()).toBe(DOCUMENT.replaceAll('="/', '="/our/voice/'));
      const etag = response.headers.get('etag')!;
      expect((await get(base + path, { 'if-none-match': etag })).status).toBe(304);
    }
  });

  it('serves its files, and leads from wrong addresses home', async () => {
    expect(await (await get(`${base}/assets/index-1.js`)).text()).toBe('script');
    const lost = await get(`${base}/nowhere`);
    expect([lost.status, await lost.text()]).toEqual([
      404,
      expect.stringContaining('href="/our/voice/"'),
    ]);
  });

  it('answers the API, and takes WebSockets', async () => {
    expect((await get(`${base}/health`)).status).toBe(200);
    const { ticket, ws_url } = await createSession(relay.url + base);
    expect(ws_url).toBe('wss://host.example/our/voice/api/v1/realtime');
    const headers = { 'Sec-WebSocket-Protocol': `parley.v1, ticket.${ticket}` };
    const change = { target: `${base}/api/v1/realtime`, headers };
    const answer = await rawRequest(relay.url, upgradeRequest(relay.url, change), (text) =>
      text.includes('\r\n\r\n'),
    );
    expect(answer).toMatch(/^HTTP\/1.1 101 /);
  });

  it('redirects to https with the path', async () => {
    const head = 'Host: host.example\r\nX-Forwarded-Proto: http\r\nConnection: close\r\n\r\n';
    const answer = await rawRequest(relay.url, `GET ${base}/history?a=b HTTP/1.1\r\n${head}`);
    expect(answer).toMatch(/^HTTP\/1.1 308 /);
    expect(answer).toMatch(/^location: https:\/\/host\.example\/our\/voice\/history\?a=b\r$/im);
  });
});

it('the path without its slash is redirected, with what was asked', async () => {
  const response = await get('/our/voice?debug');
  expect([response.status, response.headers.get('location')]).toEqual([308, '/our/voice/?debug']);
});

it.each(['/our', '/our/voicemail', '/our/voice/../x', '/other/'])(
  '%s is another address',
  async (path) => {
    const head = 'Host: localhost\r\nConnection: close\r\n\r\n';
    expect(await rawRequest(relay.url, `GET ${path} HTTP/1.1\r\n${head}`)).toMatch(
      /^HTTP\/1.1 404 /,
    );
  },
);

it('a program in absolute form is answered too', async () => {
  const head = 'Host: localhost\r\nConnection: close\r\n\r\n';
  const target = 'http://localhost/our/voice/health';
  expect(await rawRequest(relay.url, `GET ${target} HTTP/1.1\r\n${head}`)).toMatch(
    /^HTTP\/1.1 200 /,
  );
});

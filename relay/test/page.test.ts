import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorResponseSchema, healthResponseSchema } from '@parley/shared';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { systemClock } from '../src/base/lib/clock.ts';
import { Problems } from '../src/base/lib/problems.ts';
import { createSession } from './support/api.ts';
import { rawRequest } from './support/raw-http.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const SCRIPT = 'console.log("a script that compresses well, well, well, well, well");';

let relay: TestRelay;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-page-'));
  const pageRoot = join(folder, 'page');
  await mkdir(join(pageRoot, 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret'), 'not part of the page');
  await writeFile(join(pageRoot, 'index.html'), '<!doctype html><title>Parley</title>');
  await writeFile(join(pageRoot, '404.html'), '<!doctype html><a href="/">Go to Parley</a>');
  await writeFile(join(pageRoot, 'client.json'), '{}');
  await writeFile(join(pageRoot, 'assets/index-3f9a.js'), SCRIPT);
  await writeFile(join(pageRoot, 'assets/index-3f9a.js.br'), brotliCompressSync(SCRIPT));
  relay = await startTestRelay({ pageRoot });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it('serves the page, to be asked for anew each time', async () => {
  const response = await fetch(relay.url);
  expect(await response.text()).toContain('<title>Parley</title>');
  expect(response.headers.get('content-type')).toContain('text/html');
  expect(response.headers.get('cache-control')).toBe('no-cache');
});

it('gives pages elsewhere the files of a call, and nothing else', async () => {
  const readers = async (path: string) => {
    const response = await fetch(relay.url + path, { headers: { origin: 'https://a.example' } });
    return [response.status, response.headers.get('access-control-allow-origin')];
  };
  expect(await readers('/client.json')).toEqual([200, '*']);
  expect(await readers('/assets/index-3f9a.js')).toEqual([200, '*']);
  expect(await readers('/')).toEqual([200, null]);
  expect((await fetch(`${relay.url}/client.json`)).headers.get('cache-control')).toBe('no-cache');
});

it('answers the page’s own addresses with the page, and sends it again only if it changed', async () => {
  for (const path of Object.values(PAGE_PATHS)) {
    const address = relay.url + path.replace(':id', 'conv_8sQ2mZ0xWk4T');
    const response = await fetch(address, { headers: { accept: 'text/html' } });
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toContain('<title>Parley</title>');
    const etag = response.headers.get('etag');
    const again = await fetch(address, { headers: { 'if-none-match': etag! } });
    expect(again.status).toBe(304);
    expect((await fetch(`${address}/a/b`)).status).toBe(404);
  }
});

it('sends the page again only where it changed', async () => {
  const etag = (await fetch(relay.url)).headers.get('etag');
  expect(etag).toMatch(/^"\w+"$/);
  const again = await fetch(relay.url, { headers: { 'if-none-match': etag! } });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
  expect(again.headers.get('cache-control')).toBe('no-cache');
  const changed = await fetch(relay.url, { headers: { 'if-none-match': '"other"' } });
  expect(changed.status).toBe(200);
});

it('serves hashed files to be kept for good, compressed where the browser can', async () => {
  const response = await fetch(`${relay.url}/assets/index-3f9a.js`, {
    headers: { 'accept-encoding': 'br' },
  });
  expect(response.headers.get('content-encoding')).toBe('br');
  expect(response.headers.get('vary')).toMatch(/accept-encoding/i);
  expect(response.headers.get('content-type')).toContain('javascript');
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(await response.text()).toBe(SCRIPT);
});

it('serves them as they are to who cannot', async () => {
  const response = await fetch(`${relay.url}/assets/index-3f9a.js`, {
    headers: { 'accept-encoding': 'identity' },
  });
  expect(response.headers.get('content-encoding')).toBeNull();
  expect(await response.text()).toBe(SCRIPT);
});

it('does not keep a missing file for good', async () => {
  const response = await fetch(`${relay.url}/assets/index-gone.js`);
  expect(response.status).toBe(404);
  expect(response.headers.get('cache-control') ?? '').not.toContain('immutable');
});

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

it.each(['/nowhere', '/a/b/c', '/%', '/%2e%2e/%2e%2e/etc/passwd', '/assets/gone.html'])(
  'leads a person from %s home, and tells a program as JSON',
  async (path) => {
    const forPerson = await fetch(relay.url + path, { headers: { accept: BROWSER } });
    expect(forPerson.status).toBe(404);
    expect(forPerson.headers.get('content-type')).toContain('text/html');
    expect(forPerson.headers.get('cache-control')).toBe('no-cache');
    expect(forPerson.headers.get('vary')).toContain('Accept');
    expect(await forPerson.text()).toContain('href="/"');
    const requestId = forPerson.headers.get('x-request-id')!;
    expect(JSON.parse(await relay.logs.until(requestId))).toMatchObject({
      status: 404,
      code: 'not_found',
    });
    const head = await fetch(relay.url + path, { method: 'HEAD', headers: { accept: BROWSER } });
    expect([head.status, await head.text()]).toEqual([404, '']);

    for (const accept of ['*/*', 'application/json', 'image/avif,*/*;q=0.8']) {
      const forProgram = await fetch(relay.url + path, { headers: { accept } });
      expect(forProgram.status).toBe(404);
      expect(forProgram.headers.get('vary')).toContain('Accept');
      const { error } = errorResponseSchema.parse(await forProgram.json());
      expect(error.code).toBe('not_found');
    }
  },
);

it('tells a browser of an unknown API address what it tells any program', async () => {
  const response = await fetch(`${relay.url}/api/v1/nothing`, { headers: { accept: BROWSER } });
  expect(errorResponseSchema.parse(await response.json()).error.code).toBe('not_found');
});

it.each([
  '/%2e%2e/secret',
  '/..%2fsecret',
  '/assets/..%2f..%2fsecret',
  '/assets/%2e%2e%5csecret',
  '/assets/..\\secret',
  '/assets/%252e%252e/secret',
  '//secret',
  '/assets/index-3f9a.js%00.css',
  '/assets/index-3f9a.js/',
])('leads nowhere: %s', async (path) => {
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  const answer = await rawRequest(relay.url, request);
  expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
  expect(answer).not.toContain('not part of the page');
});

it.each(['HEAD', 'OPTIONS', 'POST', 'DELETE'])('survives %s of page and assets', async (method) => {
  for (const path of ['/', '/assets/index-3f9a.js']) {
    const { status, headers } = await fetch(relay.url + path, { method });
    expect(status).toBe(method === 'HEAD' ? 200 : 404);
    if (method !== 'HEAD') continue;
    expect(Number(headers.get('content-length'))).toBeGreaterThan(0);
  }
});

describe.each(['/', '/assets/index-3f9a.js'])('a range of %s', (path) => {
  const ask = (range: string, more: Record<string, string> = {}) =>
    fetch(relay.url + path, { headers: { range, 'accept-encoding': 'identity', ...more } });
  const whole = async () => (await ask('')).text();

  it.each([
    ['bytes=0-4', 0, 5],
    ['bytes=5-', 5, undefined],
    ['bytes=-3', -3, undefined],
    ['bytes=2-99999999', 2, undefined],
  ])('%s is sent alone', async (range, start, end) => {
    const response = await ask(range);
    expect(response.status).toBe(206);
    expect(await response.text()).toBe((await whole()).slice(start, end));
    expect(response.headers.get('content-range')).toMatch(/^bytes \d+-\d+\/\d+$/);
    // The tag of a part is not the whole's.
    expect(response.headers.get('etag')).toBeNull();
  });

  it.each([
    'nonsense',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=a-b',
    'bytes=5-2',
    'bytes=0-1,3-4',
    'bytes=0-1;',
    'bytes = 0-1',
    '0-4',
    'seconds=0-4',
  ])('that is not one, %s, is ignored', async (range) => {
    const response = await ask(range);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-range')).toBeNull();
    expect(await response.text()).toBe(await whole());
  });

  it.each(['bytes=99999-', 'bytes=99999-100000', 'bytes=-0'])(
    'that begins behind the end, %s, cannot be met',
    async (range) => {
      const response = await ask(range);
      expect(response.status).toBe(416);
      expect(response.headers.get('content-range')).toMatch(/^bytes \*\/\d+$/);
      // The refusal is not to be kept in place of the file.
      expect(response.headers.get('cache-control')).toBe('no-store');
    },
  );

  it('of a version that may be another is answered with the whole', async () => {
    const response = await ask('bytes=0-4', { 'if-range': '"another"' });
    expect([response.status, await response.text()]).toEqual([200, await whole()]);
  });
});

it.each(['/', '/assets/index-3f9a.js', '/api/v1/nothing', '/health'])(
  'guards %s with a strict policy',
  async (path) => {
    const { headers } = await fetch(relay.url + path);
    const policy = headers.get('content-security-policy') ?? '';
    const directives = new Map(
      policy.split(/;\s*/).map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources.join(' ')];
      }),
    );
    expect(directives.get('default-src')).toBe("'none'");
    expect(directives.get('script-src')).toBe("'self'");
    expect(directives.get('frame-ancestors')).toBe("'none'");
    expect(directives.get('base-uri')).toBe("'none'");
    expect(directives.get('object-src') ?? "'none'").toBe("'none'");
    expect(policy).not.toMatch(/\*|http:|'unsafe-eval'/);
    expect(directives.get('style-src')).not.toContain('unsafe-inline');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('permissions-policy')).toContain('microphone=(self)');
    expect(headers.get('x-powered-by')).toBeNull();
  },
);

it('tells whether it is well', async () => {
  const response = await fetch(`${relay.url}/health`);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(healthResponseSchema.parse(await response.json())).toMatchObject({
    status: 'ok',
    version: '0.0.0-test',
    active_connections: 0,
    providers: { transcriber: 'scripted-transcriber' },
    problems: [],
  });
});

it('says that it is starting until its warm-up is over, however that ends', async () => {
  const warm = Promise.withResolvers<void>();
  await using starting = await startTestRelay({ warmUp: () => warm.promise });
  const status = async () =>
    healthResponseSchema.parse(await (await fetch(`${starting.url}/health`)).json()).status;
  expect(await status()).toBe('starting');
  expect((await createSession(starting.url)).ticket).toBeDefined();
  warm.reject(new Error('as the test wants it'));
  await expect.poll(status).toBe('ok');
  await starting.logs.until('the warm-up failed');
});

it.each([
  { name: 'gives back the memory that its start took', calls: 0, collections: 1 },
  { name: 'lets nobody in a call wait for that', calls: 1, collections: 0 },
])('$name', async ({ calls, collections }) => {
  const { gc } = globalThis;
  let collected = 0;
  globalThis.gc = async () => void collected++;
  try {
    const warm = Promise.withResolvers<void>();
    await using starting = await startTestRelay({ warmUp: () => warm.promise });
    await using open = new AsyncDisposableStack();
    for (let call = 0; call < calls; call++) open.use(await TestCall.start(starting.url));
    const health = async () =>
      healthResponseSchema.parse(await (await fetch(`${starting.url}/health`)).json()).status;
    expect([await health(), collected]).toEqual(['starting', 0]);
    warm.resolve();
    await expect.poll(health).toBe('ok');
    expect(collected).toBe(collections);
  } finally {
    globalThis.gc = gc;
  }
});

it('says in its health what is wrong with itself, for as long as it is', async () => {
  const problems = new Problems(systemClock);
  await using troubled = await startTestRelay({ problems });
  const health = async () =>
    healthResponseSchema.parse(await (await fetch(`${troubled.url}/health`)).json());
  problems.report('data_not_written');
  expect(await health()).toMatchObject({
    status: 'ok',
    problems: [{ code: 'data_not_written', since_s: 0 }],
  });
  problems.clear('data_not_written');
  expect(await health()).toMatchObject({ problems: [] });
});

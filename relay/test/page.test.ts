import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { healthResponseSchema } from '@parley/shared';
import { systemClock } from '../src/lib/clock.ts';
import { Problems } from '../src/lib/problems.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const SCRIPT = 'console.log("a script that compresses well, well, well, well, well");';

let relay: TestRelay;
let pageRoot: string;
beforeAll(async () => {
  pageRoot = await mkdtemp(join(tmpdir(), 'parley-page-'));
  await mkdir(join(pageRoot, 'assets'));
  await writeFile(join(pageRoot, 'index.html'), '<!doctype html><title>Parley</title>');
  await writeFile(join(pageRoot, 'assets/index-3f9a.js'), SCRIPT);
  await writeFile(join(pageRoot, 'assets/index-3f9a.js.br'), brotliCompressSync(SCRIPT));
  relay = await startTestRelay({ pageRoot });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await rm(pageRoot, { recursive: true, force: true });
});

it('serves the page, to be asked for anew each time', async () => {
  const response = await fetch(relay.url);
  expect(await response.text()).toContain('<title>Parley</title>');
  expect(response.headers.get('content-type')).toContain('text/html');
  expect(response.headers.get('cache-control')).toBe('no-cache');
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
    expect(directives.get('script-src')).toBe("'self' 'wasm-unsafe-eval'");
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

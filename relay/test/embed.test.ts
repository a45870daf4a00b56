import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRelay } from './support/test-relay.ts';

const PATHS = ['/embed.js', '/embed.html', '/', '/assets/media.worker-3f9a.js', '/health'];

let pageRoot: string;
beforeAll(async () => {
  pageRoot = await mkdtemp(join(tmpdir(), 'parley-embed-'));
  await mkdir(join(pageRoot, 'assets'));
  const html = '<meta name="base" content="/" /><script src="/assets/embed.js"></script>';
  await writeFile(join(pageRoot, 'index.html'), html);
  await writeFile(join(pageRoot, 'embed.html'), html);
  await writeFile(join(pageRoot, 'embed.js'), 'void 0;');
  await writeFile(join(pageRoot, 'embed.js.br'), 'void 0;');
  await writeFile(join(pageRoot, 'assets/media.worker-3f9a.js'), 'void 0;');
});
afterAll(() => rm(pageRoot, { recursive: true, force: true }));

const relayWith = (env: Readonly<Record<string, string>>) => startTestRelay({ pageRoot, env });

/** What each path answers with, of what decides about frames. */
async function answersOf(url: string) {
  const entries = PATHS.map(async (path) => {
    const { status, headers } = await fetch(url + path);
    return [
      path,
      {
        status,
        ancestors: /frame-ancestors ([^;]*)/.exec(
          headers.get('content-security-policy') ?? '',
        )?.[1],
        frameOptions: headers.get('x-frame-options'),
        resources: headers.get('cross-origin-resource-policy'),
        isolation: headers.get('cross-origin-embedder-policy'),
      },
    ] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const CLOSED = {
  status: 200,
  ancestors: "'none'",
  frameOptions: 'DENY',
  resources: 'same-origin',
  isolation: null,
};

describe('the relay', () => {
  it('serves nothing to be framed unless origins are named', async () => {
    await using relay = await relayWith({});
    expect(await answersOf(relay.url)).toEqual({
      '/embed.js': { ...CLOSED, status: 404 },
      '/embed.html': { ...CLOSED, status: 404 },
      '/': CLOSED,
      '/assets/media.worker-3f9a.js': CLOSED,
      '/health': CLOSED,
    });
    expect((await fetch(`${relay.url}/embed.js.br`)).status).toBe(404);
  });

  it('lets the origins that are named frame one document alone', async () => {
    const EMBED_ORIGINS = 'https://www.example.com/, http://localhost:3000';
    await using relay = await relayWith({ EMBED_ORIGINS });
    expect(await answersOf(relay.url)).toEqual({
      '/embed.js': { ...CLOSED, resources: 'cross-origin' },
      '/embed.html': {
        status: 200,
        ancestors: 'https://www.example.com http://localhost:3000',
        frameOptions: null,
        resources: 'cross-origin',
        isolation: 'require-corp',
      },
      '/': CLOSED,
      '/assets/media.worker-3f9a.js': { ...CLOSED, isolation: 'require-corp' },
      '/health': CLOSED,
    });
    const { headers } = await fetch(`${relay.url}/embed.js`);
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    const policy = (await fetch(`${relay.url}/embed.html`)).headers.get('permissions-policy');
    expect(policy).toContain('microphone=(self)');
  });

  it('serves the frame below the path that it stands below', async () => {
    await using relay = await relayWith({
      EMBED_ORIGINS: 'https://www.example.com',
      PUBLIC_URL: 'http://localhost/voice',
    });
    const answer = await fetch(`${relay.url}/voice/embed.html`);
    expect(await answer.text()).toBe(
      '<meta name="base" content="/voice/" /><script src="/voice/assets/embed.js"></script>',
    );
    expect(answer.headers.get('x-frame-options')).toBeNull();
    expect((await fetch(`${relay.url}/voice/embed.js`)).status).toBe(200);
  });
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { headersSchema, rewritesSchema } from '@vercel/routing-utils';
import { Hono } from 'hono';
import { beforeAll, describe, expect, it } from 'vitest';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { z } from 'zod';
import { readConfig } from '../src/base/config/config.ts';
import { securityHeaders } from '../src/http/security-headers.ts';
import { readStaticHost, staticHost, type StaticAnswer } from '../testing/static-host.ts';
import { ROOT } from '../tools/project.ts';
import { settingsDocument } from './support/settings-document.ts';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

let answerFor: (path: string) => StaticAnswer;
beforeAll(() => {
  answerFor = staticHost();
});

it('the documented example allows the page and knows the relay’s name', () => {
  const section = settingsDocument().split('## The page on one host')[1]!;
  const [, lines = ''] = /```sh\n([^`]*)```/.exec(section)!;
  const { publicUrl, allowedOrigins, hostNames } = readConfig(parseEnv(lines));
  expect(publicUrl).toBe('https://relay.example.com');
  expect(allowedOrigins).toContain('https://parley.example.com');
  expect(hostNames).toContain('relay.example.com');
});

describe('vercel.json', () => {
  it('has the shape that the host accepts', () => {
    const schema = z.strictObject({
      $schema: z.literal('https://openapi.vercel.sh/vercel.json'),
      framework: z.null(),
      installCommand: z.string().max(256),
      buildCommand: z.string().max(256),
      outputDirectory: z.string().max(256),
      headers: z.fromJSONSchema(headersSchema as unknown as JsonSchema),
      rewrites: z.fromJSONSchema(rewritesSchema as unknown as JsonSchema),
    });
    const found = readStaticHost();
    expect(schema.parse(found)).toEqual(found);
    const wrong = { ...found, rewrites: [{ source: '/(.*)', to: '/index.html' }] };
    expect(schema.safeParse(wrong).success).toBe(false);
  });

  it('builds what is there to be built', () => {
    expect(readStaticHost()).toMatchObject({
      buildCommand: 'pnpm --filter @parley/web exec vite build',
      outputDirectory: 'web/dist',
    });
    expect(existsSync(join(ROOT, 'web/vite.config.ts'))).toBe(true);
  });

  it('sends what the relay sends, but lets the page reach a relay elsewhere', async () => {
    const app = new Hono().use(securityHeaders()).get('/', (c) => c.body(null));
    const own = Object.fromEntries((await app.request('/')).headers);
    const elsewhere =
      "connect-src 'self' https: wss: http://localhost:* ws://localhost:* http://127.0.0.1:* ws://127.0.0.1:*";
    const policy = own['content-security-policy']!;
    expect(policy).toContain("connect-src 'self';");
    for (const path of ['/', '/nowhere', '/parley.json', '/assets/index.js']) {
      const { headers } = answerFor(path);
      const { 'Cache-Control': _caching, ...others } = headers;
      expect(
        Object.fromEntries(
          Object.entries(others).map(([name, value]) => [name.toLowerCase(), value]),
        ),
      ).toEqual({
        ...own,
        'content-security-policy': policy.replace("connect-src 'self'", elsewhere),
      });
    }
  });

  it.each([
    ['/', 'no-cache'],
    ['/index.html', 'no-cache'],
    ['/parley.json', 'no-cache'],
    ['/theme.js', 'no-cache'],
    ['/assetsless', 'no-cache'],
    ['/assets/index-3f9a.js', 'public, max-age=31536000, immutable'],
  ])('has %s kept as the relay does: %s', (path, caching) => {
    expect(answerFor(path).headers['Cache-Control']).toBe(caching);
  });

  it.each(['/nowhere', '/a/b/c', '/healthy'])('leads a person from %s home', (path) => {
    expect(answerFor(path).fallback).toEqual({ path: '/404.html', status: 404 });
  });

  it('answers every address of the page with the page, and their neighbours with the way home', () => {
    for (const path of Object.values(PAGE_PATHS)) {
      const address = path.replace(':id', 'conv_8sQ2mZ0xWk4T');
      expect(answerFor(address).fallback).toEqual({ path: '/index.html', status: 200 });
      expect(answerFor(`${address}-not`).fallback?.path).toBe(
        path.endsWith(':id') ? '/index.html' : '/404.html',
      );
      expect(answerFor(`${address}/a/b`).fallback?.path).toBe('/404.html');
    }
  });

  it.each(['/', '/api/v1/sessions', '/health', '/assets/gone', '/gone.js'])(
    'has nothing of its own to say to %s',
    (path) => {
      expect(answerFor(path).fallback).toBeUndefined();
    },
  );
});

import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import {
  createServer,
  request,
  type OutgoingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDoctor } from '../doctor/run.ts';
import type { Step } from '../doctor/outside.ts';
import { Certificates } from './support/certificates.ts';
import { freePort } from './support/free-port.ts';
import { NGINX, RealProxy } from './support/real-proxies.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const PAGE =
  '<!doctype html><title>Parley</title><script type="module" crossorigin src="/assets/index.js"></script>';

let pageRoot: string;
let relay: TestRelay;
beforeAll(async () => {
  pageRoot = await mkdtemp(join(tmpdir(), 'parley-page-'));
  await mkdir(join(pageRoot, 'assets'));
  await writeFile(join(pageRoot, 'index.html'), PAGE);
  await writeFile(join(pageRoot, 'assets/index.js'), '');
  relay = await startTestRelay({ pageRoot, env: { HEARTBEAT_S: '1' } });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await rm(pageRoot, { recursive: true });
});

async function doctor(...commandLine: string[]) {
  let output = '';
  let complaints = '';
  const status = await runDoctor(commandLine, {
    output: { write: (text) => (output += text) },
    errors: { write: (text) => (complaints += text) },
    environment: {},
    folder: pageRoot,
    signal: AbortSignal.timeout(25_000),
  });
  return { status, output, complaints };
}

async function steps(url: string, ...more: string[]) {
  const { status, output } = await doctor('--json', '--url', url, ...more);
  const all = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Step);
  return { status, names: all.map(({ step }) => step), last: all.at(-1)! };
}

/** A server that answers in a way of its own. */
async function answering(listener: RequestListener, onUpgrade?: (socket: Duplex) => void) {
  const server: Server = createServer(listener);
  const upgraded: Duplex[] = [];
  if (onUpgrade !== undefined) {
    server.on('upgrade', (_request, socket) => {
      upgraded.push(socket);
      onUpgrade(socket);
    });
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of upgraded) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A proxy that passes requests on, and does with a WebSocket what `onUpgrade` does. */
function proxying(onUpgrade?: (socket: Duplex) => void, more: OutgoingHttpHeaders = {}) {
  return answering((incoming, response) => {
    const { method, url = '/' } = incoming;
    const headers = { ...incoming.headers, ...more };
    const onward = request(relay.url + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  }, onUpgrade);
}

describe('the doctor from outside', () => {
  it('takes the way of a call, to a silence as long as one may be', async () => {
    const { status, output, complaints } = await doctor('--url', `${relay.url}/`);
    expect([status, complaints]).toEqual([0, '']);
    const names = [...output.matchAll(/^(\w+) +yes/gm)].map(([, name]) => name);
    expect(names).toEqual(['page', 'server', 'session', 'websocket', 'ping', 'silence']);
    expect(output).toContain('What was tried gets through.');
  });

  it('lets a WebSocket open also where guests may not call', async () => {
    await using closed = await startTestRelay({ pageRoot, env: { ACCESS_CODE: 'open sesame' } });
    const { status, names, last } = await steps(closed.url);
    expect([status, names.slice(2), last.works]).toEqual([0, ['session', 'websocket'], true]);
    const { names: all } = await steps(closed.url, '--access-code', 'open sesame');
    expect(all).toContain('ping');
    const wrong = await steps(closed.url, '--access-code', 'wrong');
    expect([wrong.status, wrong.last.step, wrong.last.works]).toEqual([1, 'session', false]);
  });

  it.each<[string, (socket: Duplex) => void, string]>([
    ['refuses', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'with status 400'],
    ['has no relay for', (socket) => socket.end('HTTP/1.1 502 Bad\r\n\r\n'), 'with status 502'],
    [
      'redirects',
      (socket) => socket.end('HTTP/1.1 301 Moved\r\nLocation: https://x.example/\r\n\r\n'),
      'redirects the WebSocket to https://x.example/',
    ],
    ['breaks', (socket) => socket.destroy(), 'does not answer'],
    [
      'wants a password for',
      (socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'),
      'with status 401',
    ],
  ])('says that a proxy %s WebSockets', async (_, onUpgrade, detail) => {
    await using proxy = await proxying(onUpgrade);
    const { status, last } = await steps(proxy.url);
    expect([status, last.step]).toEqual([1, 'websocket']);
    expect(last.detail).toContain(detail);
  });

  it('waits no longer than five seconds for a WebSocket', async () => {
    await using proxy = await proxying(() => {});
    const { last } = await steps(proxy.url);
    expect(last.detail).toBe('The WebSocket does not open within 5 s.');
  });

  it.each<[string, RequestListener, string]>([
    [
      'another program',
      (_request, response) => response.end('<title>Welcome to nginx!</title>'),
      'There is no page of Parley',
    ],
    [
      'a proxy without its relay',
      (_request, response) => response.writeHead(502).end(),
      'A proxy answers with status 502.',
    ],
    [
      'a redirection',
      (_request, response) => response.writeHead(301, { location: '/voice/' }).end(),
      'The page is redirected to http',
    ],
    [
      'a page whose script is elsewhere',
      ({ url }, response) => (url === '/' ? response.end(PAGE) : response.writeHead(404).end()),
      'it stays white',
    ],
  ])('tells apart %s', async (_, listener, detail) => {
    await using server = await answering(listener);
    const { status, names, last } = await steps(server.url);
    expect([status, names]).toEqual([1, ['page']]);
    expect(last.detail).toContain(detail);
    expect(last.advice).not.toBeNull();
  });

  it('tells a certificate that is not trusted, and a host that is not there', async () => {
    await using certificates = await Certificates.open();
    const { certPath, keyPath } = await certificates.make('relay');
    await using secure = await startTestRelay({ env: { TLS_CERT: certPath, TLS_KEY: keyPath } });
    expect((await steps(secure.url)).last.detail).toContain('certificate is not trusted');
    const plain = await steps(secure.url.replace('https', 'http'));
    expect([plain.status, plain.last.works]).toEqual([1, false]);
    const port = await freePort();
    expect((await steps(`http://127.0.0.1:${port}`)).last.detail).toContain('No program listens');
    const unknown = await steps('http://nowhere.invalid');
    expect(unknown.last.detail).toContain('nowhere.invalid');
  });

  it('names the setting if the relay does not know the name', async () => {
    await using proxy = await proxying(undefined, { host: 'talk.example' });
    const { last } = await steps(proxy.url);
    expect(last.advice).toBe(`Set PUBLIC_URL=${proxy.url}.`);
  });

  it.each([
    [['--url', 'nowhere'], '--url: found "nowhere"'],
    [['--url', 'ftp://talk.example'], '--url: found "ftp://talk.example"'],
    [['--url'], '--url'],
    [['--token', 't'], '--token and --access-code are for the relay at --url.'],
  ])('refuses the options %j', async (commandLine, complaint) => {
    const { status, complaints, output } = await doctor(...commandLine);
    expect([status, output]).toEqual([2, '']);
    expect(complaints).toContain(complaint);
  });
});

describe.skipIf(NGINX === undefined)('the doctor behind a real nginx', () => {
  const relayAt = (to: TestRelay) => `http://127.0.0.1:${new URL(to.url).port}`;

  it('says that it drops WebSockets, and the lines that mend it', async () => {
    const port = await freePort();
    const server = `server { listen 127.0.0.1:${port}; location / { proxy_pass ${relayAt(relay)}; proxy_set_header Host $http_host; } }`;
    await using proxy = await RealProxy.nginx(server, port);
    const { status, last } = await steps(`http://127.0.0.1:${port}`);
    expect([status, last.step, proxy.complaints]).toEqual([1, 'websocket', '']);
    expect(last.detail).toBe('A proxy drops WebSockets: it leaves out their Upgrade header.');
    expect(last.advice).toContain('proxy_set_header Upgrade $http_upgrade');
  });

  it('says that it ends quiet connections', async () => {
    await using slow = await startTestRelay({ pageRoot, env: { HEARTBEAT_S: '5' } });
    const port = await freePort();
    const passing =
      'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_set_header Host $http_host;';
    const server = `server { listen 127.0.0.1:${port}; location / { proxy_pass ${relayAt(slow)}; ${passing} proxy_read_timeout 2s; } }`;
    await using proxy = await RealProxy.nginx(server, port);
    const { status, last } = await steps(`http://127.0.0.1:${port}`);
    expect([status, last.step, proxy.complaints]).toEqual([1, 'silence', '']);
    expect(last.detail).toMatch(/closed after [123] s in which nothing passed/);
  });

  it('says that it tells the relay of http', async () => {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    await using strict = await startTestRelay({
      pageRoot,
      env: { PUBLIC_URL: 'https://localhost', TRUSTED_PROXIES: '127.0.0.1' },
    });
    const server = `server { listen 127.0.0.1:${port}; location / { proxy_pass ${relayAt(strict)}; proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto http; } }`;
    await using proxy = await RealProxy.nginx(server, port);
    const { last } = await steps(url);
    expect(last.detail).toBe('The page is redirected to https://localhost/.');
    expect(proxy.complaints).toBe('');
  });
});

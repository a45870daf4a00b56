import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  API_PATHS,
  createSessionResponseSchema,
  errorResponseSchema,
  guestResponseSchema,
  LOG_PATHS,
} from '@parley/shared';
import { openCall } from '../talk/client/call.ts';
import { connect } from '../talk/client/connection.ts';
import { signIn } from './support/api.ts';
import { Certificates } from './support/certificates.ts';
import { rawRequest, upgradeRequest } from './support/raw-http.ts';
import { freePort } from './support/free-port.ts';
import { CADDY, documentedBlocks, NGINX, RealProxy } from './support/real-proxies.ts';
import { counting } from './support/scripted-synthesizer.ts';
import { transcriptOf } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const DROPPED = 'a proxy passes WebSockets on without their Upgrade';

/** Where messages go that no WebSocket carries. */
const NO_POLLS = `location ${API_PATHS.polls} { return 403; }`;

/** A call that went well, over https as far as the relay knows. */
const HELD = { status: 'completed', auth: { is_secure: true } };

let certificates: Certificates;
let pair: { readonly certPath: string; readonly keyPath: string };
let ca: Buffer;
beforeAll(async () => {
  certificates = await Certificates.open();
  pair = await certificates.make('proxy');
  ca = await readFile(pair.certPath);
});
afterAll(() => certificates[Symbol.asyncDispose]());

const portOf = (relay: TestRelay) => new URL(relay.url).port;

async function ask(method: string, url: string, token = ''): Promise<unknown> {
  const asked = request(url, { method, headers: { authorization: `Bearer ${token}` }, ca }).end();
  const [answer] = (await once(asked, 'response')) as [AsyncIterable<Uint8Array>];
  return JSON.parse(await text(answer));
}

/** Holds a call through a proxy with TLS, as its page would. */
async function callThrough(base: string): Promise<unknown> {
  const { token } = guestResponseSchema.parse(await ask('POST', `${base}api/v1/auth/guest`));
  const session = await ask('POST', `${base}api/v1/sessions`, token);
  const grant = createSessionResponseSchema.parse(session);
  expect(grant.ws_url).toBe(`${base.replace('https', 'wss')}api/v1/realtime`);
  await using call = await TestCall.start(base, { ca }, grant);
  const content = [{ type: 'input_text' as const, text: 'What time?' }];
  call.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
  const { status } = await call.inbound.next('response.done');
  return { status, auth: await ask('GET', `${base}api/v1/auth`) };
}

const startBehind = (url: string) =>
  startTestRelay({ env: { PUBLIC_URL: url, TRUSTED_PROXIES: '127.0.0.1' } });

/** The documented block, but for this machine. */
function nginxBlock(block: string, port: number, relay: TestRelay): string {
  return block
    .replaceAll(/listen [^;]+ ssl/g, `listen 127.0.0.1:${port} ssl`)
    .replace('/etc/ssl/parley.crt', pair.certPath)
    .replace('/etc/ssl/parley.key', pair.keyPath)
    .replaceAll('127.0.0.1:8787', `127.0.0.1:${portOf(relay)}`);
}

function caddyBlock(block: string, port: number, relay: TestRelay): string {
  const tls = `{\n  tls ${pair.certPath} ${pair.keyPath}`;
  return block
    .replace(/^\S+ \{/, `https://localhost:${port} ${tls}`)
    .replaceAll('127.0.0.1:8787', `127.0.0.1:${portOf(relay)}`);
}

describe.skipIf(NGINX === undefined)('with a real nginx', () => {
  it('a call is held through the documented block', async () => {
    const [block = ''] = documentedBlocks('nginx');
    const port = await freePort();
    await using relay = await startBehind(`https://localhost:${port}`);
    await using proxy = await RealProxy.nginx(nginxBlock(block, port, relay), port);
    expect(await callThrough(`https://localhost:${port}/`)).toMatchObject(HELD);
    expect(proxy.complaints).toBe('');
    expect(relay.logs.lines.join()).not.toContain(DROPPED);
  });

  it.each([
    ['passes on', ''],
    ['takes off', '/'],
  ])('a call is held below a path that it %s', async (_, ending) => {
    const [block = ''] = documentedBlocks('nginx');
    const port = await freePort();
    const url = `https://localhost:${port}/voice/`;
    await using relay = await startBehind(url);
    const below = nginxBlock(block, port, relay)
      .replace('location / {', 'location /voice/ {')
      .replace(/proxy_pass ([^;]+);/, `proxy_pass $1${ending};`);
    await using proxy = await RealProxy.nginx(below, port);
    expect(await callThrough(url)).toMatchObject(HELD);
    expect(proxy.complaints).toBe('');
  });

  it('a caller who tries again and again is not refused for it', async () => {
    const port = await freePort();
    await using relay = await startTestRelay();
    const url = `http://127.0.0.1:${portOf(relay)}`;
    const server = `server { listen 127.0.0.1:${port}; ${NO_POLLS} location / { proxy_pass ${url}; proxy_set_header Host $http_host; } }`;
    await using proxy = await RealProxy.nginx(server, port);
    const token = await signIn(relay.url);
    for (let n = 0; n < 8; n += 1) {
      const signal = AbortSignal.timeout(10_000);
      const call = connect({ url: `http://127.0.0.1:${port}`, token, signal });
      await expect(call).rejects.toMatchObject({ code: 'socket_blocked' });
    }
    expect(proxy.complaints).toBe('');
  });

  it('a call is held by requests alone where it drops WebSockets', async () => {
    const port = await freePort();
    await using relay = await startTestRelay();
    const url = `http://127.0.0.1:${portOf(relay)}`;
    const server = `server { listen 127.0.0.1:${port}; location / { proxy_pass ${url}; proxy_set_header Host $http_host; } }`;
    await using proxy = await RealProxy.nginx(server, port);
    const token = await signIn(relay.url);
    // More than one person may have at a time: each of them is really ended.
    for (let n = 0; n < 4; n += 1) {
      const signal = AbortSignal.timeout(10_000);
      const call = await openCall({ url: `http://127.0.0.1:${port}`, token, signal, speed: 20 });
      const samples = counting(7, 40_000);
      const turn = await call.say({ samples, onset: 8_000, end: 24_000 });
      const transcript = transcriptOf(samples.subarray(3_200, 32_000));
      expect(turn).toMatchObject({ transcript, error: null });
      await call.close();
    }
    expect(proxy.complaints).toBe('');
  });

  it.each([
    ['as it is without settings', ''],
    ['which passes only one of the two headers', 'proxy_set_header Upgrade $http_upgrade;'],
    ['which passes only the other one', 'proxy_set_header Connection upgrade;'],
  ])('%s, the client and the operator learn what is wrong', async (_, lines) => {
    const port = await freePort();
    await using relay = await startTestRelay();
    const url = `http://127.0.0.1:${portOf(relay)}`;
    const server = `server { listen 127.0.0.1:${port}; ${NO_POLLS} location / { proxy_pass ${url}; ${lines} proxy_set_header Host $http_host; } }`;
    await using proxy = await RealProxy.nginx(server, port);
    expect(proxy.complaints).toBe('');
    const signal = AbortSignal.timeout(10_000);
    await expect(connect({ url: `http://127.0.0.1:${port}`, signal })).rejects.toMatchObject({
      code: 'socket_blocked',
    });
    expect(JSON.parse(await relay.logs.until(DROPPED))).toMatchObject({
      level: 'warn',
      host: `127.0.0.1:${port}`,
    });
  });
});

describe.skipIf(CADDY === undefined)('with a real Caddy', () => {
  it.each([
    [0, '/'],
    [1, '/voice/'],
  ])('a call is held through the documented block %i', async (index, path) => {
    const block = documentedBlocks('caddyfile')[index]!;
    const port = await freePort();
    const url = `https://localhost:${port}${path}`;
    await using relay = await startBehind(url);
    await using proxy = await RealProxy.caddy(caddyBlock(block, port, relay), port);
    expect(await callThrough(url)).toMatchObject(HELD);
    expect(proxy.complaints).not.toContain('"level":"error"');
  });
});

describe('a plain request at the place of a WebSocket', () => {
  it.each(['/api/v1/realtime', LOG_PATHS.tail])('is told what is missing: %s', async (path) => {
    await using relay = await startTestRelay();
    const response = await fetch(relay.url + path);
    expect([response.status, response.headers.get('upgrade')]).toEqual([426, 'websocket']);
    const { error } = errorResponseSchema.parse(await response.json());
    expect(error.code).toBe('upgrade_required');
    // Anyone may look at the address; only a handshake was meant to become a WebSocket.
    expect(relay.logs.lines.join()).not.toContain(DROPPED);
  });

  it('warns the operator once in a while if it was a handshake', async () => {
    await using relay = await startTestRelay();
    const headers = { Connection: 'close', 'Sec-WebSocket-Protocol': 'parley.v1, ticket.secret' };
    const dropped = upgradeRequest(relay.url, { headers }).replace('Upgrade: websocket\r\n', '');
    for (let n = 0; n < 5; n += 1) {
      expect(await rawRequest(relay.url, dropped)).toMatch(/^HTTP\/1.1 426 /);
    }
    await relay.logs.until(DROPPED);
    const lines = relay.logs.lines.filter((line) => line.includes(DROPPED));
    expect(lines).toHaveLength(1);
    expect(relay.logs.lines.join()).not.toContain('secret');
  });
});

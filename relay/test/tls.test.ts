import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSessionResponseSchema, guestResponseSchema } from '@parley/shared';
import { Certificates } from './support/certificates.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const TALK = new URL('../talk/main.ts', import.meta.url);

let certificates: Certificates;
let relay: TestRelay;
let certPath: string;
let ca: Buffer;
beforeAll(async () => {
  certificates = await Certificates.open();
  const pair = await certificates.make('relay');
  ({ certPath } = pair);
  ca = await readFile(certPath);
  relay = await startTestRelay({
    env: { TLS_CERT: pair.certPath, TLS_KEY: pair.keyPath },
  });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await certificates[Symbol.asyncDispose]();
});

async function ask(method: string, path: string, token = ''): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` };
  const asked = request(new URL(path, relay.url), { method, headers, ca }).end();
  const [answer] = (await once(asked, 'response')) as [AsyncIterable<Uint8Array>];
  return JSON.parse(await text(answer));
}

it('the relay speaks https, and says so', async () => {
  expect(relay.url).toMatch(/^https:/);
  expect(await ask('GET', '/api/v1/auth')).toMatchObject({ is_secure: true });
});

it('a page of the same host over http is not its own', async () => {
  const { host } = new URL(relay.url);
  const statusFor = async (origin: string) => {
    const asked = request(new URL('/health', relay.url), { headers: { origin }, ca }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  expect(await statusFor(`https://${host}`)).toBe(200);
  expect(await statusFor(`http://${host}`)).toBe(403);
});

it('a call is held over it', async () => {
  const { token } = guestResponseSchema.parse(await ask('POST', '/api/v1/auth/guest'));
  const grant = createSessionResponseSchema.parse(await ask('POST', '/api/v1/sessions', token));
  expect(grant.ws_url).toMatch(/^wss:/);
  await using call = await TestCall.start(relay.url, { ca }, grant);
  call.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'What time?' }] },
  });
  expect(await call.inbound.next('response.done')).toMatchObject({ status: 'completed' });
});

it('the terminal client talks to it', async () => {
  const args = [TALK.pathname, '--url', relay.url, '--text', 'What time is it?', '--json'];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certPath },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(errors).toBe('');
  expect(JSON.parse(output)).toMatchObject({ reply: 'You said What time is it?.', error: null });
});

it('plain HTTP on its port is let go of, and leaves a line in the log', async () => {
  const { port } = new URL(relay.url);
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket.resume(), 'close');
  expect(await relay.logs.until('ERR_SSL_HTTP_REQUEST')).toContain('request refused');
});

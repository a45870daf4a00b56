import { readFile } from 'node:fs/promises';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Certificates } from '../support/certificates.ts';
import { startTestRelay, type TestRelay } from '../support/test-relay.ts';

let certificates: Certificates;
let relay: TestRelay;
let ca: Buffer;
let token: string;
beforeAll(async () => {
  certificates = await Certificates.open();
  const { certPath, keyPath } = await certificates.make('relay');
  ca = await readFile(certPath);
  relay = await startTestRelay({ env: { TLS_CERT: certPath, TLS_KEY: keyPath } });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await certificates[Symbol.asyncDispose]();
});

it('x', async () => {
  const { request } = await import('node:https');
  token = await new Promise((resolve) => {
    request(new URL('/api/v1/auth/guest', relay.url), { method: 'POST', ca }, async (answer) => {
      const { json } = await import('node:stream/consumers');
      resolve(((await json(answer)) as { token: string }).token);
    }).end();
  });
  const client = new OpenAI({ apiKey: token, baseURL: `${relay.url}/v1` });
  const rt = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { ca } }, client);
  const done = Promise.withResolvers<void>();
  rt.on('event', (event) => console.log(JSON.stringify(event).slice(0, 400)));
  rt.on('error', (error) => console.log('ERR', error));
  rt.socket.on('open', () => {
    rt.send({
      type: 'session.update',
      session: { type: 'realtime', output_modalities: ['text'], model: 'gpt-realtime' },
    });
    rt.send({
      type: 'conversation.item.create',
      item: {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: 'Say a couple paragraphs!' }],
      },
    });
    rt.send({ type: 'response.create' });
  });
  rt.on('response.done', () => done.resolve());
  await done.promise;
  rt.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['audio'] } });
  rt.send({ type: 'input_audio_buffer.append', audio: Buffer.alloc(48_000).toString('base64') });
  rt.close();
  expect(1).toBe(1);
}, 10_000);

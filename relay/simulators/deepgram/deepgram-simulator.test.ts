import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Simulator } from '../kit/simulator.ts';
import { startDeepgramSimulator } from './deepgram-simulator.ts';

let simulator: Simulator;
const sockets: WebSocket[] = [];

beforeEach(async () => {
  simulator = await startDeepgramSimulator();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await simulator[Symbol.asyncDispose]();
});

function dial(path: string): WebSocket {
  const socket = new WebSocket(simulator.url.replace('http', 'ws') + path, {
    headers: { authorization: `Token ${simulator.key}` },
  });
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

const NOVA = '/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000';
const FLUX = '/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000';
const FLUX_VOICE = '/v2/speak?model=flux-haley-en&encoding=linear16&sample_rate=24000';
const AURA = '/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=24000';

test.each([
  ['an unknown parameter', `${NOVA}&colour=red`],
  ['no model', '/v1/listen?encoding=linear16&sample_rate=16000'],
  ['an encoding that is not supported', NOVA.replace('linear16', 'mp3')],
  ['an eager threshold above the other', `${FLUX}&eager_eot_threshold=0.9&eot_threshold=0.6`],
  ['a language hint for the English model', `${FLUX}&language_hint=de`],
  ['a voice that is none', AURA.replace('aura-2-thalia-en', 'thalia')],
  ['a voice of Aura at Flux', FLUX_VOICE.replace('flux-haley-en', 'aura-2-thalia-en')],
])('%s is refused with 400', async (_, path) => {
  const [, response] = (await once(dial(path), 'unexpected-response')) as [
    unknown,
    { statusCode: number },
  ];
  expect(response.statusCode).toBe(400);
  expect(simulator.complaints).toHaveLength(1);
});

test.each([
  ['half a sample', NOVA, Buffer.alloc(3)],
  ['an undocumented message', NOVA, '{"type":"Flush"}'],
  ['a KeepAlive to Flux', FLUX, '{"type":"KeepAlive"}'],
  ['no JSON', AURA, 'Hello'],
  ['Speak without text', AURA, '{"type":"Speak","text":" "}'],
  ['a Clear to the voices of Flux', FLUX_VOICE, '{"type":"Clear"}'],
])('%s is complained about', async (_, path, message) => {
  const socket = dial(path);
  await once(socket, 'open');
  socket.send(message);
  // What follows is answered after the complaint, or the connection is closed.
  if (path === NOVA) socket.send('{"type":"CloseStream"}');
  await once(socket, 'close');
  expect(simulator.complaints).toHaveLength(1);
});

test('a twenty-first flush within a minute is answered by a warning', async () => {
  const socket = dial(AURA);
  await once(socket, 'open');
  const warned = new Promise<void>((resolve) => {
    socket.on('message', (data, isBinary) => {
      if (!isBinary && (data as Buffer).toString('utf8').includes('"Warning"')) resolve();
    });
  });
  for (let n = 0; n < 21; n += 1) {
    socket.send('{"type":"Speak","text":"a"}');
    socket.send('{"type":"Flush"}');
  }
  await warned;
  expect(simulator.complaints).toHaveLength(1);
});

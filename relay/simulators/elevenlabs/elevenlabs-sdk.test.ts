import {
  RealtimeEvents,
  type RealtimeConnection,
} from '@elevenlabs/elevenlabs-js/wrapper/realtime/connection.js';
import { on, once } from 'node:events';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Simulator } from '../kit/simulator.ts';
import { startElevenLabsSimulator } from './elevenlabs-simulator.ts';

/** What is used of the SDK here: its own types are six thousand files, a third of a check's time. */
interface Sdk {
  readonly ScribeRealtime: new (options: { readonly apiKey: string; readonly baseUrl: string }) => {
    connect(options: object): Promise<RealtimeConnection>;
  };
}

/** Writes and reads a message as the SDK does. */
interface MessageSchema {
  jsonOrThrow(message: { text?: string; contextId: string; [option: string]: unknown }): object;
  parseOrThrow(json: unknown): {
    readonly contextId: string;
    readonly isFinal?: boolean;
    readonly audio: string;
    readonly alignment?: { readonly chars?: readonly string[] };
  };
}

const requireSdk = createRequire(import.meta.url);
const SDK = '@elevenlabs/elevenlabs-js';
const MESSAGES = `${SDK}/serialization/resources/v1TextToSpeechVoiceIdMultiStreamInput/types`;
const { ScribeRealtime } = requireSdk(`${SDK}/wrapper/realtime/scribe.js`) as Sdk;
const { SendMessageMulti, ReceiveMessageMulti } = {
  ...requireSdk(`${MESSAGES}/SendMessageMulti.js`),
  ...requireSdk(`${MESSAGES}/ReceiveMessageMulti.js`),
} as Record<'SendMessageMulti' | 'ReceiveMessageMulti', MessageSchema>;

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startElevenLabsSimulator();
});

afterEach(() => simulator[Symbol.asyncDispose]());

async function connect(apiKey: string): Promise<RealtimeConnection> {
  const client = new ScribeRealtime({ apiKey, baseUrl: simulator.url });
  const connection = await client.connect({
    modelId: 'scribe_v2_realtime',
    audioFormat: 'pcm_16000',
    sampleRate: 16_000,
    commitStrategy: 'manual',
    languageCode: 'en',
  });
  // The SDK emits every failure twice, and an unhandled second one is an error of its own.
  connection.on(RealtimeEvents.ERROR, () => {});
  return connection;
}

function next<E extends RealtimeEvents>(connection: RealtimeConnection, event: E) {
  return new Promise<Parameters<Parameters<typeof connection.on<E>>[1]>[0]>((resolve) => {
    connection.on(event, resolve);
  });
}

it('transcribes for the vendor’s own SDK, one utterance after the other', async () => {
  const connection = await connect(simulator.key);
  await next(connection, RealtimeEvents.SESSION_STARTED);
  for (const samples of [16_000, 8_000]) {
    const partial = next(connection, RealtimeEvents.PARTIAL_TRANSCRIPT);
    const committed = next(connection, RealtimeEvents.COMMITTED_TRANSCRIPT);
    connection.send({ audioBase64: Buffer.alloc(samples * 2).toString('base64') });
    expect(await partial).toEqual({
      message_type: 'partial_transcript',
      text: expect.stringMatching(/samples/),
    });
    connection.commit();
    expect((await committed).text).toBe(`${samples} samples`);
  }
  const closed = next(connection, RealtimeEvents.CLOSE);
  connection.close();
  await closed;
  expect(simulator.complaints).toEqual([]);
});

it('tells the SDK of a wrong key and of a commit without enough audio', async () => {
  const refused = await connect('wrong');
  expect((await next(refused, RealtimeEvents.AUTH_ERROR)).error).toMatch(/authenticated/);
  const connection = await connect(simulator.key);
  await next(connection, RealtimeEvents.SESSION_STARTED);
  const throttled = next(connection, RealtimeEvents.COMMIT_THROTTLED);
  connection.commit();
  expect((await throttled).error).toMatch(/0\.00s/);
});

// The SDK has no client for `multi-stream-input`, but the shapes of its messages, generated from
// the vendor's own description: they write what is sent here and read what comes.
it('speaks in the shapes of the SDK', async () => {
  const url = `${simulator.url.replace('http', 'ws')}/v1/text-to-speech/voice/multi-stream-input`;
  const socket = new WebSocket(
    `${url}?model_id=eleven_flash_v2_5&output_format=pcm_24000&sync_alignment=true`,
    { headers: { 'xi-api-key': simulator.key } },
  );
  await once(socket, 'open');
  const say = (message: Parameters<MessageSchema['jsonOrThrow']>[0]) =>
    socket.send(JSON.stringify(SendMessageMulti.jsonOrThrow(message)));
  say({ text: 'Good morning. ', contextId: 'one' });
  say({ contextId: 'one', flush: true });
  say({ contextId: 'one', closeContext: true });
  let bytes = 0;
  let characters = '';
  for await (const [data] of on(socket, 'message')) {
    const json = JSON.parse(String(data));
    // A null is how the vendor says that there is none; its description leaves it out.
    for (const name of Object.keys(json)) if (json[name] === null) delete json[name];
    const message = ReceiveMessageMulti.parseOrThrow(json);
    expect(message.contextId).toBe('one');
    if ('isFinal' in message) break;
    bytes += Buffer.from(message.audio, 'base64').length;
    characters += message.alignment?.chars?.join('') ?? '';
  }
  expect(bytes).toBe('Good morning.'.length * 0.06 * 24_000 * 2);
  expect(characters).toBe('Good morning.');
  socket.close();
  expect(simulator.complaints).toEqual([]);
});

it('refuses a wrong key, an unknown parameter and a sixth context', async () => {
  const status = async (path: string, key: string) => {
    const socket = new WebSocket(`${simulator.url.replace('http', 'ws')}${path}`, {
      headers: { 'xi-api-key': key },
    });
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    socket.terminate();
    return response.statusCode;
  };
  const path = '/v1/text-to-speech/voice/multi-stream-input?model_id=eleven_flash_v2_5';
  expect(await status(path, 'wrong')).toBe(403);
  expect(await status(`${path}&speed=2`, simulator.key)).toBe(400);
  const socket = new WebSocket(`${simulator.url.replace('http', 'ws')}${path}`, {
    headers: { 'xi-api-key': simulator.key },
  });
  await once(socket, 'open');
  for (let n = 0; n < 6; n += 1) socket.send(JSON.stringify({ text: 'Hi ', context_id: `c${n}` }));
  const [data] = await once(socket, 'message');
  expect(JSON.parse(String(data))).toMatchObject({ error: 'max_active_conversations', code: 1008 });
  await once(socket, 'close');
  expect(simulator.complaints).toHaveLength(2);
});

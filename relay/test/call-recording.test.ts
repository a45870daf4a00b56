import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { API_PATHS, meSchema } from '@parley/shared';
import type { CallEvent } from '../src/call/events/call-events.ts';
import { OpusDecoder } from '@parley/opus/opus-codec';
import { inOpus } from './support/opus-speech.ts';
import { createSession, signIn } from './support/api.ts';
import { MemoryStorage } from './support/memory-storage.ts';
import { counting } from './support/scripted-synthesizer.ts';
import { joined } from './support/scripted-transcriber.ts';
import { storedConversation } from './support/stored-conversation.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const storage = new MemoryStorage();
const events: CallEvent[] = [];
let dataDir: string;
let relay: TestRelay;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-recordings-'));
  const observer = { name: 'recorder', observe: (event: CallEvent) => void events.push(event) };
  relay = await startTestRelay({
    ...{ storage, observers: [observer] },
    env: { DATA_DIR: dataDir, RECORDING: 'on' },
  });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

let token: string;
beforeEach(async () => {
  token = await signIn(relay.url);
  events.length = 0;
});

async function startCall(): Promise<TestCall> {
  return TestCall.start('', {}, await createSession(relay.url, token));
}

/** The person agrees, or does not any more. */
async function record(call: TestCall, recording: boolean): Promise<void> {
  call.send({ type: 'session.update', session: { recording } });
  const { session } = await call.inbound.next('session.updated');
  expect(session.recording).toBe(recording);
}

/** What the storage would know of the call. */
function keep({ grant: { session_id: id, conversation_id } }: TestCall): string {
  const [session] = storedConversation().sessions;
  const sessions = [{ ...session!, id, has_recording: true }];
  const conversation = storedConversation({ id: conversation_id!, sessions });
  storage.of(decodeJwt(token).sub!).conversations.push(conversation);
  return `${relay.url}${API_PATHS.conversations}/${conversation_id}/recording`;
}

const get = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(url, { method, headers: { authorization: `Bearer ${token}`, ...headers } });

/** The samples of a channel that are not silence. */
function said(wav: Uint8Array, channel: 'person' | 'voice'): number[] {
  const view = new DataView(wav.buffer, wav.byteOffset + 44);
  const samples: number[] = [];
  for (let at = channel === 'person' ? 0 : 2; at < view.byteLength; at += 4) {
    samples.push(view.getInt16(at, true));
  }
  return samples.filter((sample) => sample !== 0);
}

it('holds both sides of what was said while the person wanted it, and nothing else', async () => {
  await using call = await startCall();
  const speech = counting(1, 16_000);
  call.speak(1, counting(9_000, 3_200));
  await call.inbound.next('response.done');
  const before = call.inbound.frames.length;

  await record(call, true);
  call.speak(2, speech);
  await call.inbound.next('response.done');
  await record(call, false);
  const voice = joined(call.inbound.frames.slice(before).map(({ samples }) => samples));
  call.speak(3, counting(20_000, 3_200));
  await call.inbound.next('response.done');
  await call.hangUp();

  const wav = await (await get(keep(call))).bytes();
  expect(said(wav, 'person')).toEqual([...speech]);
  expect(said(wav, 'voice')).toEqual([...voice].filter((sample) => sample !== 0));
  expect(events.filter(({ type }) => type.startsWith('recording-'))).toMatchObject([
    { type: 'recording-started', sessionId: call.grant.session_id },
    { type: 'recording-ended', how: 'stopped' },
  ]);
});

it('holds what was said in Opus as it is heard, without a gap', async () => {
  await using call = await startCall();
  const speech = Int16Array.from({ length: 8_123 }, (_, at) => 6_000 * Math.sin(at / 9));
  const frames = await inOpus(speech);
  await record(call, true);
  call.speakOpus(1, frames);
  await call.inbound.next('response.done');
  await record(call, false);
  await call.hangUp();
  const decoder = await OpusDecoder.create(16_000);
  const heard = decoder.decode(frames.map(({ packet }) => packet));
  const wav = await (await get(keep(call))).bytes();
  expect(said(wav, 'person')).toEqual([...heard].filter((sample) => sample !== 0));
});

it('holds the voice as it was made, although the client has it in Opus', async () => {
  await using call = await startCall();
  await record(call, true);
  call.send({ type: 'session.update', session: { output_audio_codec: 'opus' } });
  call.type('Good morning');
  const { audio_ms } = await call.inbound.next('response.output_audio.done');
  await call.inbound.next('response.done');
  await call.hangUp();
  expect(call.inbound.frames.every(({ opus }) => opus !== undefined)).toBe(true);
  const wav = await (await get(keep(call))).bytes();
  expect(said(wav, 'voice')).toEqual([...counting(0, audio_ms * 16)].slice(1));
});

it('ends a reply where the person interrupted it', async () => {
  await using call = await startCall();
  await record(call, true);
  call.type('A long answer, please, which is spoken for some seconds');
  const { response_id } = await call.inbound.next('response.created');
  await call.inbound.until('voice', ({ frames }) => (frames.length > 3 ? true : undefined));
  call.startSpeech(1);
  call.send({ type: 'conversation.item.truncate', response_id, audio_end_ms: 100 });
  await call.inbound.next('response.done');
  await call.hangUp();
  const wav = await (await get(keep(call))).bytes();
  expect(said(wav, 'voice')).toEqual([...counting(0, 1_600)].slice(1));
});

it('is sent in parts, to its owner alone', async () => {
  await using call = await startCall();
  await record(call, true);
  call.speak(1, counting(1, 3_200));
  await call.inbound.next('response.done');
  await call.hangUp();
  const url = keep(call);
  const whole = await get(url);
  const wav = Buffer.from(await whole.arrayBuffer());
  expect(whole.status).toBe(200);
  expect(whole.headers.get('content-type')).toBe('audio/wav');
  expect(Number(whole.headers.get('content-length'))).toBe(wav.length);

  const part = await get(url, { range: 'bytes=40-99' });
  expect(part.status).toBe(206);
  expect(part.headers.get('content-range')).toBe(`bytes 40-99/${wav.length}`);
  expect(Buffer.from(await part.arrayBuffer())).toEqual(wav.subarray(40, 100));
  const beyond = await get(url, { range: `bytes=${wav.length}-` });
  expect(beyond.status).toBe(416);
  expect(beyond.headers.get('content-range')).toBe(`bytes */${wav.length}`);
  const head = await get(url, {}, 'HEAD');
  expect(head.headers.get('content-length')).toBe(String(wav.length));

  expect((await get(`${url}?session_id=sess_other`)).status).toBe(404);
  token = await signIn(relay.url);
  expect((await get(url)).status).toBe(404);
});

it('that cannot be written ends with a notice, and the call goes on', async () => {
  await rm(join(dataDir, 'recordings'), { recursive: true });
  await using call = await startCall();
  await record(call, true);
  const { code } = await call.inbound.next('error');
  expect(code).toBe('recording_failed');
  expect((await call.inbound.next('session.updated')).session.recording).toBe(false);
  call.speak(1, counting(1, 3_200));
  expect((await call.inbound.next('response.done')).status).toBe('completed');
});

it('is not made by a relay that does not allow it', async () => {
  await using plain = await startTestRelay({ storage });
  await using call = await TestCall.start(plain.url);
  call.send({ type: 'session.update', session: { recording: true } });
  expect((await call.inbound.next('error')).code).toBe('invalid_event');
  call.send({ type: 'session.update', session: { voice: 'two' } });
  expect((await call.inbound.next('session.updated')).session.recording).toBe(false);
  const me = await fetch(plain.url + API_PATHS.me, {
    headers: { authorization: `Bearer ${await signIn(plain.url)}` },
  });
  expect(meSchema.parse(await me.json()).storage.recording).toBe(false);
  expect(await readdir(dataDir)).not.toContain('sess_');
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import type { RelayEvent } from '@parley/shared';
import { OpusDecoder } from '@parley/opus/opus-codec';
import { systemClock } from '../src/base/lib/clock.ts';
import type { SpeechEvent } from '../src/call/stages/synthesizer/synthesizer.ts';
import type { Received } from './support/inbound.ts';
import type { Step } from './support/script.ts';
import { ScriptedSynthesizer } from './support/scripted-synthesizer.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const RATE_HZ = 24_000;
const PIECE_MS = 140;
const WINDOW_MS = 20;
/** Longer than what is sent ahead of its being played. */
const LONG = 'A long answer, please, which is spoken for more than three seconds or even four';

/** A clause as a voice hums it that rises and falls, in pieces. */
function* hum(text: string, clause: number): Generator<Step<SpeechEvent>> {
  yield { give: { type: 'clause-begun', clause } };
  const piece = (RATE_HZ * PIECE_MS) / 1_000;
  const length = text.length * piece * 0.3;
  for (let from = 0; from < length; from += piece) {
    const samples = Int16Array.from({ length: Math.min(piece, length - from) }, (_, at) => {
      const t = (from + at) / RATE_HZ;
      return (
        8_000 * Math.sin(2 * Math.PI * (150 * t + 20 * Math.sin(3 * t))) * Math.sin(7 * t) ** 2
      );
    });
    yield { give: { type: 'speech-audio', clause, samples } };
  }
  yield { give: { type: 'clause-done', clause } };
}

let relay: TestRelay;
beforeAll(async () => {
  const clock = systemClock;
  const synthesizer = new ScriptedSynthesizer({ clock, sampleRateHz: RATE_HZ, speak: hum });
  relay = await startTestRelay({ providers: { synthesizer } });
  // From here on it is known how fast the voice speaks: that decides which events there are.
  await using call = await startCall('pcm16');
  await answered(call);
});
afterAll(() => relay[Symbol.asyncDispose]());

async function startCall(codec: 'opus' | 'pcm16'): Promise<TestCall> {
  const call = await TestCall.start(relay.url);
  call.send({ type: 'session.update', session: { output_audio_codec: codec } });
  await call.inbound.next('session.updated');
  return call;
}

async function answered(call: TestCall): Promise<void> {
  call.type('Good morning');
  await call.inbound.next('response.done');
}

/** The voice of a response, decoded if it is in Opus. */
async function voiceOf({ inbound }: TestCall, item: number): Promise<Int16Array> {
  const decoder = await OpusDecoder.create(RATE_HZ);
  const frames = inbound.frames.filter((frame) => frame.item === item);
  return joinPcm16(
    frames.map(({ opus, samples }) => {
      if (opus === undefined) return samples;
      return opus.packet.length === 0 ? samples : decoder.decode([opus.packet]);
    }),
  );
}

/** The loudness of each 20 ms. */
function envelope(samples: Int16Array): number[] {
  const window = (RATE_HZ * WINDOW_MS) / 1_000;
  return Array.from({ length: Math.floor(samples.length / window) }, (_, at) => {
    const part = samples.subarray(at * window, (at + 1) * window);
    return Math.sqrt(part.reduce((sum, value) => sum + value ** 2, 0) / window);
  });
}

function expectAlike(heard: Int16Array, spoken: Int16Array): void {
  const longerMs = ((heard.length - spoken.length) * 1_000) / RATE_HZ;
  expect(longerMs).toBeGreaterThanOrEqual(0);
  expect(longerMs).toBeLessThan(20);
  const [loud, wanted] = [envelope(heard), envelope(spoken)];
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const apart = wanted.map((loudness, at) => Math.abs(loud[at]! - loudness));
  expect(sum(apart) / sum(wanted)).toBeLessThan(0.05);
}

/** What came, frames in a row as one. */
function orderOf(received: readonly Received[]): string[] {
  const names = received.map((item) => (item.kind === 'event' ? nameOf(item.event) : 'voice'));
  return names.filter((name, at) => name !== 'voice' || names[at - 1] !== 'voice');
}

function nameOf(event: RelayEvent): string {
  const where = 'audio_start_ms' in event ? ` at ${event.audio_start_ms}` : '';
  return event.type + where;
}

const isOfReply = (item: Received) =>
  item.kind === 'audio' || item.event.type.startsWith('response.');

describe('a reply in Opus', () => {
  it('is the same voice in the same order as in PCM16, in a tenth of the bytes', async () => {
    await using plain = await startCall('pcm16');
    await using call = await startCall('opus');
    for (const one of [plain, call]) await answered(one);
    const [created] = call.inbound.ofType('response.created');
    expect(created!.audio).toEqual({ sample_rate: RATE_HZ, codec: 'opus' });
    expect(plain.inbound.ofType('response.created')[0]!.audio).toEqual({ sample_rate: RATE_HZ });
    const spoken = await voiceOf(plain, 1);
    expectAlike(await voiceOf(call, 1), spoken);
    const bytes = call.inbound.frames.reduce((sum, { opus }) => sum + 12 + opus!.packet.length, 0);
    expect(bytes).toBeLessThan(spoken.byteLength / 10);
    const [ofOpus, ofPcm] = [call, plain].map(({ inbound }) =>
      orderOf(inbound.received.filter(isOfReply)),
    );
    expect(ofOpus).toEqual(ofPcm);
    expect(call.inbound.frames.at(-1)!.last).toBe(true);
    expect(call.inbound.ofType('response.output_audio.done')).toMatchObject([
      { audio_ms: (spoken.length * 1_000) / RATE_HZ },
    ]);
  });

  it('is heard whole over a lost connection', async () => {
    await using plain = await startCall('pcm16');
    await using call = await startCall('opus');
    for (const one of [plain, call]) one.type(LONG);
    await call.inbound.until('voice', ({ frames }) => frames.length > 1 || undefined);
    await call.cut();
    expect(call.inbound.ofType('response.done')).toEqual([]);
    await call.resume();
    for (const one of [plain, call]) await one.inbound.next('response.done');
    expectAlike(await voiceOf(call, 1), await voiceOf(plain, 1));
    // An acknowledgement that was on its way when the connection broke is not sent again.
    const { seqs } = call.inbound;
    expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  });

  it('falls silent when it is interrupted, and the next is PCM16 if the client asks for that', async () => {
    await using call = await startCall('opus');
    call.type(LONG);
    const { response_id } = await call.inbound.next('response.created');
    await call.inbound.until('voice', ({ frames }) => frames.length > 3 || undefined);
    call.send({ type: 'response.cancel', response_id });
    const done = await call.inbound.next('response.done');
    expect(done.status).toBe('cancelled');
    call.send({ type: 'session.update', session: { output_audio_codec: 'pcm16' } });
    call.type('Good morning');
    const next = await call.inbound.next('response.created');
    await call.inbound.next('response.done');
    const late = call.inbound.frames.filter(({ item, seq }) => item === 1 && seq > done.seq);
    expect(late).toEqual([]);
    expect(next.audio).toEqual({ sample_rate: RATE_HZ });
    const ofNext = call.inbound.frames.filter(({ item }) => item === next.item);
    expect(ofNext.every(({ opus }) => opus === undefined)).toBe(true);
  });
});

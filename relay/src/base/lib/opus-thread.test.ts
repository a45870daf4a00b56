import { OpusDecoder, OpusEncoder } from '@parley/opus/opus-codec';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { decodeSpeech } from './opus-codec.ts';
import { OpusThread } from './opus-thread.ts';

const RATE_HZ = 16_000;

let opus: OpusThread;
beforeEach(() => {
  opus = new OpusThread();
});
afterEach(() => opus[Symbol.asyncDispose]());

/** Packets of half a second of a tone, and what they decode to. */
async function tone(hz: number) {
  const samples = Int16Array.from(
    { length: RATE_HZ / 2 },
    (_, at) => 8_000 * Math.sin((2 * Math.PI * hz * at) / RATE_HZ),
  );
  const packets = (await OpusEncoder.create(RATE_HZ, 20_000)).encode(samples, true);
  const decoder = await OpusDecoder.create(RATE_HZ);
  return { packets, decoded: decoder.decode(packets) };
}

it('decodes the streams of several calls, each by itself', async () => {
  const tones = await Promise.all([tone(200), tone(330), tone(470)]);
  const streams = tones.map(() => opus.decoder(RATE_HZ));
  const heard = tones.map((): Int16Array[] => []);
  for (let at = 0; at < tones[0].packets.length; at++) {
    await Promise.all(
      streams.map(async (stream, call) => {
        heard[call]!.push(await stream.push(tones[call]!.packets[at]!));
      }),
    );
  }
  for (const stream of streams) stream.close();
  expect(heard.map(joinPcm16)).toEqual(tones.map(({ decoded }) => decoded));
});

it('answers in order, and takes packets that are views over something larger', async () => {
  const { packets, decoded } = await tone(300);
  const message = new Uint8Array(packets.reduce((sum, { length }) => sum + length, 12));
  let at = 12;
  const views = packets.map((packet) => {
    message.set(packet, at);
    at += packet.length;
    return message.subarray(at - packet.length, at);
  });
  const stream = opus.decoder(RATE_HZ);
  const answers: Int16Array[] = [];
  await Promise.all(views.map(async (view) => answers.push(await stream.push(view))));
  stream.close();
  expect(joinPcm16(answers)).toEqual(decoded);
});

it('fails the streams of a thread that dies; the next one gets another thread', async () => {
  const { packets, decoded } = await tone(300);
  const [first] = packets;
  const bystander = opus.decoder(RATE_HZ);
  await bystander.push(first!);
  // There is no such rate.
  const deadly = opus.decoder(12_345);
  await expect(deadly.push(first!)).rejects.toMatchObject({ code: 'internal_error' });
  await expect(bystander.push(first!)).rejects.toMatchObject({ code: 'internal_error' });

  const next = opus.decoder(RATE_HZ);
  expect(await next.push(...packets)).toEqual(decoded);
  next.close();
  // What is left of the dead one is given back last, and takes nothing from those that come.
  deadly.close();
  bystander.close();
  const later = opus.decoder(RATE_HZ);
  expect(await later.push(...packets)).toEqual(decoded);
  later.close();
});

it('decodes a whole utterance, and leaves PCM16 as it is', async () => {
  const { packets, decoded } = await tone(250);
  const pieces = packets.map((packet) => ({ packet, durationMs: 20 }));
  expect(joinPcm16(await decodeSpeech(opus, pieces))).toEqual(decoded);
  const spoken = [Int16Array.of(1, 2)];
  expect(await decodeSpeech(opus, spoken)).toBe(spoken);
});

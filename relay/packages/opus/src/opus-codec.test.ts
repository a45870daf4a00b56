import { mergeOpusPackets, opusDurationMs } from '@parley/shared/audio/opus-packet';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import fc from 'fast-check';
import { getPacketInfo } from 'libopus-wasm';
import { describe, expect, it } from 'vitest';
import { OpusDecoder, OpusEncoder } from './opus-codec.ts';

const RATE_HZ = 16_000;

/** A hum that rises and falls like a voice. */
function hum(samples: number): Int16Array {
  return Int16Array.from({ length: samples }, (_, at) => {
    const t = at / RATE_HZ;
    return 6_000 * Math.sin(2 * Math.PI * (140 * t + 20 * Math.sin(3 * t))) * Math.sin(9 * t) ** 2;
  });
}

async function encoded(samples: Int16Array, bitrate = 20_000) {
  const encoder = await OpusEncoder.create(RATE_HZ, bitrate);
  return encoder.encode(samples, true);
}

async function decoded(packets: readonly Uint8Array[]): Promise<Int16Array> {
  const decoder = await OpusDecoder.create(RATE_HZ);
  return joinPcm16(packets.map((packet) => decoder.decode([packet])));
}

/** How alike two sounds are, 0–1, if the other comes so many samples later. */
function likeness(one: Int16Array, other: Int16Array, lag = 0): number {
  let [both, ones, others] = [0, 0, 0];
  for (const [at, value] of one.entries()) {
    const late = other[at + lag] ?? 0;
    both += value * late;
    ones += value ** 2;
    others += late ** 2;
  }
  return both / Math.sqrt(ones * others);
}

/** @returns samples */
function lagOf(one: Int16Array, other: Int16Array): number {
  const lags = Array.from({ length: 401 }, (_, index) => index - 200);
  return lags.reduce((best, lag) =>
    likeness(one, other, lag) > likeness(one, other, best) ? lag : best,
  );
}

describe('Opus', () => {
  it('keeps all of a sound, whatever its length', async () => {
    for (const length of [1, 319, 320, 1_600, 12_345]) {
      const sound = hum(length);
      const heard = await decoded(await encoded(sound));
      expect(heard.length).toBeGreaterThanOrEqual(length);
      expect(heard.length).toBeLessThan(length + 640);
    }
  });

  it('keeps a sound at its place', async () => {
    const sound = hum(12_345);
    const lag = lagOf(sound, await decoded(await encoded(sound)));
    // A millisecond: a hum is much the same a little earlier.
    expect(Math.abs(lag)).toBeLessThan(16);
  });

  it('leaves digital silence as it was, before and after a sound', async () => {
    const [before, after] = [new Int16Array(8_000), new Int16Array(16_000)];
    const heard = await decoded(await encoded(joinPcm16([before, hum(8_000), after])));
    // The first frame of the codec, and the last of the sound, may hold what is not heard.
    expect(heard.subarray(640, 7_000).every((sample) => sample === 0)).toBe(true);
    expect(heard.subarray(8_000, 16_000).some((sample) => sample > 1_000)).toBe(true);
    expect(heard.subarray(19_200, 32_000).every((sample) => sample === 0)).toBe(true);
  });

  it('takes about as many bits as it is told', async () => {
    const packets = await encoded(hum(10 * RATE_HZ), 20_000);
    const bytes = packets.reduce((sum, { length }) => sum + length, 0);
    expect((bytes * 8) / 10).toBeLessThan(21_000);
  });

  it('several packets as one decode to the same, and last as long', async () => {
    const packets = await encoded(hum(RATE_HZ));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), async (count) => {
        const merged: Uint8Array[] = [];
        for (let from = 0; from < packets.length; from += count) {
          const group = packets.slice(from, from + count);
          const packet = mergeOpusPackets(group)!;
          merged.push(packet);
          expect(opusDurationMs(packet)).toBe(group.length * 20);
          expect((await getPacketInfo(packet)).durationMs).toBe(group.length * 20);
        }
        expect(await decoded(merged)).toEqual(await decoded(packets));
      }),
      { numRuns: 12 },
    );
  });

  it('says of each packet what the library says of its length', async () => {
    for (let toc = 0; toc < 256; toc += 1) {
      // No frame, two of the same length, two of their own lengths, one of several.
      const packet = Uint8Array.of(toc, ...[[], [0, 0], [1, 0, 0], [1, 0]][toc % 4]!);
      const info = await getPacketInfo(packet);
      expect([toc, opusDurationMs(packet)]).toEqual([toc, info.durationMs]);
    }
  });

  it('merges nothing that differs in its kind, has several frames, or lasts too long', () => {
    const [voice, other, several] = [Uint8Array.of(72, 1), Uint8Array.of(80, 1), Uint8Array.of(73)];
    expect(mergeOpusPackets([voice, other])).toBeUndefined();
    expect(mergeOpusPackets([several])).toBeUndefined();
    expect(mergeOpusPackets(Array<Uint8Array>(7).fill(voice))).toBeUndefined();
    expect(mergeOpusPackets([])).toBeUndefined();
  });

  it('conceals what is no packet for as long as it claims to last, and goes on', async () => {
    const packets = [...(await encoded(hum(RATE_HZ)))];
    const whole = await decoded(packets);
    packets[10] = Uint8Array.of(75, 0xff, 0xff, 0xff);
    packets[12] = Uint8Array.of(74, 0xfd);
    const heard = await decoded(packets);
    expect(heard.length).toBe(whole.length + 320 * (opusDurationMs(packets[12])! / 20 - 1) - 320);
    expect(likeness(whole.subarray(-4_000), heard.subarray(-4_000))).toBeGreaterThan(0.9);
  });
});

import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from 'mediabunny';
import { afterAll, describe, expect, it } from 'vitest';
import { OpusEncoder } from '@parley/opus/opus-codec';
import { encodeWav, wavHeader } from '@parley/shared/audio/wav-writer';
import { systemClock } from '../../base/lib/clock.ts';
import { SoundReader } from './recording.ts';

const { signal } = new AbortController();
const reader = new SoundReader({ clock: systemClock });
afterAll(() => reader[Symbol.asyncDispose]());
const read = (bytes: Uint8Array, maxMs = 60_000) =>
  reader.read({ bytes: bytes.slice(), maxMs }, signal);

/** A second of 440 Hz. */
const tone = (rateHz: number) =>
  Int16Array.from({ length: rateHz }, (_, i) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * 440 * i) / rateHz)),
  );

/** How much of a recording is that tone, 0–1, whatever its phase. */
function likenessToTone(samples: Int16Array): number {
  let [sine, cosine, all] = [0, 0, 0];
  for (const [i, sample] of samples.entries()) {
    const phase = (2 * Math.PI * 440 * i) / 16_000;
    sine += sample * Math.sin(phase);
    cosine += sample * Math.cos(phase);
    all += sample * sample;
  }
  return Math.hypot(sine, cosine) / Math.sqrt((all * samples.length) / 2);
}

/** As browsers record: Opus in a container. */
async function recorded(format: WebMOutputFormat | Mp4OutputFormat): Promise<Uint8Array> {
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const source = new EncodedAudioPacketSource('opus');
  output.addAudioTrack(source);
  await output.start();
  const encoder = await OpusEncoder.create(48_000, 32_000);
  const config = { codec: 'opus', numberOfChannels: 1, sampleRate: 48_000 };
  const head = Uint8Array.of(...Buffer.from('OpusHead'), 1, 1, 56, 1, 0x80, 0xbb, 0, 0, 0, 0, 0);
  for (const [index, packet] of encoder.encode(tone(48_000), true).entries()) {
    await source.add(new EncodedPacket(packet, 'key', index * 0.02, 0.02), {
      decoderConfig: { ...config, description: head },
    });
  }
  encoder.free();
  await output.finalize();
  return new Uint8Array(target.buffer!);
}

describe('a recording', () => {
  it('at 16 kHz is taken sample for sample', async () => {
    expect(await read(encodeWav(tone(16_000), 16_000))).toEqual(tone(16_000));
  });

  it.each([8_000, 22_050, 44_100, 48_000])('at %i Hz is resampled', async (rateHz) => {
    const samples = await read(encodeWav(tone(rateHz), rateHz));
    expect(samples).toHaveLength(16_000);
    expect(likenessToTone(samples)).toBeGreaterThan(0.98);
  });

  it('of two channels is their mean', async () => {
    const left = tone(16_000);
    const both = new Int16Array(32_000);
    for (const [i, sample] of left.entries()) both[2 * i] = sample;
    const file = Buffer.concat([wavHeader(16_000, 16_000, 2), new Uint8Array(both.buffer)]);
    expect(await read(file)).toEqual(left.map((sample) => Math.round(sample / 2)));
  });

  it.each([
    ['WebM', new WebMOutputFormat()],
    ['MP4', new Mp4OutputFormat()],
  ])('in Opus and %s is decoded', async (_, format) => {
    const samples = await read(await recorded(format));
    expect(Math.abs(samples.length - 16_000)).toBeLessThan(400);
    expect(likenessToTone(samples.subarray(800, 15_200))).toBeGreaterThan(0.98);
  });

  it('that is longer than allowed is refused, in either way of reading', async () => {
    const refusal = { status: 413, code: 'audio_too_long' };
    await expect(read(encodeWav(tone(16_000), 16_000), 900)).rejects.toMatchObject(refusal);
    const webm = await recorded(new WebMOutputFormat());
    await expect(read(webm, 900)).rejects.toMatchObject(refusal);
  });

  it.each([
    ['is empty', new Uint8Array()],
    ['is noise', new Uint8Array(5_000).fill(77)],
    ['only begins like MP3', Uint8Array.of(0xff, 0xfb, 1, 2, 3)],
    ['is a WAV file of no kind', encodeWav(tone(16_000), 16_000).fill(0, 20, 24)],
    ['has a rate that cannot be', encodeWav(tone(16_000), 700_001)],
  ])('that %s is refused', async (_, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ status: 415, code: 'unsupported_format' });
  });

  it('that holds a library up for ever ends with its request, and holds nothing else up', async () => {
    // Found by changing bytes at random: the size of its segment is shorter than what it holds.
    const hostile =
      'GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibUKHgQRChYECGFOAZ43/////////FUmpZpkq17GDD0JA';
    const gone = new AbortController();
    const file = { bytes: new Uint8Array(Buffer.from(hostile, 'base64')), maxMs: 1_000 };
    const reading = reader.read(file, gone.signal);
    const webm = await recorded(new WebMOutputFormat());
    // Others are served, and the loop of this thread still turns.
    for (let other = 0; other < 3; other += 1) expect((await read(webm)).length).toBeGreaterThan(0);
    expect(await Promise.race([reading, Promise.resolve('not yet')])).toBe('not yet');
    gone.abort(new Error('gone'));
    await expect(reading).rejects.toThrow('gone');
  });
});

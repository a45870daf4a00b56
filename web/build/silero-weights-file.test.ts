import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ort, RUNTIME_WASM } from '@parley/turn-model/runtime';
import { log } from '@ricky0123/vad-web/dist/logging.js';
import { Silero } from '@ricky0123/vad-web/dist/models/silero.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeVowel } from '../src/client/media-worker/speech/detector-check.ts';
import { SileroNetwork } from '@parley/shared/vad/silero-network';
import { parseSileroWeights } from '@parley/shared/vad/silero-weights';
import { FRAME_SAMPLES } from '@parley/shared/vad/speech-detector';
import { readSileroWeights } from '@parley/shared/vad/silero-weights-file';

const { resolve } = createRequire(import.meta.url);
/** Rounding in another order, amplified by the memory. */
const MAX_DIFFERENCE = 1e-4;

describe('the Silero network', () => {
  let file: ArrayBuffer;
  beforeAll(async () => {
    file = (await readSileroWeights()).buffer;
  });

  test('tells what the published model tells in ONNX Runtime, frame by frame', async () => {
    const published = await loadPublished();
    const network = new SileroNetwork(parseSileroWeights(file));
    const sound = someSound();
    let highest = 0;
    let lowest = 1;
    for (let at = 0; at + FRAME_SAMPLES <= sound.length; at += FRAME_SAMPLES) {
      const frame = sound.slice(at, at + FRAME_SAMPLES);
      const probability = network.probabilityOf(frame);
      // oxlint-disable-next-line no-await-in-loop -- the model keeps a state: one after the other
      const { isSpeech } = await published.process(frame);
      expect(Math.abs(probability - isSpeech)).toBeLessThan(MAX_DIFFERENCE);
      highest = Math.max(highest, probability);
      lowest = Math.min(lowest, probability);
    }
    expect(highest).toBeGreaterThan(0.8);
    expect(lowest).toBeLessThan(0.05);
  });

  test('hears the same after a reset as at first', () => {
    const network = new SileroNetwork(parseSileroWeights(file));
    const vowel = makeVowel();
    const hear = () =>
      Array.from({ length: 8 }, (_frame, n) =>
        network.probabilityOf(vowel.slice(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES)),
      );
    const first = hear();
    expect(hear()).not.toEqual(first);
    network.reset();
    expect(hear()).toEqual(first);
  });

  test('is not made of a file that was cut off, or of another', () => {
    expect(() => parseSileroWeights(file.slice(0, file.byteLength - 4))).toThrow(
      'The speech detector has',
    );
    expect(() => parseSileroWeights(file.slice(0, 5))).toThrow(RangeError);
    expect(() => parseSileroWeights(new ArrayBuffer(2 * file.byteLength))).toThrow(RangeError);
  });
});

async function loadPublished(): ReturnType<typeof Silero.new> {
  log.debug = () => {};
  const [runtime, model] = await Promise.all([
    readFile(RUNTIME_WASM),
    readFile(resolve('@ricky0123/vad-web/dist/silero_vad_v6.onnx')),
  ]);
  ort.env.wasm.wasmBinary = runtime;
  ort.env.wasm.numThreads = 1;
  return Silero.new(ort, async () => new Uint8Array(model).buffer);
}

/** Silence, noise of all levels, a vowel over noise, and samples that are clipped: six seconds. */
function someSound(): Float32Array {
  const vowel = makeVowel();
  const sound = new Float32Array(12 * vowel.length);
  let seed = 1;
  for (let n = vowel.length; n < sound.length; n += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    const noise = seed / 1_073_741_824 - 1;
    const part = Math.floor(n / vowel.length);
    const level = part > 9 ? 3 : 10 ** (-part / 3);
    const voice = part % 2 === 1 ? vowel[n % vowel.length]! : 0;
    sound[n] = Math.max(-1, Math.min(1, level * noise + (part > 9 ? 9 : 2) * voice));
  }
  return sound;
}

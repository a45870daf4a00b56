import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meanModel, onnxFile } from './onnx-file.rig.ts';
import { logMelSpectrogram } from './log-mel.ts';
import { TurnModelSession } from './turn-model-session.ts';

let path: string;

beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'parley-turn-model-')), 'model.onnx');
});

afterAll(() => rm(join(path, '..'), { recursive: true }));

async function load(content: Uint8Array): Promise<TurnModelSession> {
  await writeFile(path, content);
  return TurnModelSession.load(path);
}

const sigmoid = (logOdds: number) => 1 / (1 + Math.exp(-logOdds));
const mean = (values: Float32Array) => values.reduce((sum, each) => sum + each, 0) / values.length;

describe('a turn model', () => {
  it.each(['batch_size', 1])('judges the spectrogram, in batches of %s', async (batch) => {
    const model = await load(onnxFile(meanModel([batch, 80, 800])));
    expect(await model.judge(new Int16Array(16_000))).toBeCloseTo(sigmoid(-1.5), 6);
    const sound = Int16Array.from({ length: 50_000 }, (_, at) => ((at * at) % 20_011) - 10_000);
    expect(await model.judge(sound)).toBeCloseTo(sigmoid(mean(logMelSpectrogram(sound))), 5);
  });

  it.each<[string, Uint8Array, string]>([
    [
      'is not an ONNX model',
      new TextEncoder().encode('not a model'),
      'It is not an ONNX model that onnxruntime can load.',
    ],
    [
      'takes the sound itself',
      onnxFile({
        inputs: [{ name: 'input_values', shape: ['batch_size', 'samples'] }],
        outputs: [{ name: 'logits', shape: ['batch_size', 'samples'] }],
        nodes: [{ operator: 'Sigmoid', inputs: ['input_values'], outputs: ['logits'] }],
      }),
      'It takes input_values, float32 [batch_size, samples]. A model with the interface of Smart Turn v3 takes input_features, float32 [1, 80, 800], and gives one probability.',
    ],
    [
      'takes another spectrogram',
      onnxFile(meanModel([1, 128, 800])),
      'It takes input_features, float32 [1, 128, 800].',
    ],
    [
      'gives no probability',
      onnxFile(meanModel([1, 80, 800], 'Identity')),
      'What it gives is not one probability between 0 and 1.',
    ],
  ])('is refused in a sentence if it %s', async (_, content, sentence) => {
    await expect(load(content)).rejects.toThrow(sentence);
  });
});

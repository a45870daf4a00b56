import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meanModel, onnxFile } from '../../../test/support/onnx-file.ts';
import { logMelSpectrogram } from './log-mel.ts';
import { openTurnModel } from './open-turn-model.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-turn-model-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, content: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const sigmoid = (logOdds: number) => 1 / (1 + Math.exp(-logOdds));
const mean = (values: Float32Array) => values.reduce((sum, each) => sum + each, 0) / values.length;
const never = () => new AbortController().signal;

describe('a turn model', () => {
  it('judges the spectrogram of what was said, in a thread with the real runtime', async () => {
    await using model = await openTurnModel(await written('mean.onnx', onnxFile(meanModel())));
    const silence = await model.judge(new Int16Array(16_000), never());
    expect(silence).toBeCloseTo(sigmoid(-1.5), 6);
    const sound = Int16Array.from({ length: 50_000 }, (_, at) => ((at * at) % 20_011) - 10_000);
    const expected = sigmoid(mean(logMelSpectrogram(sound)));
    expect(await model.judge(sound, never())).toBeCloseTo(expected, 5);
    expect(model.judgementMs).toBeGreaterThan(0);
  });

  it('answers one pause after the other, and lets no more wait than could be in time', async () => {
    await using model = await openTurnModel(await written('busy.onnx', onnxFile(meanModel())));
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => model.judge(new Int16Array(16_000), never())),
    );
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(2);
    expect(await model.judge(new Int16Array(16_000), never())).toBeDefined();
  });

  it('that gives no probability once gives one the next time, in a new thread', async () => {
    const path = await written('relu.onnx', onnxFile(meanModel([1, 80, 800], 'Relu')));
    await using model = await openTurnModel(path);
    // Of white noise the mean is above 1.
    let random = 1;
    const noise = Int16Array.from({ length: 128_000 }, () => {
      random = (random * 48_271) % 0x7fffffff;
      return random % 20_000;
    });
    await expect(model.judge(noise, never())).rejects.toMatchObject({ code: 'internal_error' });
    expect(await model.judge(new Int16Array(16_000), never())).toBe(0);
  });

  it('is not asked any more once the pause is over', async () => {
    await using model = await openTurnModel(await written('over.onnx', onnxFile(meanModel())));
    const pause = new AbortController();
    const first = model.judge(new Int16Array(16_000), never());
    const second = model.judge(new Int16Array(16_000), pause.signal);
    pause.abort(new Error('The person goes on.'));
    await expect(second).rejects.toThrow('goes on');
    expect(await first).toBeDefined();
  });

  it.each<[string, Uint8Array, string]>([
    [
      'that is no ONNX model',
      new TextEncoder().encode('not a model'),
      'It is not an ONNX model that onnxruntime can load.',
    ],
    [
      'that takes the sound itself',
      onnxFile({
        inputs: [{ name: 'input_values', shape: ['batch_size', 'samples'] }],
        outputs: [{ name: 'logits', shape: ['batch_size', 'samples'] }],
        nodes: [{ operator: 'Sigmoid', inputs: ['input_values'], outputs: ['logits'] }],
      }),
      'It takes input_values, float32 [batch_size, samples]. A model with the interface of Smart Turn v3 takes input_features, float32 [1, 80, 800], and gives one probability.',
    ],
    [
      'that takes another spectrogram',
      onnxFile(meanModel([1, 128, 800])),
      'It takes input_features, float32 [1, 128, 800].',
    ],
    [
      'that gives no probability',
      onnxFile(meanModel([1, 80, 800], 'Identity')),
      'What it gives is not one probability between 0 and 1.',
    ],
  ])('%s is refused in a sentence', async (name, content, sentence) => {
    const path = await written(`${name}.onnx`, content);
    await expect(openTurnModel(path)).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining(
        `${JSON.stringify(path)}, which cannot be used. ${sentence}`,
      ),
    });
  });

  it('that is not there is refused in a sentence', async () => {
    const path = join(folder, 'missing.onnx');
    await expect(openTurnModel(path)).rejects.toThrow('There is no such file');
    await expect(openTurnModel(folder)).rejects.toThrow('There is no such file');
  });
});

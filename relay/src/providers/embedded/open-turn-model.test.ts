import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meanModel, onnxFile } from '@parley/turn-model/onnx-file.rig';
import { openTurnModel, type EmbeddedTurnModel } from './open-turn-model.ts';

let folder: string;
/** Gives 0 for silence, and for noise a number that is not a probability. */
let model: EmbeddedTurnModel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-turn-model-'));
  const path = await written('model.onnx', onnxFile(meanModel([1, 80, 800], 'Relu')));
  model = await openTurnModel(path);
  // The runtime is compiled, beside the work of all other tests.
}, 90_000);

afterAll(async () => {
  await model[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function written(name: string, content: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** White noise, of whose spectrogram the mean is above 1. */
function noise(): Int16Array<ArrayBuffer> {
  let random = 1;
  return Int16Array.from({ length: 128_000 }, () => {
    random = (random * 48_271) % 0x7fffffff;
    return random % 20_000;
  });
}

const silence = () => new Int16Array(16_000);
const never = () => new AbortController().signal;

describe('the thread of the turn model', () => {
  it('answers, and knows what that takes', async () => {
    expect(await model.judge(silence(), never())).toBe(0);
    expect(model.judgementMs).toBeGreaterThan(0);
  });

  it('answers one pause after the other, and lets no more wait than could be in time', async () => {
    const pauses = Array.from({ length: 5 }, () => model.judge(silence(), never()));
    expect(await Promise.all(pauses)).toEqual([0, 0, 0, undefined, undefined]);
  });

  it('is not asked any more once the pause is over', async () => {
    const pause = new AbortController();
    const first = model.judge(silence(), never());
    const second = model.judge(silence(), pause.signal);
    pause.abort(new Error('The person goes on.'));
    await expect(second).rejects.toThrow('goes on');
    expect(await first).toBe(0);
  });

  it('is replaced after a judgement that failed', async () => {
    await expect(model.judge(noise(), never())).rejects.toMatchObject({ code: 'internal_error' });
    expect(await model.judge(silence(), never())).toBe(0);
  });
});

it('a turn model that cannot be used is a mistake in the configuration', async () => {
  const wrong = await written('wrong.onnx', new TextEncoder().encode('not a model'));
  await expect(openTurnModel(wrong)).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringContaining(
      `TURN_MODEL: found ${JSON.stringify(wrong)}, which cannot be used. It is not an ONNX model`,
    ),
  });
  for (const path of [join(folder, 'missing.onnx'), folder]) {
    await expect(openTurnModel(path)).rejects.toThrow('There is no such file.');
  }
});

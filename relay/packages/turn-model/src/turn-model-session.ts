import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web/wasm';
import { FRAMES, logMelSpectrogram, MEL_BANDS, WINDOW_SAMPLES } from './log-mel.ts';

const INPUT = 'input_features';
const SHAPE = [1, MEL_BANDS, FRAMES] as const;
/** What the model is tried with at the start. */
const SILENCE = new Int16Array(WINDOW_SAMPLES);

/** A turn model in the runtime; what is wrong with its file is said in a sentence. */
export class TurnModelSession {
  readonly #session: ort.InferenceSession;

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  /** @throws Error that says what is wrong with the file */
  static async load(path: string): Promise<TurnModelSession> {
    // The pool has one thread for all calls; the runtime's own would be taken from recognition.
    ort.env.wasm.numThreads = 1;
    // The library would write to standard output.
    ort.env.logLevel = 'fatal';
    const file = await readFile(path).catch((cause: unknown) => {
      throw new Error('It cannot be read.', { cause });
    });
    const session = await ort.InferenceSession.create(file, {
      executionProviders: ['wasm'],
      logSeverityLevel: 4,
    }).catch((cause: unknown) => {
      throw new Error('It is not an ONNX model that onnxruntime can load.', { cause });
    });
    checkInterface(session);
    const loaded = new TurnModelSession(session);
    await loaded.judge(SILENCE).catch((cause: unknown) => {
      throw cause instanceof NoProbability
        ? cause
        : new Error('It does not take the log-mel spectrogram of eight seconds.', { cause });
    });
    return loaded;
  }

  /**
   * @param samples - PCM16 at 16 kHz
   * @returns how probably the turn is over, 0–1
   */
  async judge(samples: Int16Array): Promise<number> {
    const features = new ort.Tensor('float32', logMelSpectrogram(samples), SHAPE);
    const results = await this.#session.run({ [INPUT]: features });
    const result = results[this.#session.outputNames[0]!]!;
    const probability = Number(result.data[0]);
    if (result.size === 1 && probability >= 0 && probability <= 1) return probability;
    throw new NoProbability();
  }
}

class NoProbability extends Error {
  constructor() {
    super('What it gives is not one probability between 0 and 1.');
  }
}

/** @throws Error that says what the model takes and what it should take */
function checkInterface({ inputMetadata, outputNames }: ort.InferenceSession): void {
  const [input] = inputMetadata;
  const fits =
    inputMetadata.length === 1 &&
    outputNames.length === 1 &&
    input?.isTensor === true &&
    input.name === INPUT &&
    input.type === 'float32' &&
    input.shape.length === SHAPE.length &&
    // A length that is left open is a name.
    input.shape.every((length, index) => typeof length === 'string' || length === SHAPE[index]);
  if (fits) return;
  const found = inputMetadata.map(inWords).join(' and ');
  const outputs = outputNames.length === 1 ? '' : ` and gives ${outputNames.length} results`;
  throw new Error(
    `It takes ${found}${outputs}. A model with the interface of Smart Turn v3 takes ${INPUT}, float32 [${SHAPE.join(', ')}], and gives one probability.`,
  );
}

function inWords(input: ort.InferenceSession.ValueMetadata): string {
  return input.isTensor ? `${input.name}, ${input.type} [${input.shape.join(', ')}]` : input.name;
}

import { stat } from 'node:fs/promises';
import { ConfigError } from '../../base/config/read-settings.ts';
import { systemClock } from '../../base/lib/clock.ts';
import { WorkerPool } from '../../base/lib/worker-pool.ts';
import type { TurnModel } from '../../call/stages/turn-model.ts';

/** Several times the largest of Smart Turn's files. */
const MAX_FILE_BYTES = 200 * 1024 * 1024;
/** Pauses that may wait for the thread: of a third, the turn would be over before the answer. */
const MAX_WAITING = 2;
/** Longer than a pause waits, which gives up by its signal. */
const WAIT_MS = 5_000;
/** Judgements that are timed; the first are slower, until their code is compiled. */
const TRIALS = 5;
/** To compile the runtime takes a second, and many times that on a machine that is busy starting. */
const START_MS = 60_000;
const ANSWER_MS = 10_000;
const NO_RUNTIME = 'Its runtime is not installed: set TURN_MODEL and run `npm start` once.';

export interface EmbeddedTurnModel extends TurnModel, AsyncDisposable {
  /** What a judgement takes on this machine, ms. */
  readonly judgementMs: number;
}

/**
 * Loads a turn model into a thread of its own, which all calls share, and tries it.
 *
 * @param path - of an ONNX file with the interface of Smart Turn v3
 * @throws ConfigError that says what is wrong with the file
 */
export async function openTurnModel(path: string): Promise<EmbeddedTurnModel> {
  const refused = (reason: string) =>
    new ConfigError([`TURN_MODEL: found ${JSON.stringify(path)}, which cannot be used. ${reason}`]);
  const file = await stat(path).catch(() => undefined);
  if (file?.isFile() !== true) throw refused('There is no such file.');
  if (file.size > MAX_FILE_BYTES) throw refused('It is larger than 200 MB.');
  // It comes with a dependency of its own, which is installed only for people who have a model.
  const { turnModelThread, WINDOW_SAMPLES } = await import('@parley/turn-model');
  const pool = new WorkerPool<Int16Array<ArrayBuffer>, number>({
    spawn: () => turnModelThread(path),
    maxWorkers: 1,
    waitMs: WAIT_MS,
    startMs: START_MS,
    answerMs: ANSWER_MS,
    failure: 'internal_error',
    clock: systemClock,
  });
  async function judge(samples: Int16Array<ArrayBuffer>, signal?: AbortSignal): Promise<number> {
    const lease = await pool.acquire(signal);
    try {
      return await lease.request(samples, [samples.buffer]);
    } finally {
      lease.release();
    }
  }
  try {
    await pool.warm(1);
    return {
      judgementMs: await shortest(TRIALS, () => judge(new Int16Array(WINDOW_SAMPLES))),
      judge: async (samples, signal) =>
        pool.waiting < MAX_WAITING ? judge(samples, signal) : undefined,
      [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
    };
  } catch (error) {
    await pool[Symbol.asyncDispose]();
    const { code, message } = (error as Error).cause as NodeJS.ErrnoException;
    throw refused(code === 'ERR_MODULE_NOT_FOUND' ? NO_RUNTIME : message);
  }
}

/** @returns how long the work takes when nothing holds it up, ms */
async function shortest(trials: number, work: () => Promise<unknown>): Promise<number> {
  let shortestMs = Infinity;
  for (let trial = 0; trial < trials; trial += 1) {
    const startedAtMs = systemClock.now();
    await work();
    shortestMs = Math.min(shortestMs, systemClock.now() - startedAtMs);
  }
  return shortestMs;
}

import { Worker } from 'node:worker_threads';
import { systemClock } from '../../lib/clock.ts';
import { WorkerPool } from '../../lib/worker-pool.ts';
import type { Transcriber, TranscriptionOptions } from '../../stages/transcriber.ts';
import type { SpeechGrammar } from '../grammar.ts';
import { EmbeddedTranscription } from './embedded-transcription.ts';
import type { RecogniserAnswer, RecogniserRequest } from './recogniser-protocol.ts';

export interface EmbeddedTranscriberOptions {
  readonly grammar: SpeechGrammar;
  /** What words are to the grammar's phrases. */
  readonly phraseState?: Transcriber['phraseState'];
  /** Utterances that can be recognised at the same moment; each costs a thread. */
  readonly maxWorkers?: number;
  /** The longest wait for a free recogniser. */
  readonly waitMs?: number;
  /** The longest a recogniser may take to start. */
  readonly startMs?: number;
  /** The longest a recogniser may take for 300 ms of audio. */
  readonly answerMs?: number;
}

export interface EmbeddedTranscriber extends Transcriber, AsyncDisposable {
  /**
   * Starts `count` recognisers, so that the first callers do not wait for one.
   *
   * @throws Error that says what is wrong with the grammar
   */
  warm(count: number): Promise<void>;
}

/**
 * Recognises American English within a closed grammar, in threads of this process, without keys
 * or network. Other speech comes out as `unrecognised`. `language` is ignored.
 */
export function createEmbeddedTranscriber(
  options: EmbeddedTranscriberOptions,
): EmbeddedTranscriber {
  const { grammar, maxWorkers = 4, waitMs = 2_000, startMs = 30_000, answerMs = 10_000 } = options;
  const pool = new WorkerPool<RecogniserRequest, RecogniserAnswer>({
    spawn: () =>
      new Worker(new URL('./recogniser.worker.ts', import.meta.url), { workerData: grammar }),
    maxWorkers,
    waitMs,
    startMs,
    answerMs,
    failure: 'transcriber_failed',
    clock: systemClock,
  });
  return {
    name: 'embedded',
    phraseState: options.phraseState,
    async open({ signal, mayInterrupt, onUsed }: TranscriptionOptions) {
      return new EmbeddedTranscription(await pool.acquire(signal), {
        signal,
        mayInterrupt,
        onHeard: (audioMs) => onUsed?.({ model: 'embedded', units: { audioMs } }),
      });
    },
    probe: (signal) => pool.probe({ type: 'discard' }, signal),
    warm: (count) => pool.warm(count),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

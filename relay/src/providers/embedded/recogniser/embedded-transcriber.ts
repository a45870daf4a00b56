import { ParleyError } from '@parley/shared';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../../base/lib/clock.ts';
import { WorkerPool } from '../../../base/lib/worker-pool.ts';
import type {
  Transcriber,
  TranscriptionOptions,
} from '../../../call/stages/transcriber/transcriber.ts';
import type { SpeechGrammar } from '../grammar.ts';
import { EmbeddedTranscription } from './embedded-transcription.ts';
import type { PackedNetworks } from './packed-networks.ts';
import type {
  RecogniserAnswer,
  RecogniserRequest,
  RecogniserStart,
} from './recogniser-protocol.ts';

/** By default a thread keeps 80 MB of what it discarded while it made the grammar's network. */
const YOUNG_GENERATION_MB = 8;
/** Utterances that may wait for a recogniser. */
const MAX_WAITING = 64;

export interface EmbeddedTranscriberOptions {
  readonly grammar: SpeechGrammar;
  /** What words are to the grammar's phrases. */
  readonly phraseState?: Transcriber['phraseState'];
  /** Writes the words of the grammar, which are all small, as people do. */
  readonly writtenAs?: (words: string) => string;
  /** Recognisers, each in a thread of its own, which hears one utterance at a time. */
  readonly maxWorkers?: number;
  /** The longest that an utterance which has ended waits for a recogniser. */
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
 * or network. Other speech comes out as `unrecognised`.
 */
export function createEmbeddedTranscriber(
  options: EmbeddedTranscriberOptions,
): EmbeddedTranscriber {
  const { grammar, maxWorkers = 4, waitMs = 2_000, startMs = 30_000, answerMs = 10_000 } = options;
  /** Half of what a thread takes to start; made by the first. */
  let networks: PackedNetworks | undefined;
  const spawn = (): Worker => {
    const worker = new Worker(new URL('./recogniser.worker.ts', import.meta.url), {
      workerData: { grammar, networks } satisfies RecogniserStart,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    if (networks === undefined) {
      worker.once('message', (message: PackedNetworks) => {
        networks = message;
      });
    }
    return worker;
  };
  const pool = new WorkerPool<RecogniserRequest, RecogniserAnswer>({
    spawn,
    maxWorkers,
    waitMs,
    startMs,
    answerMs,
    failure: 'transcriber_failed',
    clock: systemClock,
  });
  return {
    name: 'embedded',
    languages: ['en'],
    phraseState: options.phraseState,
    // Async, so that what it throws is a rejection.
    async open({ signal, mayInterrupt, onUsed }: TranscriptionOptions) {
      signal.throwIfAborted();
      if (pool.waiting >= MAX_WAITING) throw new ParleyError('capacity_exhausted');
      return new EmbeddedTranscription({
        acquire: (over, since) => pool.acquire(over, since),
        signal,
        mayInterrupt,
        writtenAs: options.writtenAs,
        onHeard: (audioMs) => onUsed?.({ model: 'embedded', units: { audioMs } }),
      });
    },
    probe: (signal) => pool.probe({ type: 'discard' }, signal),
    waiting: () => pool.waiting,
    warm: (count) => pool.warm(count),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

import { ParleyError } from '@parley/shared';
import {
  FLITE_SAMPLE_RATE_HZ,
  piecesOf,
  voiceThread,
  type Piece,
  type SynthesisAnswer,
  type SynthesisRequest,
} from '@parley/voice';
import { systemClock } from '../../base/lib/clock.ts';
import { WorkerPool } from '../../base/lib/worker-pool.ts';
import type {
  SpeechEvent,
  SynthesisOptions,
  Synthesizer,
  Voice,
} from '../../call/stages/synthesizer/synthesizer.ts';
import { readAhead } from '../../base/lib/read-ahead.ts';

const VOICES: readonly [Voice, ...Voice[]] = [
  { id: 'slt', label: 'Sarah, American English' },
  { id: 'rms', label: 'Robert, American English' },
  { id: 'awb', label: 'Alan, Scottish English' },
];

/** Faster, words run together; slower, they fall apart. */
const SPEEDS = { min: 0.6, max: 1.8 } as const;

/** Short enough that what follows can pace it and stop it. */
const MAX_EMIT_SAMPLES = (FLITE_SAMPLE_RATE_HZ * 200) / 1_000;

export interface EmbeddedSynthesizerOptions {
  /** Clauses synthesised at the same moment; each costs a thread while it lasts. */
  readonly maxWorkers?: number;
  /** The longest wait for a free thread. */
  readonly waitMs?: number;
  /** The longest a thread may take to start. */
  readonly startMs?: number;
  /** The longest a thread may take for 150 characters. */
  readonly answerMs?: number;
  /** A thread ends after this long without work; if absent, none does. */
  readonly idleMs?: number;
}

export interface EmbeddedSynthesizer extends Synthesizer, AsyncDisposable {
  /** Starts `count` threads. */
  warm(count: number): Promise<void>;
}

/** Some ten milliseconds of a thread. */
const PROBE: SynthesisRequest = {
  voice: VOICES[0].id,
  text: 'a',
  pauses: { beforeMs: 0, afterMs: 0 },
  speed: 1,
};

/** Speaks English with the voices of flite, in threads of this process, without keys or network. */
export function createEmbeddedSynthesizer(
  options: EmbeddedSynthesizerOptions = {},
): EmbeddedSynthesizer {
  const { maxWorkers = 2, waitMs = 5_000, startMs = 30_000, answerMs = 10_000, idleMs } = options;
  const pool = new WorkerPool<SynthesisRequest, SynthesisAnswer>({
    spawn: voiceThread,
    ...{ maxWorkers, waitMs, startMs, answerMs },
    ...(idleMs !== undefined && { idleMs }),
    failure: 'synthesizer_failed',
    clock: systemClock,
  });

  async function speak(
    { text, pauses }: Piece,
    voice: string,
    speed: number,
    signal: AbortSignal,
  ): Promise<Int16Array> {
    // Leased for one piece: a reply takes seconds to be heard but milliseconds to be made.
    const lease = await pool.acquire(signal);
    try {
      return (await lease.request({ voice, text, pauses, speed })).samples;
    } finally {
      lease.release();
    }
  }

  async function* synthesize(
    clauses: AsyncIterable<string>,
    { voice, speed = 1, signal, onUsed }: SynthesisOptions,
  ): AsyncGenerator<SpeechEvent, void, undefined> {
    const voiceId = (VOICES.find(({ id }) => id === voice) ?? VOICES[0]).id;
    const make = (piece: Piece) => {
      const made = speak(piece, voiceId, speed, signal);
      made.catch(() => {});
      return made;
    };
    let characters = 0;
    const report = () => {
      if (characters > 0) onUsed?.({ model: voiceId, units: { characters } });
      characters = 0;
    };
    signal.addEventListener('abort', report, { once: true });
    const begin = async (text: string) => {
      characters += text.length;
      const [first, ...rest] = piecesOf(text, speed);
      return { made: first === undefined ? undefined : await make(first), rest };
    };
    try {
      let clause = 0;
      for await (const { made, rest } of readAhead(clauses, { begin, ahead: 1, signal })) {
        yield { type: 'clause-begun', clause };
        let samples = made;
        while (samples !== undefined) {
          const piece = rest.shift();
          const next = piece && make(piece);
          for (let at = 0; at < samples.length && !signal.aborted; at += MAX_EMIT_SAMPLES) {
            const emitted = samples.slice(at, at + MAX_EMIT_SAMPLES);
            yield { type: 'speech-audio', clause, samples: emitted };
          }
          samples = await next;
        }
        if (signal.aborted) return;
        yield { type: 'clause-done', clause: clause++ };
      }
    } catch (cause) {
      if (signal.aborted) return;
      throw cause instanceof ParleyError ? cause : new ParleyError('synthesizer_failed', { cause });
    } finally {
      signal.removeEventListener('abort', report);
      report();
    }
  }

  return {
    name: 'embedded',
    languages: ['en'],
    sampleRateHz: FLITE_SAMPLE_RATE_HZ,
    voices: VOICES,
    speeds: SPEEDS,
    synthesize,
    probe: (signal) => pool.probe(PROBE, signal),
    prepare: () => pool.prepare(),
    waiting: () => pool.waiting,
    warm: (count) => pool.warm(count),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

import { Worker } from 'node:worker_threads';
import { ParleyError } from '@parley/shared';
import { systemClock } from '../../../base/lib/clock.ts';
import { WorkerPool } from '../../../base/lib/worker-pool.ts';
import type {
  SpeechEvent,
  SynthesisOptions,
  Synthesizer,
  Voice,
} from '../../../call/stages/synthesizer/synthesizer.ts';
import { compileFlite, FLITE_SAMPLE_RATE_HZ } from './flite.ts';
import { readAhead } from '../../../base/lib/read-ahead.ts';
import { toSpokenText } from './spoken-text.ts';
import type { SynthesisAnswer, SynthesisRequest } from './synthesis-protocol.ts';
import type { Pauses } from './trim-silence.ts';

/** Memory and time grow with the length of what is synthesised at once. */
const MAX_PIECE_CHARACTERS = 150;

const VOICES: readonly [Voice, ...Voice[]] = [
  { id: 'slt', label: 'Sarah, American English' },
  { id: 'rms', label: 'Robert, American English' },
  { id: 'awb', label: 'Alan, Scottish English' },
];

/** Their speech is 13.5, 20.1 and 18.7 dB below full scale; with these it is 17. */
const GAINS: Readonly<Record<string, number>> = { slt: 0.67, rms: 1.43, awb: 1.22 };

/** Faster, words run together; slower, they fall apart. */
const SPEEDS = { min: 0.6, max: 1.8 } as const;

/** Not a moment: it would be waited for at the beginning of every answer. */
const BEFORE_MS = 0;
const PAUSE_MS = { sentence: 250, clause: 140, withinClause: 60 } as const;
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
}

export interface EmbeddedSynthesizer extends Synthesizer, AsyncDisposable {
  /** Starts `count` threads, so that the first replies do not wait for one. */
  warm(count: number): Promise<void>;
}

/** Some ten milliseconds of a thread. */
const PROBE: SynthesisRequest = {
  voice: VOICES[0].id,
  text: 'a',
  pauses: { beforeMs: 0, afterMs: 0 },
  speed: 1,
  gain: 1,
};

/** A piece of a clause on its way to a thread. */
interface Piece {
  readonly text: string;
  readonly pauses: Pauses;
}

/** Speaks English with the voices of flite, in threads of this process, without keys or network. */
export async function createEmbeddedSynthesizer(
  options: EmbeddedSynthesizerOptions = {},
): Promise<EmbeddedSynthesizer> {
  const { maxWorkers = 2, waitMs = 5_000, startMs = 30_000, answerMs = 10_000 } = options;
  const flite = await compileFlite();
  const pool = new WorkerPool<SynthesisRequest, SynthesisAnswer>({
    spawn: () =>
      new Worker(new URL('./synthesis.worker.ts', import.meta.url), { workerData: flite }),
    maxWorkers,
    waitMs,
    startMs,
    answerMs,
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
      const gain = GAINS[voice] ?? 1;
      return (await lease.request({ voice, text, pauses, speed, gain })).samples;
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
    waiting: () => pool.waiting,
    warm: (count) => pool.warm(count),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** What is synthesised at once; nothing for a clause that no voice could say. */
function piecesOf(clause: string, speed: number): Piece[] {
  const pieces = splitIntoPieces(toSpokenText(clause));
  const endMs = /[.?!]["')]*\s*$/.test(clause) ? PAUSE_MS.sentence : PAUSE_MS.clause;
  return pieces.map((text, index) => ({
    text,
    pauses: {
      beforeMs: BEFORE_MS,
      afterMs: Math.round((index === pieces.length - 1 ? endMs : PAUSE_MS.withinClause) / speed),
    },
  }));
}

/**
 * Cuts text into pieces of at most `limit` characters: behind the last punctuation mark that leaves
 * a piece of some length, else between words, else, in a word longer than that, anywhere. Each
 * piece is spoken by itself, so that a cut is heard as a short pause.
 */
export function splitIntoPieces(text: string, limit = MAX_PIECE_CHARACTERS): string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  while (rest.length > limit) {
    const cut = cutPosition(rest, limit);
    pieces.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  if (rest !== '') pieces.push(rest);
  return pieces;
}

function cutPosition(text: string, limit: number): number {
  // One character more, so that a word which ends exactly at the limit stays whole.
  const window = text.slice(0, limit + 1);
  const pause = lastMatchEnd(window, /[,;:.!?](?=\s)/g);
  if (pause >= limit / 3) return pause;
  const space = window.lastIndexOf(' ');
  return space > 0 ? space : limit;
}

function lastMatchEnd(text: string, pattern: RegExp): number {
  let end = 0;
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length;
  return end;
}

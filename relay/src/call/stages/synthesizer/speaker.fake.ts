import { ParleyError } from '@parley/shared';
import type { Clock } from '../../../base/lib/clock.ts';
import { sleep } from '../../../base/lib/clock.ts';
import type { Languages } from '../languages.ts';
import type {
  SpeechEvent,
  SpeedRange,
  SynthesisOptions,
  Synthesizer,
  Voice,
} from './synthesizer.ts';
import type { TimedWord } from './clause-track.ts';

/** Of a voice without a pace of its own: lengths say exactly how many characters were spoken. */
export const MS_PER_CHARACTER = 60;

export interface SpeakerPlan {
  readonly sampleRateHz?: number;
  /** Fails once so many pieces of audio were given, counted over all clauses; a piece is a word. */
  readonly failAfter?: number;
  /** Instead of failing it falls silent. */
  readonly hangs?: boolean;
  readonly timesWords?: boolean;
  /** Instead of `MS_PER_CHARACTER`. */
  readonly msPerCharacter?: number;
  /** Before it fails it speaks half of a word. */
  readonly breaksWord?: boolean;
  /** How long a word takes to be made. */
  readonly wordMs?: number;
  /** Instead of failing it ends as if all were said. */
  readonly ends?: boolean;
  /** false: it does not say when a clause is done. */
  readonly tellsEnds?: boolean;
  /** How many clauses it takes before it begins to speak the first of them. */
  readonly readsAhead?: number;
}

/**
 * A synthesizer whose audio is words: each is as long as its characters and the space after it,
 * and each of its samples is the word's number in `vocabulary`.
 */
export class FakeSpeaker implements Synthesizer {
  readonly name: string;
  languages: Languages;
  readonly sampleRateHz: number;
  voices: readonly Voice[];
  readonly asked: {
    readonly atMs: number;
    readonly clauses: string[];
    readonly signal: AbortSignal;
    readonly speed: number | undefined;
    readonly voice: string;
    readonly language: string | undefined;
  }[] = [];
  speeds: SpeedRange | undefined;
  plan: SpeakerPlan;
  readonly #vocabulary: string[];
  readonly #clock: Clock;

  constructor(name: string, clock: Clock, vocabulary: string[], plan: SpeakerPlan = {}) {
    this.name = name;
    this.#clock = clock;
    this.#vocabulary = vocabulary;
    this.plan = plan;
    this.sampleRateHz = plan.sampleRateHz ?? 16_000;
    this.voices = [{ id: `${name}-voice`, label: name }];
  }

  async *synthesize(
    clauses: AsyncIterable<string>,
    { signal, speed, voice, language }: SynthesisOptions,
  ): AsyncGenerator<SpeechEvent, void, undefined> {
    const clausesTaken: string[] = [];
    const manner = { signal, speed, voice, language };
    const asked = { atMs: this.#clock.now(), clauses: clausesTaken, ...manner };
    this.asked.push(asked);
    let left = this.plan.failAfter ?? Infinity;
    for await (const text of readAhead(clauses, this.plan.readsAhead ?? 0)) {
      const clause = asked.clauses.length;
      asked.clauses.push(text);
      yield { type: 'clause-begun', clause };
      const words = text.split(' ').filter((word) => word !== '');
      if (this.plan.timesWords === true) {
        yield { type: 'words-timed', clause, words: timesOf(words, this.#msPerCharacter) };
      }
      for (const word of words) {
        if (left-- <= 0) {
          if (this.plan.breaksWord === true) {
            const whole = this.#say(word);
            yield { type: 'speech-audio', clause, samples: whole.subarray(0, whole.length / 2) };
          }
          if (this.plan.ends === true) return;
          if (this.plan.hangs === true) await new Promise(() => {});
          throw new ParleyError('synthesizer_failed');
        }
        if (this.plan.wordMs !== undefined) await sleep(this.#clock, this.plan.wordMs, signal);
        yield { type: 'speech-audio', clause, samples: this.#say(word) };
      }
      if (this.plan.tellsEnds !== false) yield { type: 'clause-done', clause };
    }
    if (left <= 0) throw new ParleyError('synthesizer_failed');
  }

  get #msPerCharacter(): number {
    return this.plan.msPerCharacter ?? MS_PER_CHARACTER;
  }

  #say(word: string): Int16Array {
    const length = ((word.length + 1) * this.#msPerCharacter * this.sampleRateHz) / 1_000;
    if (!this.#vocabulary.includes(word)) this.#vocabulary.push(word);
    return new Int16Array(length).fill(this.#vocabulary.indexOf(word) + 1);
  }
}

async function* readAhead(
  clauses: AsyncIterable<string>,
  count: number,
): AsyncGenerator<string, void, undefined> {
  const taken: string[] = [];
  for await (const clause of clauses) {
    taken.push(clause);
    if (taken.length > count) yield taken.shift()!;
  }
  yield* taken;
}

function timesOf(words: readonly string[], msPerCharacter: number): readonly TimedWord[] {
  let atMs = 0;
  return words.map((text) => {
    const startMs = atMs;
    atMs += (text.length + 1) * msPerCharacter;
    return { text, startMs, endMs: atMs };
  });
}

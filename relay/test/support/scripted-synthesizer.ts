import type { Clock } from '../../src/base/lib/clock.ts';
import type { Languages } from '../../src/call/stages/languages.ts';
import type {
  SpeechEvent,
  SynthesisOptions,
  Synthesizer,
  Voice,
} from '../../src/call/stages/synthesizer/synthesizer.ts';
import { perform, type Step } from './script.ts';

export interface ScriptedSynthesizerOptions {
  readonly clock: Clock;
  /** Length of a clause's audio; 20 ms a character without it. */
  readonly clauseMs?: (text: string) => number;
  /** What a clause becomes, instead of its own words and `clauseMs` of voice. */
  readonly speak?: (text: string, clause: number) => Iterable<Step<SpeechEvent>>;
  readonly ignoresAbort?: boolean;
  readonly sampleRateHz?: number;
  readonly voices?: readonly Voice[];
  readonly languages?: Languages;
}

const MS_PER_CHARACTER = 20;

/**
 * A synthesizer whose voice counts: the samples of a reply are 0, 1, 2 … (modulo 32,768), so a
 * listener knows whether it heard all of it, once, in order.
 */
export class ScriptedSynthesizer implements Synthesizer {
  readonly name = 'scripted-synthesizer';
  readonly voices: readonly Voice[];
  readonly languages: Languages;
  readonly sampleRateHz: number;
  readonly #options: ScriptedSynthesizerOptions;
  /** Voices that were asked for, and in which languages. */
  readonly asked: string[] = [];
  readonly askedLanguages: (string | undefined)[] = [];

  constructor(options: ScriptedSynthesizerOptions) {
    this.#options = options;
    this.languages = options.languages;
    this.voices = options.voices ?? [
      { id: 'one', label: 'First voice' },
      { id: 'two', label: 'Second voice' },
    ];
    this.sampleRateHz = options.sampleRateHz ?? 16_000;
  }

  async *synthesize(
    clauses: AsyncIterable<string>,
    { voice, language, signal }: SynthesisOptions,
  ): AsyncGenerator<SpeechEvent> {
    this.asked.push(voice);
    this.askedLanguages.push(language);
    const { clauseMs = (text) => text.length * MS_PER_CHARACTER } = this.#options;
    const stage = { ...this.#options, signal };
    let clause = -1;
    let spoken = 0;
    for await (const text of clauses) {
      clause++;
      if (signal.aborted && this.#options.ignoresAbort !== true) return;
      if (this.#options.speak !== undefined) {
        yield* perform(this.#options.speak(text, clause), stage);
        continue;
      }
      yield { type: 'clause-begun', clause };
      const samples = counting(spoken, Math.round((clauseMs(text) * this.sampleRateHz) / 1_000));
      spoken += samples.length;
      yield { type: 'speech-audio', clause, samples };
      yield { type: 'clause-done', clause };
    }
  }
}

/** `length` samples counting up from `from`, modulo 32,768. */
export function counting(from: number, length: number): Int16Array {
  return Int16Array.from({ length }, (_, index) => (from + index) % 32_768);
}

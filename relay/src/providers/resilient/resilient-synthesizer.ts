import type { SpeechEvent, SynthesisOptions, Synthesizer, Voice } from '../synthesizer.ts';
import type { StageCandidates } from './stage-candidates.ts';

/** Several synthesizers as one voice: nothing is said twice and nothing is dropped. */
export class ResilientSynthesizer implements Synthesizer {
  readonly sampleRateHz: number;
  readonly voices: readonly Voice[];
  readonly #stage: StageCandidates<Synthesizer>;

  constructor(stage: StageCandidates<Synthesizer>) {
    const first = stage.candidates[0]?.provider;
    this.#stage = stage;
    this.sampleRateHz = first?.sampleRateHz ?? 24_000;
    this.voices = first?.voices ?? [];
  }

  get name(): string {
    return this.#stage.active;
  }

  prepare(): () => void {
    return this.#stage.prepare();
  }

  // oxlint-disable-next-line require-yield -- to come
  async *synthesize(
    _clauses: AsyncIterable<string>,
    options: SynthesisOptions,
  ): AsyncGenerator<SpeechEvent, void, undefined> {
    throw this.#stage.walk(options.onFailover).exhausted();
  }
}

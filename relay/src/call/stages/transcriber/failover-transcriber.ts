import type { PhraseState, Transcriber } from './transcriber.ts';
import { FailoverTranscription, type ListenOptions } from './failover-transcription.ts';
import type { StageCandidates } from '../health/stage-candidates.ts';

/**
 * Several transcribers as one. If one fails, at any moment, the next is given the whole
 * utterance again from its start; its partials simply replace those before.
 */
export class FailoverTranscriber {
  readonly #stage: StageCandidates<Transcriber>;

  constructor(stage: StageCandidates<Transcriber>) {
    this.#stage = stage;
  }

  /** Who would be asked now. @param language - BCP 47; undefined: any */
  active(language?: string): string {
    return this.#stage.active(language);
  }

  /**
   * What a closed vocabulary makes of these words; undefined if the active provider has none.
   *
   * @param language - the call's, BCP 47; undefined: any
   */
  phraseState(words: string, language?: string): PhraseState | undefined {
    const name = this.#stage.active(language);
    const active = this.#stage.candidates.find((candidate) => candidate.name === name);
    return active?.provider.phraseState?.(words);
  }

  /** Begins an utterance. To be disposed of, which gives back the memory that keeps its audio. */
  listen(options: ListenOptions): FailoverTranscription {
    return new FailoverTranscription(this.#stage, options);
  }

  /** @param language - the call's, BCP 47 */
  prepare(language?: string): () => void {
    return this.#stage.prepare(language);
  }
}

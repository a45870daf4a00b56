import type { PhraseState, Transcriber } from '../transcriber.ts';
import { FailoverTranscription, type ListenOptions } from './failover-transcription.ts';
import type { StageCandidates } from './stage-candidates.ts';

/**
 * Several transcribers as one. If one fails, at any moment, the next is given the whole
 * utterance again from its start; its partials simply replace those before.
 */
export class FailoverTranscriber {
  readonly #stage: StageCandidates<Transcriber>;

  constructor(stage: StageCandidates<Transcriber>) {
    this.#stage = stage;
  }

  get name(): string {
    return this.#stage.active;
  }

  /** What a closed vocabulary makes of these words; undefined if the active provider has none. */
  phraseState(words: string): PhraseState | undefined {
    const active = this.#stage.candidates.find(({ name }) => name === this.#stage.active);
    return active?.provider.phraseState?.(words);
  }

  /** Begins an utterance. To be disposed of, which gives back the memory that keeps its audio. */
  listen(options: ListenOptions): FailoverTranscription {
    return new FailoverTranscription(this.#stage, options);
  }

  prepare(): () => void {
    return this.#stage.prepare();
  }
}

import type {
  Hearing,
  ListenOptions,
  PhraseState,
  Transcriber,
  TranscriberStage,
} from './transcriber.ts';
import { FailoverTranscription } from './failover-transcription.ts';
import type { StageCandidates } from '../health/stage-candidates.ts';

/**
 * Several transcribers as one. If one fails, at any moment, the next is given the whole
 * utterance again from its start; its partials simply replace those before.
 */
export class FailoverTranscriber implements TranscriberStage {
  readonly #stage: StageCandidates<Transcriber>;

  constructor(stage: StageCandidates<Transcriber>) {
    this.#stage = stage;
  }

  active(language?: string): string {
    return this.#stage.active(language);
  }

  phraseState(words: string, language?: string): PhraseState | undefined {
    const name = this.#stage.active(language);
    const active = this.#stage.candidates.find((candidate) => candidate.name === name);
    return active?.provider.phraseState?.(words);
  }

  listen(options: ListenOptions): Hearing {
    return new FailoverTranscription(this.#stage, options);
  }

  prepare(language?: string): () => void {
    return this.#stage.prepare(language);
  }
}

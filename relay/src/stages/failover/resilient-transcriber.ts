import type { StageCandidates } from './stage-candidates.ts';
import type { Transcriber, Transcription, TranscriptionOptions } from '../transcriber.ts';
import { ReplayedTranscription } from './replayed-transcription.ts';

/**
 * Several transcribers as one. Where one fails, at whatever moment, the next is given the whole
 * utterance again from its start; its partials simply replace those before.
 */
export class ResilientTranscriber implements Transcriber {
  readonly #stage: StageCandidates<Transcriber>;

  constructor(stage: StageCandidates<Transcriber>) {
    this.#stage = stage;
  }

  get name(): string {
    return this.#stage.active;
  }

  async open(options: TranscriptionOptions): Promise<Transcription> {
    options.signal.throwIfAborted();
    return ReplayedTranscription.open(this.#stage, options);
  }

  prepare(): () => void {
    return this.#stage.prepare();
  }
}

import type { ClauseTrack } from './clause-track.ts';
import type { FailoverObserver } from './provider.ts';
import type { SpeechEvent, SynthesisOptions, Synthesizer } from './synthesizer.ts';

/** All synthesizers as one voice. */
export interface SynthesizerStage extends Pick<Synthesizer, 'name' | 'sampleRateHz' | 'voices'> {
  /** A call has begun. @returns its end */
  prepare(): () => void;
  /**
   * Speaks a reply: each clause once and in order, whichever voices it takes. The track tells how far
   * it has come; each event is on the track when it is given.
   *
   * @throws ParleyError once no voice is left to go on; what the text broke off with. Ends early,
   *   without an error, when aborted.
   */
  speak(track: ClauseTrack, options: SpeakOptions): AsyncIterable<VoiceEvent>;
}

export interface SpeakOptions extends SynthesisOptions, FailoverObserver {}

/** A reply on its way out. The clauses are those of the track; word times stand there. */
export type VoiceEvent =
  | {
      readonly type: 'clause-begun';
      readonly clause: number;
      /** Other than 0 if another voice broke off here. */
      readonly fromCharacter: number;
    }
  | Extract<SpeechEvent, { readonly type: 'words-timed' | 'speech-audio' | 'clause-done' }>;

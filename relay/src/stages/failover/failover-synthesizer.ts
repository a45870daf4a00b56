import type { ClauseTrack } from '../clause-track.ts';
import type { SpeakOptions, SpeedRange, Synthesizer, Voice, VoiceEvent } from '../synthesizer.ts';
import { FailoverSpeech } from './failover-speech.ts';
import type { PhraseMemory } from './phrase-memory.ts';
import { SpeakingPace } from './speaking-pace.ts';
import type { StageCandidates } from './stage-candidates.ts';

/** Of text without audio, if no provider speaks at all. */
const UNSPOKEN_HZ = 24_000;

/**
 * Several synthesizers as one voice: nothing is said twice and nothing is dropped.
 *
 * If one fails between two clauses, the next goes on with the next clause. If one fails in the
 * middle of a clause that was already going out, the next goes on with the words that were not
 * spoken yet. Remembered phrases come from memory, in their place among the clauses.
 *
 * All audio leaves at the first candidate's rate; its voices and its speeds are the ones to choose from.
 */
export class FailoverSynthesizer {
  readonly sampleRateHz: number;
  readonly voices: readonly Voice[];
  readonly speeds: SpeedRange | undefined;
  readonly #stage: StageCandidates<Synthesizer>;
  readonly #memory: PhraseMemory;
  readonly #pace = new SpeakingPace();

  constructor(stage: StageCandidates<Synthesizer>, memory: PhraseMemory) {
    const first = stage.candidates[0]?.provider;
    this.#stage = stage;
    this.#memory = memory;
    this.sampleRateHz = first?.sampleRateHz ?? UNSPOKEN_HZ;
    this.voices = first?.voices ?? [];
    this.speeds = first?.speeds;
  }

  get name(): string {
    return this.#stage.active;
  }

  /** Also has the phrases made ready: an apology is needed when nothing can be made any more. */
  prepare(): () => void {
    const end = this.#stage.prepare();
    const cancel = this.#memory.warmSoon(this);
    return () => {
      cancel();
      end();
    };
  }

  /**
   * Speaks a reply: each clause once and in order, whichever voices it takes. The track tells how far
   * it has come; each event is on the track when it is given.
   *
   * @throws ParleyError once no voice is left to go on; what the text broke off with. Ends early,
   *   without an error, when aborted.
   */
  async *speak(
    track: ClauseTrack,
    options: SpeakOptions,
  ): AsyncGenerator<VoiceEvent, void, undefined> {
    const known = this.voices.find(({ id }) => id === options.voice) ?? this.voices[0];
    using speech = new FailoverSpeech({
      stage: this.#stage,
      memory: this.#memory,
      pace: this.#pace,
      sampleRateHz: this.sampleRateHz,
      voiceId: known?.id ?? '',
      track,
      options,
    });
    for (let events = await speech.next(); events !== undefined; events = await speech.next()) {
      for (const event of events) {
        if (options.signal.aborted) return;
        yield speech.deliver(event);
        speech.delivered();
      }
    }
  }
}

import { knowsLanguage, speakersIn } from '../languages.ts';
import type { ClauseTrack } from './clause-track.ts';
import type { SpeakOptions, Synthesizer, VoiceEvent } from './synthesizer.ts';
import { FailoverSpeech } from './failover-speech.ts';
import type { PhraseMemory } from './phrase-memory.ts';
import { SpeakingPace } from './speaking-pace.ts';
import type { StageCandidates } from '../health/stage-candidates.ts';

/** What a call may choose of a voice. */
type VoiceOffer = Pick<Synthesizer, 'voices' | 'speeds'>;

/** Of text without audio, if no provider speaks at all. */
const UNSPOKEN_HZ = 24_000;

/**
 * Several synthesizers as one voice: nothing is said twice and nothing is dropped.
 *
 * If one fails between two clauses, the next goes on with the next clause. If one fails in the
 * middle of a clause that was already going out, the next goes on with the words that were not
 * spoken yet. Remembered phrases come from memory, in their place among the clauses.
 *
 * All audio leaves at the first candidate's rate. The voices and speeds to choose from are those of the
 * first candidate that knows the call's language.
 */
export class FailoverSynthesizer {
  readonly sampleRateHz: number;
  readonly #stage: StageCandidates<Synthesizer>;
  readonly #memory: PhraseMemory;
  readonly #pace = new SpeakingPace();

  constructor(stage: StageCandidates<Synthesizer>, memory: PhraseMemory) {
    const first = stage.candidates[0]?.provider;
    this.#stage = stage;
    this.#memory = memory;
    this.sampleRateHz = first?.sampleRateHz ?? UNSPOKEN_HZ;
  }

  /** Who would be asked now. @param language - BCP 47; undefined: any */
  active(language?: string): string {
    return this.#stage.active(language);
  }

  /** What there is to choose from in a language. @param language - BCP 47; undefined: any */
  offer(language?: string): VoiceOffer {
    const provider = this.#stage.knowing(language)[0]?.provider;
    return { voices: speakersIn(language, provider?.voices ?? []), speeds: provider?.speeds };
  }

  /** Whether it is a voice, but one that does not know the language. */
  isForeign(voice: string, language: string): boolean {
    return this.#stage.candidates.some(({ provider }) => {
      const knows = knowsLanguage(provider.languages, language);
      const known = provider.voices.find(({ id }) => id === voice);
      return known !== undefined && !(knows && knowsLanguage(known.languages, language));
    });
  }

  /**
   * Also has the phrases made ready: an apology is needed when nothing can be made any more.
   *
   * @param language - the call's, BCP 47
   */
  prepare(language?: string): () => void {
    const end = this.#stage.prepare(language);
    const cancel = this.#memory.warmSoon(this, language);
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
    const { voices } = this.offer(options.language);
    const known = voices.find(({ id }) => id === options.voice) ?? voices[0];
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

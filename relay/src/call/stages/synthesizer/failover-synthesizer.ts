import { knowsLanguage, speakersIn } from '../languages.ts';
import type { ClauseTrack } from './clause-track.ts';
import type {
  SpeakOptions,
  Synthesizer,
  SynthesizerStage,
  VoiceEvent,
  VoiceOffer,
} from './synthesizer.ts';
import { FailoverSpeech } from './failover-speech.ts';
import type { PhraseMemory } from './phrase-memory.ts';
import { SpeakingPace } from './speaking-pace.ts';
import type { StageCandidates } from '../health/stage-candidates.ts';

/** Of text without audio, if no provider speaks at all. */
const UNSPOKEN_HZ = 24_000;

/**
 * Several synthesizers as one voice: nothing is said twice and nothing is dropped.
 *
 * If one fails between two clauses, the next continues with the next clause. If one fails in the
 * middle of a clause that was already going out, the next continues with the words that were not
 * spoken yet. Remembered phrases come from memory, in their place among the clauses.
 *
 * All audio leaves at the first candidate's rate. The voices and speeds to choose from are those of the
 * first candidate that knows the call's language.
 */
export class FailoverSynthesizer implements SynthesizerStage {
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

  active(language?: string): string {
    return this.#stage.active(language);
  }

  offer(language?: string): VoiceOffer {
    const provider = this.#stage.knowing(language)[0]?.provider;
    return { voices: speakersIn(language, provider?.voices ?? []), speeds: provider?.speeds };
  }

  isForeign(voice: string, language: string): boolean {
    return this.#stage.candidates.some(({ provider }) => {
      const knows = knowsLanguage(provider.languages, language);
      const known = provider.voices.find(({ id }) => id === voice);
      return known !== undefined && !(knows && knowsLanguage(known.languages, language));
    });
  }

  prepare(language?: string): () => void {
    const end = this.#stage.prepare(language);
    const cancel = this.#memory.warmSoon(this, language);
    return () => {
      cancel();
      end();
    };
  }

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

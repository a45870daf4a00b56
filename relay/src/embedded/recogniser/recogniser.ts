import { fileURLToPath } from 'node:url';
import createModule, { type Decoder } from 'soundswallower';
import type { SpeechGrammar } from '../grammar.ts';
import { loadGrammar } from './load-grammar.ts';
import { readHypothesis } from './jsgf.ts';
import { LevelMeter } from './level.ts';
import { VoicingMeter } from './voicing.ts';

declare module 'soundswallower' {
  interface SoundSwallowerModule {
    /** Missing from the package's own types; its default is relative to the working directory. */
    modelBase: string;
  }
}

/**
 * Where the normalisation of each utterance begins: the mean of the thirteen cepstral coefficients
 * over some hundred synthetic sentences at speaking level. The model's own default is far from it
 * and costs every fifth short utterance.
 */
const CEPSTRAL_MEAN = '44.54,3.82,19.05,4.28,2.1,1.8,-6.41,2.85,4.81,2.73,3.91,0.32,2.63';

/** Less voice than this is a cough, a click or a door: the shortest vowels last about as long. */
const MIN_WORD_VOICE_MS = 32;
/** What must be voiced before an utterance counts as speech that was not understood. */
const MIN_SPEECH_VOICE_MS = 160;

export interface RecognisedSpeech {
  readonly text: string;
  readonly unrecognised: boolean;
}

/** What one utterance needs besides the decoder. */
interface Utterance {
  readonly level: LevelMeter;
  readonly voicing: VoicingMeter;
  /** Everything so far, until the level is decided: it may be decoded again at another gain. */
  readonly held: Int16Array[];
  gain: number;
  isDecided: boolean;
}

/** Speech recognition over a closed grammar. Keeps its thread busy, so it needs a thread of its own. */
export class Recogniser {
  readonly #decoder: Decoder;
  #utterance: Utterance | undefined;

  private constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  /** @throws Error that names the words without a pronunciation, or the rule that is wrong */
  static async create(grammar: SpeechGrammar): Promise<Recogniser> {
    const module = await createModule({
      modelBase: fileURLToPath(new URL('model/', import.meta.resolve('soundswallower'))),
    });
    const decoder = new module.Decoder({
      loglevel: 'FATAL',
      samprate: 16_000,
      cmninit: CEPSTRAL_MEAN,
    });
    await decoder.initialize();
    loadGrammar(decoder, grammar);
    return new Recogniser(decoder);
  }

  /**
   * Takes PCM16 mono at 16 kHz; begins an utterance if none is open.
   *
   * @returns the words so far, empty if none fit the grammar
   */
  async push(samples: Int16Array): Promise<string> {
    const utterance = (this.#utterance ??= this.#begin());
    utterance.level.push(samples);
    utterance.voicing.push(samples);
    this.#decode(samples, utterance.gain);
    if (!utterance.isDecided) {
      utterance.held.push(samples);
      if (utterance.level.isDecided) await this.#decideLevel(utterance);
    }
    // Silence and noise decode as short words for a while.
    if (utterance.voicing.voicedMs < MIN_WORD_VOICE_MS) return '';
    const hypothesis = readHypothesis(this.#decoder.get_text());
    return hypothesis.kind === 'words' ? hypothesis.text : '';
  }

  /** Ends the utterance. */
  async finish(): Promise<RecognisedSpeech> {
    const utterance = this.#utterance;
    if (utterance === undefined) return { text: '', unrecognised: false };
    if (!utterance.isDecided) await this.#decideLevel(utterance);
    const { voicedMs } = utterance.voicing;
    this.#utterance = undefined;
    this.#decoder.stop();
    const hypothesis = readHypothesis(this.#decoder.get_text());
    await this.#forget();
    if (hypothesis.kind === 'words' && voicedMs >= MIN_WORD_VOICE_MS) {
      return { text: hypothesis.text, unrecognised: false };
    }
    return { text: '', unrecognised: voicedMs >= MIN_SPEECH_VOICE_MS };
  }

  /** Drops the utterance, if one is open. */
  async discard(): Promise<void> {
    if (this.#utterance === undefined) return;
    this.#utterance = undefined;
    this.#decoder.stop();
    await this.#forget();
  }

  #begin(): Utterance {
    this.#decoder.start();
    return {
      level: new LevelMeter(),
      voicing: new VoicingMeter(),
      held: [],
      gain: 1,
      isDecided: false,
    };
  }

  #decode(samples: Int16Array, gain: number): void {
    const scale = gain / 0x8000;
    this.#decoder.process_audio(Float32Array.from(samples, (sample) => sample * scale));
  }

  /** If the level is far from the expected one, decodes what was held again, at the right one. */
  async #decideLevel(utterance: Utterance): Promise<void> {
    utterance.isDecided = true;
    utterance.gain = utterance.level.gain;
    if (utterance.gain !== 1) {
      this.#decoder.stop();
      await this.#forget();
      this.#decoder.start();
      for (const samples of utterance.held) this.#decode(samples, utterance.gain);
    }
    utterance.held.length = 0;
  }

  /** The next utterance must not be normalised by the voice and microphone of this one. */
  async #forget(): Promise<void> {
    await this.#decoder.reinitialize_audio();
  }
}

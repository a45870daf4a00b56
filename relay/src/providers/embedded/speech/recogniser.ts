import { fileURLToPath } from 'node:url';
import createModule, { type Decoder } from 'soundswallower';
import type { SpeechGrammar } from '../grammar.ts';
import { pronunciationEntries, readHypothesis, REJECT_WORDS, toJsgf, wordsOf } from './jsgf.ts';
import { VoicingMeter } from './voicing.ts';

declare module 'soundswallower' {
  interface SoundSwallowerModule {
    /** Missing from the package's own types; its default is relative to the working directory. */
    modelBase: string;
  }
}

/** Less voice than this is a cough, a click or a door: the shortest vowels last about as long. */
const MIN_WORD_VOICE_MS = 32;
/** What must be voiced before someone is told that they were not understood. */
const MIN_SPEECH_VOICE_MS = 160;

export interface RecognisedSpeech {
  readonly text: string;
  readonly unrecognised: boolean;
}

/** Synchronous speech recognition over a closed grammar. Keeps its thread busy: give it its own. */
export class Recogniser {
  readonly #decoder: Decoder;
  readonly #voicing = new VoicingMeter();
  #inUtterance = false;

  private constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  /** @throws Error that names the words nobody knows how to pronounce, or the rule that is wrong */
  static async create(grammar: SpeechGrammar): Promise<Recogniser> {
    const module = await createModule({
      modelBase: fileURLToPath(new URL('model/', import.meta.resolve('soundswallower'))),
    });
    const decoder = new module.Decoder({ loglevel: 'FATAL', samprate: 16_000 });
    await decoder.initialize();
    loadGrammar(decoder, grammar);
    return new Recogniser(decoder);
  }

  /**
   * Takes PCM16 mono at 16 kHz; begins an utterance where none is open.
   *
   * @returns the words so far, empty where there are none that fit the grammar
   */
  push(samples: Int16Array): string {
    if (!this.#inUtterance) {
      this.#decoder.start();
      this.#inUtterance = true;
    }
    this.#voicing.push(samples);
    this.#decoder.process_audio(Float32Array.from(samples, (sample) => sample / 0x8000));
    const hypothesis = readHypothesis(this.#decoder.get_text());
    return hypothesis.kind === 'words' ? hypothesis.text : '';
  }

  /** Ends the utterance. */
  finish(): RecognisedSpeech {
    if (!this.#inUtterance) return { text: '', unrecognised: false };
    const { voicedMs } = this.#voicing;
    this.discard();
    const hypothesis = readHypothesis(this.#decoder.get_text());
    if (hypothesis.kind === 'words' && voicedMs >= MIN_WORD_VOICE_MS) {
      return { text: hypothesis.text, unrecognised: false };
    }
    return { text: '', unrecognised: voicedMs >= MIN_SPEECH_VOICE_MS };
  }

  /** Drops the utterance, if one is open. */
  discard(): void {
    this.#voicing.reset();
    if (!this.#inUtterance) return;
    this.#inUtterance = false;
    this.#decoder.stop();
  }
}

function loadGrammar(decoder: Decoder, grammar: SpeechGrammar): void {
  const entries = [...REJECT_WORDS, ...pronunciationEntries(grammar.pronunciations)];
  for (const [word, pronunciation] of entries) {
    try {
      decoder.add_words([word, pronunciation]);
    } catch (cause) {
      throw new Error(`The pronunciation of "${word}" is not in ARPAbet: ${pronunciation}`, {
        cause,
      });
    }
  }
  const unknown = wordsOf(grammar.rules).filter((word) => decoder.lookup_word(word) === null);
  if (unknown.length > 0) {
    throw new Error(`The speech grammar has words without a pronunciation: ${unknown.join(', ')}`);
  }
  try {
    decoder.set_grammar(toJsgf(grammar));
  } catch (cause) {
    throw new Error(
      `The speech grammar is not valid JSGF, or lacks the rule <${grammar.utterance}>.`,
      {
        cause,
      },
    );
  }
}

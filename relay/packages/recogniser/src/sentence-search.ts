import { SAMPLE_RATE_HZ } from './voicing.ts';
import type { Decoder, Segment } from 'soundswallower';
import { readHypothesis } from './jsgf.ts';
import { wordEvidence } from './word-evidence.ts';

/**
 * The least that `wordEvidence` may be, measured over some 700 phrases in three voices. Right
 * sentences are above -100 but for one in a hundred; what is taken for a sentence and is none is
 * mostly between -120 and -450, nearer to 0 the more sentences there are to choose from, and over noise.
 */
const MIN_EVIDENCE = {
  usual: { inQuiet: -110, inNoise: -60 },
  unusual: { inQuiet: -95, inNoise: -50 },
} as const;
/** The same beside an interjection that was heard: "okay" is also a little like "spell create". */
const MIN_RIVAL_EVIDENCE = -25;

/**
 * How long an utterance is that `decodeAgain` takes. A shorter one says too little of its sound; a
 * longer one would keep its thread for more than a second.
 */
const DECODED_AGAIN_S = { min: 5, max: 12 } as const;
/** People say two to three in a second. */
const LEAST_WORDS_PER_S = 1;

export interface SearchConditions {
  readonly isNoisy: boolean;
  /** An interjection was heard in the same sound. */
  readonly isBesideInterjection: boolean;
}

/** A decoder for the sentences of a grammar, and one for the loop over all phones that judges it. */
export class SentenceSearch {
  readonly decoders: readonly Decoder[];
  readonly #sentences: Decoder;
  readonly #phones: Decoder;
  readonly #isUsual: (words: readonly string[]) => boolean;

  /** @param isUsual - whether a sentence is one of the grammar's usual ones, which need less evidence */
  constructor(sentences: Decoder, phones: Decoder, isUsual: (words: readonly string[]) => boolean) {
    this.decoders = [phones, sentences];
    this.#sentences = sentences;
    this.#phones = phones;
    this.#isUsual = isUsual;
  }

  /** The best sentence so far, empty if none fits. */
  get sentence(): string {
    const hypothesis = readHypothesis(this.#sentences.get_text());
    return hypothesis.kind === 'words' ? hypothesis.text : '';
  }

  /** As the decoder aligns its words, `b` and `d` in seconds. */
  get alignment(): Segment {
    return this.#sentences.get_alignment();
  }

  /** Empty if the sound does not bear out the words: a closed grammar may have forced one on it. */
  credibleSentence({ isNoisy, isBesideInterjection }: SearchConditions): string {
    const { sentence } = this;
    if (sentence === '') return '';
    const isUsual = this.#isUsual(sentence.split(' '));
    const { inNoise, inQuiet } = isUsual ? MIN_EVIDENCE.usual : MIN_EVIDENCE.unusual;
    const least = isBesideInterjection ? MIN_RIVAL_EVIDENCE : isNoisy ? inNoise : inQuiet;
    return wordEvidence(this.alignment, this.#phones.get_alignment()) >= least ? sentence : '';
  }

  /**
   * Decodes a long utterance from its beginning once more, now that the decoders know the mean of
   * its voice, microphone and room. They move towards that mean over seconds, and the first words
   * may lose more until then than the later ones can make up for.
   *
   * @param audio - what the decoders were given; they have stopped
   * @returns whether it has the words of so long an utterance now; a few are noise
   */
  decodeAgain(audio: Float32Array): boolean {
    const seconds = audio.length / SAMPLE_RATE_HZ;
    if (seconds < DECODED_AGAIN_S.min || seconds > DECODED_AGAIN_S.max) return false;
    decodeWhole(this.#sentences, audio);
    if (this.sentence.split(' ').length < seconds * LEAST_WORDS_PER_S) return false;
    decodeWhole(this.#phones, audio);
    return true;
  }
}

/** Goes on with the mean of what the decoder heard before. */
function decodeWhole(decoder: Decoder, audio: Float32Array): void {
  decoder.start();
  try {
    decoder.process_audio(audio);
  } finally {
    decoder.stop();
  }
}

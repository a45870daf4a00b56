import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import createModule, { type Config, type Decoder } from 'soundswallower';
import type { SpeechGrammar } from './grammar.ts';
import { Doubt, DOUBT_DECODER } from './doubt.ts';
import {
  INTERJECTION_GRAMMAR,
  INTERJECTION_WORD_INSERTION,
  MAX_INTERJECTION_VOICE_MS,
  readInterjection,
} from './interjections.ts';
import { wordsOf, type DictionaryEntry } from './jsgf.ts';
import { parseJsgf } from './jsgf-parser.ts';
import { loadGrammar } from './load-grammar.ts';
import { SpeechLevel } from './level.ts';
import type { NoiseGate } from './noise-gate.ts';
import { SentenceSearch } from './sentence-search.ts';
import { SAMPLE_RATE_HZ, VoicingMeter } from './voicing.ts';
import { acceptorOf, wordNetworkOf, type WordNetwork } from './word-network.ts';
import { JUDGED_DECODER, PHONE_LOOP_DECODER, PHONE_LOOP_GRAMMAR } from './word-evidence.ts';

/** Where the acoustic model's files are, with a slash at its end. */
const MODEL_BASE = fileURLToPath(new URL('model/', import.meta.resolve('soundswallower')));

/**
 * Where the normalisation of each utterance begins: the mean of the thirteen cepstral coefficients
 * over some hundred synthetic sentences at speaking level. The model's own default is far from it
 * and costs every fifth short utterance.
 */
const CEPSTRAL_MEAN = '44.54,3.82,19.05,4.28,2.1,1.8,-6.41,2.85,4.81,2.73,3.91,0.32,2.63';

/**
 * Word insertion penalty, of which the loop that refuses other speech pays one for each phone. At
 * the decoder's own 0.65, the breath around a pause in a sentence made it refuse every seventh.
 */
const WORD_INSERTION = 0.3;

/** Less voice than this is a cough, a click or a door: the shortest vowels last about as long. */
const MIN_WORD_VOICE_MS = 32;
/** What must be voiced before an utterance counts as speech that was not understood. */
const MIN_SPEECH_VOICE_MS = 160;
/**
 * Voice after which an utterance that may be an interjection, and is none so far, counts as the
 * beginning of a sentence: the reply would end at any word that "mhm" could begin.
 */
const MIN_SENTENCE_VOICE_MS = 450;

export interface RecognisedSpeech {
  readonly text: string;
  readonly unrecognised: boolean;
  /** A number in it could as well be another. */
  readonly isDoubtful?: boolean;
}

/** What takes longest to make of a grammar. */
export interface GrammarNetworks {
  /** What the model's dictionary has of its words. */
  readonly dictionary: readonly DictionaryEntry[];
  readonly sentences: WordNetwork;
  /** Of its rule `usual`, if it has one. */
  readonly usual: WordNetwork | undefined;
}

interface Utterance {
  /** Listens for interjections, as long as it may be one. */
  interjections: Decoder | undefined;
  /** The interjection at the last look, if it was one. */
  lastInterjection: string | undefined;
  readonly level: SpeechLevel;
  readonly voicing: VoicingMeter;
  /** Everything so far, until the level is decided: it may be decoded again at another gain. */
  readonly held: Int16Array[];
  gain: number;
  /** In a noisy room, as soon as the level is decided. */
  gate: NoiseGate | undefined;
  isDecided: boolean;
  /** What the decoders were given. */
  readonly searched: Float32Array[];
}

/** Speech recognition over a closed grammar. Keeps its thread busy, so it needs a thread of its own. */
export class Recogniser {
  readonly #sentences: SentenceSearch;
  readonly #interjections: Decoder;
  readonly #doubt: Doubt | undefined;
  #utterance: Utterance | undefined;

  private constructor(sentences: SentenceSearch, interjections: Decoder, doubt: Doubt | undefined) {
    this.#sentences = sentences;
    this.#interjections = interjections;
    this.#doubt = doubt;
  }

  /**
   * @param known - the networks of the grammar, if another recogniser has made them
   * @returns it, and the networks
   * @throws Error that names the words without a pronunciation, or the rule that is wrong
   */
  static async create(
    grammar: SpeechGrammar,
    known?: GrammarNetworks,
  ): Promise<{ readonly recogniser: Recogniser; readonly networks: GrammarNetworks }> {
    const module = await createModule({ modelBase: MODEL_BASE });
    const decoderWith = async (config: Config): Promise<Decoder> => {
      const decoder = new module.Decoder({
        loglevel: 'FATAL',
        samprate: SAMPLE_RATE_HZ,
        cmninit: CEPSTRAL_MEAN,
        ...config,
      });
      await decoder.initialize();
      return decoder;
    };
    const decoderOf = async (own: SpeechGrammar, config: Config): Promise<Decoder> => {
      const decoder = await decoderWith(config);
      loadGrammar(module, decoder, own);
      return decoder;
    };
    // The decoder takes a file that does not exist for an empty dictionary. The whole one takes
    // 10 MB and half of the time in which a recogniser starts.
    const dict = `${MODEL_BASE}no-dictionary`;
    const dictionary = known?.dictionary ?? (await dictionaryOf(grammar));
    const sentences = await decoderWith({ wip: WORD_INSERTION, dict, ...JUDGED_DECODER });
    sentences.add_words(...dictionary.map(([word, phones]) => [word, phones] as [string, string]));
    const network = loadGrammar(module, sentences, grammar, known?.sentences);
    const { rules, usual, rivals } = grammar;
    const doubt =
      rivals &&
      new Doubt(
        module,
        await decoderWith({ wip: WORD_INSERTION, dict, ...DOUBT_DECODER }),
        (name) => sentences.lookup_word(name),
        rivals,
      );
    const usualNetwork =
      known?.usual ?? (usual === undefined ? undefined : wordNetworkOf(parseJsgf(rules), usual));
    const isUsual = usualNetwork === undefined ? () => true : acceptorOf(usualNetwork);
    const phones = await decoderOf(PHONE_LOOP_GRAMMAR, { dict, ...PHONE_LOOP_DECODER });
    const interjections = await decoderOf(INTERJECTION_GRAMMAR, {
      wip: INTERJECTION_WORD_INSERTION,
      dict,
    });
    const recogniser = new Recogniser(
      new SentenceSearch(sentences, phones, isUsual),
      interjections,
      doubt,
    );
    return { recogniser, networks: { dictionary, sentences: network, usual: usualNetwork } };
  }

  /**
   * Takes PCM16 mono at 16 kHz; begins an utterance if none is open.
   *
   * @param mayInterrupt - it may be a word that interrupts or accompanies a reply; read at its begin
   * @returns the words so far, empty if none fit the grammar
   */
  async push(samples: Int16Array, mayInterrupt = false): Promise<string> {
    const utterance = (this.#utterance ??= this.#begin(mayInterrupt));
    utterance.level.push(samples);
    utterance.voicing.push(samples);
    this.#decode(utterance, samples);
    if (!utterance.isDecided) {
      utterance.held.push(samples);
      if (utterance.level.isDecided) await this.#decideLevel(utterance);
    }
    const { voicedMs } = utterance.voicing;
    // Silence and noise decode as short words for a while.
    if (voicedMs < MIN_WORD_VOICE_MS) return '';
    if (utterance.interjections !== undefined) {
      if (voicedMs < MAX_INTERJECTION_VOICE_MS) {
        const heard = interjectionSoFar(utterance, utterance.interjections);
        if (heard !== undefined || voicedMs < MIN_SENTENCE_VOICE_MS) return heard ?? '';
      } else {
        await reset(utterance.interjections);
        utterance.interjections = undefined;
      }
    }
    return this.#sentences.sentence;
  }

  /** Ends the utterance. */
  async finish(): Promise<RecognisedSpeech> {
    const utterance = this.#utterance;
    if (utterance === undefined) return { text: '', unrecognised: false };
    if (!utterance.isDecided) await this.#decideLevel(utterance);
    if (utterance.gate !== undefined) this.#search(utterance, utterance.gate.flush());
    this.#utterance = undefined;
    const decoders = this.#decodersOf(utterance);
    for (const decoder of decoders) decoder.stop();
    try {
      return await this.#understand(utterance);
    } finally {
      for (const decoder of decoders) await decoder.reinitialize_audio();
    }
  }

  /** Of an utterance whose decoders have stopped. */
  async #understand(utterance: Utterance): Promise<RecognisedSpeech> {
    const { voicedMs } = utterance.voicing;
    if (voicedMs < MIN_WORD_VOICE_MS) return { text: '', unrecognised: false };
    const audio = joined(utterance.searched);
    const interjection = interjectionIn(utterance.interjections);
    const conditions = {
      isNoisy: utterance.gate !== undefined,
      isBesideInterjection: interjection !== '',
    };
    let sentence = this.#sentences.credibleSentence(conditions);
    if (sentence === '' && interjection === '' && this.#sentences.decodeAgain(audio)) {
      sentence = this.#sentences.credibleSentence(conditions);
    }
    // Several words that fit a sentence are one; a single word is known better among its like.
    const text = interjection !== '' && !sentence.includes(' ') ? interjection : sentence;
    if (text === '') return { text, unrecognised: voicedMs >= MIN_SPEECH_VOICE_MS };
    const isDoubtful =
      text === sentence && (await this.#doubt?.isDoubtful(this.#sentences.alignment, audio));
    return { text, unrecognised: false, ...(isDoubtful === true && { isDoubtful }) };
  }

  /** Drops the utterance, if one is open. */
  async discard(): Promise<void> {
    const utterance = this.#utterance;
    if (utterance === undefined) return;
    this.#utterance = undefined;
    for (const decoder of this.#decodersOf(utterance)) await reset(decoder);
  }

  #begin(mayInterrupt: boolean): Utterance {
    const utterance: Utterance = {
      interjections: mayInterrupt ? this.#interjections : undefined,
      lastInterjection: undefined,
      level: new SpeechLevel(),
      voicing: new VoicingMeter(),
      held: [],
      gain: 1,
      gate: undefined,
      isDecided: false,
      searched: [],
    };
    for (const decoder of this.#decodersOf(utterance)) decoder.start();
    return utterance;
  }

  #decodersOf({ interjections }: Utterance): readonly Decoder[] {
    const always = this.#sentences.decoders;
    return interjections === undefined ? always : [...always, interjections];
  }

  #decode(utterance: Utterance, samples: Int16Array): void {
    this.#search(utterance, utterance.gate?.push(samples) ?? samples);
  }

  #search(utterance: Utterance, samples: Int16Array): void {
    if (samples.length === 0) return;
    const scaled = floatSamples(samples, utterance.gain);
    utterance.searched.push(scaled);
    for (const decoder of this.#decodersOf(utterance)) decoder.process_audio(scaled);
  }

  /** Decodes what was held again if it needs another level, or a gate against the room's noise. */
  async #decideLevel(utterance: Utterance): Promise<void> {
    utterance.isDecided = true;
    utterance.gain = utterance.level.gain;
    utterance.gate = utterance.level.noiseGate();
    if (utterance.gain !== 1 || utterance.gate !== undefined) {
      for (const decoder of this.#decodersOf(utterance)) {
        await reset(decoder);
        decoder.start();
      }
      utterance.searched.length = 0;
      for (const samples of utterance.held) this.#decode(utterance, samples);
    }
    utterance.held.length = 0;
  }
}

/** The entries of the model's dictionary for the words of a grammar. */
async function dictionaryOf({ rules, rivals = [] }: SpeechGrammar): Promise<DictionaryEntry[]> {
  const words = new Set([...wordsOf(rules), ...rivals.flat().join(' ').split(' ')]);
  const text = await readFile(`${MODEL_BASE}en-us/dict.txt`, 'utf8');
  const entries = text.matchAll(/^(([^\s(]+)\S*)\s+(.*\S)/gm);
  return [...entries].flatMap(([, name, word, phones]): DictionaryEntry[] =>
    words.has(word!) ? [[name!, phones!]] : [],
  );
}

/** Ends what was begun. The next utterance must not be normalised by this voice and microphone. */
async function reset(decoder: Decoder): Promise<void> {
  decoder.stop();
  await decoder.reinitialize_audio();
}

function interjectionIn(decoder: Decoder | undefined): string {
  return (decoder && readInterjection(decoder.get_text())) ?? '';
}

/** Only what is heard twice in a row: for a moment, the beginning of a sentence is a word, too. */
function interjectionSoFar(utterance: Utterance, decoder: Decoder): string | undefined {
  const heard = readInterjection(decoder.get_text());
  const isSteady = heard === utterance.lastInterjection;
  utterance.lastInterjection = heard;
  return isSteady ? heard : undefined;
}

/** @returns PCM16 as a decoder takes it: full scale is 1, multiplied by a gain */
function floatSamples(samples: Int16Array, gain: number): Float32Array {
  const scale = gain / 0x8000;
  const floats = new Float32Array(samples.length);
  // `Float32Array.from` takes a quarter as long as the decoders do.
  for (let at = 0; at < floats.length; at += 1) floats[at] = samples[at]! * scale;
  return floats;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

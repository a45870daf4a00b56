import type { MediaCommand, MediaNotice } from '../../messages/media-messages.ts';
import type { VoiceWatch } from './browser-speaker.ts';

/** So many words in a row, as they were spoken, are an echo and not a coincidence. */
const ECHO_RUN = 3;

/** Of what remains, so large a share must be words that were not spoken. */
const NEW_SHARE = 0.5;

/** The longest text that the relay takes: more than is said in one go. */
const MAX_CHARACTERS = 2_000;
/** A lone guess is as often a cough. */
const WORDS_TO_INTERRUPT = 2;

type HearingCommand = Extract<
  MediaCommand,
  { type: 'send-text' | 'cancel-response' | 'page-hears' }
>;

export interface BrowserHearingOptions {
  readonly voice: VoiceWatch;
  readonly newId: () => string;
  post(command: HearingCommand): void;
  notify(notice: MediaNotice): void;
}

/** Something that is being said. */
interface Phrase {
  readonly itemId: string;
  /** Whether it began while a voice of ours could be heard. */
  readonly mayEcho: boolean;
  shown: boolean;
  interrupted: boolean;
}

/** Turns recognised words into captions, interruptions and messages. */
export class BrowserHearing {
  readonly #options: BrowserHearingOptions;
  #phrase: Phrase | undefined;

  constructor(options: BrowserHearingOptions) {
    this.#options = options;
  }

  onWords({ text, isFinal }: { readonly text: string; readonly isFinal: boolean }): void {
    const { voice, newId, post } = this.#options;
    this.#phrase ??= {
      itemId: newId(),
      mayEcho: voice.mayEcho,
      shown: false,
      interrupted: false,
    };
    const phrase = this.#phrase;
    const said = phrase.mayEcho ? beyondEcho(text, voice.spoken) : text;
    if (isFinal) return this.#end(phrase, said);
    if (said === '') return;
    if (!phrase.shown) post({ type: 'page-hears', hearing: true });
    phrase.shown = true;
    this.#caption(phrase, said, 'partial');
    const isInterruption =
      voice.isPlaying && !phrase.interrupted && said.split(/\s+/u).length >= WORDS_TO_INTERRUPT;
    if (!isInterruption) return;
    phrase.interrupted = true;
    post({ type: 'cancel-response' });
  }

  /** The present utterance gets no more words. */
  forget(): void {
    if (this.#phrase !== undefined) this.#end(this.#phrase, '');
  }

  #end(phrase: Phrase, said: string): void {
    this.#phrase = undefined;
    const text = said.slice(0, MAX_CHARACTERS);
    // Without words it takes back what was shown of it.
    this.#caption(phrase, text, 'final');
    // Sending interrupts by itself, and comes first: between the two nothing is awaited.
    if (text !== '') this.#options.post({ type: 'send-text', itemId: phrase.itemId, text });
    if (phrase.shown) this.#options.post({ type: 'page-hears', hearing: false });
  }

  #caption({ itemId }: Phrase, text: string, state: 'partial' | 'final'): void {
    this.#options.notify({ type: 'user-transcript', itemId, utterance: null, text, state });
  }
}

/**
 * What a person said of what was heard while a voice was playing.
 *
 * The recogniser takes its sound from the microphone itself, without our echo guard, and may write
 * down our own voice. Leading words that run along with what is being spoken are dropped; what
 * remains counts if most of its words are not in the spoken text. Therefore a person who repeats
 * the answer while it plays is not heard, which is the better mistake.
 *
 * @returns the person's words; empty if there are none
 */
export function beyondEcho(heard: string, spoken: string): string {
  const words = heard.split(/\s+/u).filter((word) => word !== '');
  const keys = words.map(keyOf);
  const spokenKeys = spoken.split(/\s+/u).map(keyOf);
  const run = leadingRun(keys, spokenKeys);
  const rest = run >= ECHO_RUN ? run : 0;
  const known = new Set(spokenKeys);
  const remaining = keys.slice(rest);
  const fresh = remaining.filter((key) => !known.has(key)).length;
  return remaining.length > 0 && fresh / remaining.length >= NEW_SHARE
    ? words.slice(rest).join(' ')
    : '';
}

/** How many of the first words stand somewhere in `spoken` in the same order. */
function leadingRun(keys: readonly string[], spoken: readonly string[]): number {
  let longest = 0;
  for (let start = 0; start < spoken.length; start += 1) {
    let length = 0;
    while (length < keys.length && keys[length] === spoken[start + length]) length += 1;
    longest = Math.max(longest, length);
  }
  return longest;
}

function keyOf(word: string): string {
  return word.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

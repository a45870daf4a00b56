import type { MediaCommand, MediaNotice } from '../../messages/media-messages.ts';
import type { BrowserVoiceRequest } from '../../messages/page-requests.ts';

/** A recogniser is so much behind what it hears. */
const ECHO_TAIL_MS = 1_500;

/** Longest stretch of a reply that can still be in the air, characters. */
const MAX_SPOKEN_CHARACTERS = 4_000;

/** A voice that has not begun by then will not; remote voices take a second. */
const START_DEADLINE_MS = 4_000;
/** Chromium does not report the end of some utterances. */
const END_MARGIN_MS = 4_000;
/** Slower than any voice at its usual pace speaks. */
const SLOWEST_MS_PER_CHARACTER = 150;

type Clause = Extract<BrowserVoiceRequest, { type: 'speak' }>;
type ReportState = Extract<MediaCommand, { type: 'page-voice' }>['state'];

/** How long the list of voices may take to arrive. */
const VOICES_DEADLINE_MS = 1_500;
/** Some browsers swallow what is spoken right after a cancellation. */
const AFTER_CANCEL_MS = 60;
/** So many clauses in a row that cannot be spoken are a voice that does not work. */
const MAX_FAILURES = 2;

/** The share of an utterance that is used. */
export type Utterance = Pick<
  SpeechSynthesisUtterance,
  'lang' | 'voice' | 'volume' | 'rate' | 'addEventListener'
>;

/** The share of `speechSynthesis` that is used. */
export interface SpeechSynthesiser {
  getVoices(): readonly SpeechSynthesisVoice[];
  speak(utterance: Utterance): void;
  cancel(): void;
  resume(): void;
  addEventListener(type: 'voiceschanged', listener: () => void, options: { once: true }): void;
}

export interface BrowserSpeakerOptions {
  readonly synthesis: SpeechSynthesiser;
  createUtterance(text: string): Utterance;
  onReport(clause: Clause, state: ReportState): void;
  /** The browser has no voice, or none that works: all later requests fail at once. */
  onFailed(failure: 'missing' | 'failed'): void;
}

type State =
  | { readonly kind: 'quiet' }
  /** For the voices, or for a cancellation to be over. */
  | { readonly kind: 'waiting'; readonly timer: ReturnType<typeof setTimeout> }
  /** The utterance is kept here: browsers collect one that is not held, and its events with it. */
  | { readonly kind: 'speaking'; readonly clause: Clause; readonly utterance: Utterance }
  | { readonly kind: 'failed' };

/**
 * Speaks clause by clause with the browser's own voice.
 *
 * Each clause is an utterance of its own, because Chromium falls silent some fifteen seconds into a
 * long one; and each waits for the one before, so that they are reported in order.
 */
export class BrowserSpeaker {
  /** 0–1; holds from the next clause on. */
  volume = 1;
  /** A factor of the voice's own pace. */
  speed = 1;
  /** BCP 47; holds from the next clause on. */
  language = 'en-US';
  readonly #options: BrowserSpeakerOptions;
  #queue: Clause[] = [];
  #state: State = { kind: 'quiet' };
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #hasVoices = false;
  #failures = 0;

  constructor(options: BrowserSpeakerOptions) {
    this.#options = options;
    // The first question makes some browsers fetch the list.
    this.#hasVoices = options.synthesis.getVoices().length > 0;
  }

  speak(clause: Clause): void {
    if (this.#state.kind === 'failed') return this.#options.onReport(clause, 'failed');
    this.#queue.push(clause);
    if (this.#state.kind === 'quiet') this.#next();
  }

  /** Falls silent at once and forgets what waits. */
  hush(): void {
    this.#queue = [];
    clearTimeout(this.#deadline);
    if (this.#state.kind === 'failed') return;
    if (this.#state.kind === 'waiting') clearTimeout(this.#state.timer);
    this.#options.synthesis.cancel();
    this.#wait(AFTER_CANCEL_MS);
  }

  dispose(): void {
    this.hush();
    if (this.#state.kind === 'waiting') clearTimeout(this.#state.timer);
    this.#state = { kind: 'failed' };
  }

  #wait(delayMs: number): void {
    const timer = setTimeout(() => {
      this.#state = { kind: 'quiet' };
      this.#next();
    }, delayMs);
    this.#state = { kind: 'waiting', timer };
  }

  #next(): void {
    const [clause] = this.#queue;
    if (clause === undefined) return;
    if (!this.#hasVoices && !this.#findVoices()) return;
    this.#queue.shift();
    this.#utter(clause);
  }

  /** @returns false if they are still to come, or never will */
  #findVoices(): boolean {
    const { synthesis } = this.#options;
    this.#hasVoices = synthesis.getVoices().length > 0;
    if (this.#hasVoices) return true;
    const look = () => {
      if (this.#state.kind !== 'waiting') return;
      clearTimeout(this.#state.timer);
      this.#state = { kind: 'quiet' };
      this.#hasVoices = synthesis.getVoices().length > 0;
      if (this.#hasVoices) this.#next();
      else this.#fail('missing');
    };
    this.#state = { kind: 'waiting', timer: setTimeout(look, VOICES_DEADLINE_MS) };
    synthesis.addEventListener('voiceschanged', look, { once: true });
    return false;
  }

  #utter(clause: Clause): void {
    const { synthesis, createUtterance, onReport } = this.#options;
    const utterance = createUtterance(clause.text);
    const voice = preferredVoice(synthesis.getVoices(), this.language);
    utterance.lang = voice?.lang ?? this.language;
    utterance.voice = voice ?? null;
    utterance.volume = this.volume;
    utterance.rate = this.speed;
    this.#state = { kind: 'speaking', clause, utterance };
    const isCurrent = () => this.#state.kind === 'speaking' && this.#state.utterance === utterance;
    utterance.addEventListener('start', () => {
      if (!isCurrent()) return;
      this.#expect(
        () => this.#done(clause, 'ended', true),
        END_MARGIN_MS + (clause.text.length * SLOWEST_MS_PER_CHARACTER) / Math.min(1, this.speed),
      );
      onReport(clause, 'started');
    });
    utterance.addEventListener('end', () => {
      if (isCurrent()) this.#done(clause, 'ended', false);
    });
    utterance.addEventListener('error', () => {
      // A clause that we cancelled ourselves is not current any more.
      if (isCurrent()) this.#done(clause, 'failed', false);
    });
    this.#expect(() => this.#done(clause, 'failed', true), START_DEADLINE_MS);
    // A synthesiser that was left paused would wait for ever.
    synthesis.resume();
    synthesis.speak(utterance);
  }

  #done(clause: Clause, state: 'ended' | 'failed', isStuck: boolean): void {
    clearTimeout(this.#deadline);
    this.#failures = state === 'failed' ? this.#failures + 1 : 0;
    this.#state = { kind: 'quiet' };
    if (isStuck) {
      this.#options.synthesis.cancel();
      this.#wait(AFTER_CANCEL_MS);
    }
    this.#options.onReport(clause, state);
    if (this.#failures >= MAX_FAILURES) this.#fail('failed');
    else if (this.#state.kind === 'quiet') this.#next();
  }

  #fail(failure: 'missing' | 'failed'): void {
    if (this.#state.kind === 'waiting') clearTimeout(this.#state.timer);
    this.#state = { kind: 'failed' };
    for (const clause of this.#queue.splice(0)) this.#options.onReport(clause, 'failed');
    this.#options.onFailed(failure);
  }

  #expect(task: () => void, deadlineMs: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(task, deadlineMs);
  }
}

/** Of the language's own region, spoken on this machine if there is a choice; any region before none. */
function preferredVoice(
  voices: readonly SpeechSynthesisVoice[],
  language: string,
): SpeechSynthesisVoice | undefined {
  const wanted = language.toLowerCase();
  // Android writes `en_US`.
  const tagOf = ({ lang }: SpeechSynthesisVoice) => lang.replace('_', '-').toLowerCase();
  const [primary] = wanted.split('-');
  const speaking = voices.filter((voice) => tagOf(voice).split('-')[0] === primary);
  const regional = speaking.filter((voice) => tagOf(voice).startsWith(wanted));
  const choices = regional.length > 0 ? regional : speaking;
  return choices.find(({ localService }) => localService) ?? choices[0];
}

/** What is being said aloud at this moment, by any voice: all that may echo. */
export class VoiceWatch {
  readonly #now: () => number;
  readonly #audible = new Set<string>();
  #spoken = '';
  #endedMs = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a voice can be heard. */
  get isPlaying(): boolean {
    return this.#audible.size > 0;
  }

  /** Whether what is recognised now may be a voice of ours. */
  get mayEcho(): boolean {
    return this.isPlaying || this.#now() - this.#endedMs < ECHO_TAIL_MS;
  }

  /** The latest text of the replies, newest last. */
  get spoken(): string {
    return this.#spoken;
  }

  onNotice(notice: MediaNotice): void {
    switch (notice.type) {
      case 'response-text':
        this.#spoken = `${this.#spoken} ${notice.text}`.slice(-MAX_SPOKEN_CHARACTERS);
        return;
      case 'response-progress':
      case 'response-voiced':
        this.#audible.add(notice.responseId);
        return;
      case 'response-ended':
        if (this.#audible.delete(notice.responseId)) this.#endedMs = this.#now();
        return;
      default:
    }
  }
}

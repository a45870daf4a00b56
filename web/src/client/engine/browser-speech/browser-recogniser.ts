import type { SpeechRecogniser, RecognisedResult } from './speech-recognition.ts';

interface RecognisedWords {
  /** What will not change any more and was not reported before, in order. */
  readonly finals: readonly string[];
  /** What may still change; empty if nothing does. */
  readonly interim: string;
  /** How many results are settled by now. */
  readonly settled: number;
}

/** Browsers end a session after some silence, or some time, however continuous it is. */
const RESTART_MS = 150;
const LONGEST_RETRY_MS = 8_000;
/** A session that ended sooner, and without a word, did not work. */
const SHORTEST_SESSION_MS = 1_000;
const MAX_FAILURES = 5;

/** What no restart can mend. */
const REFUSALS: readonly string[] = ['not-allowed', 'service-not-allowed'];
const UNABLE: readonly string[] = ['language-not-supported'];
/** Ends that are not failures: nothing was said, or we stopped it ourselves. */
const HARMLESS: readonly string[] = ['no-speech', 'aborted'];

/** A browser that asks for permission waits for the person. */
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 3_000;
/** Some browsers begin a session with the last words of the one before. */
const REPEAT_MS = 2_000;

export interface BrowserRecogniserOptions {
  create(): SpeechRecogniser;
  /** BCP 47; asked each time that it begins to listen. */
  language(): string;
  /** Whether the browser calls guesses final, as Android's does. */
  readonly guessesAreFinal: boolean;
  now(): number;
  /** Final words may be none: what was guessed before was not said. */
  onWords(words: { readonly text: string; readonly isFinal: boolean }): void;
  /** The recogniser will not start again. */
  onFailed(failure: 'refused' | 'failed'): void;
}

interface Session {
  readonly recogniser: SpeechRecogniser;
  readonly openedMs: number;
  settled: number;
  interim: string;
  hasHeard: boolean;
  error: string | undefined;
  deadline: ReturnType<typeof setTimeout> | undefined;
}

type State =
  | { readonly kind: 'off' }
  /** `off` and `restart`: it was stopped, and its end is awaited. */
  | { readonly kind: 'open'; readonly session: Session; readonly next: 'retry' | 'off' | 'restart' }
  | { readonly kind: 'waiting'; readonly timer: ReturnType<typeof setTimeout> }
  | { readonly kind: 'failed' };

/**
 * Keeps the browser's recogniser listening.
 *
 * The recogniser lives on the page's own thread, although audio otherwise never touches it:
 * browsers give `SpeechRecognition` to windows only, and take the sound from the microphone
 * themselves. All that passes here is words.
 */
export class BrowserRecogniser {
  readonly #options: BrowserRecogniserOptions;
  #state: State = { kind: 'off' };
  #failures = 0;
  #lastFinal = { text: '', atMs: Number.NEGATIVE_INFINITY };

  constructor(options: BrowserRecogniserOptions) {
    this.#options = options;
  }

  start(): void {
    const state = this.#state;
    if (state.kind === 'off') this.#open();
    else if (state.kind === 'open' && state.next === 'off') {
      this.#state = { ...state, next: 'restart' };
    }
  }

  /** Listens no more; what was heard is still reported. */
  stop(): void {
    const state = this.#state;
    if (state.kind === 'waiting') {
      clearTimeout(state.timer);
      this.#state = { kind: 'off' };
    } else if (state.kind === 'open') {
      this.#state = { ...state, next: 'off' };
      if (state.next !== 'retry') return;
      this.#expect(state.session, STOP_DEADLINE_MS);
      state.session.recogniser.stop();
    }
  }

  /** Listens no more and reports nothing more. */
  dispose(): void {
    const state = this.#state;
    this.#state = { kind: 'failed' };
    if (state.kind === 'waiting') clearTimeout(state.timer);
    if (state.kind !== 'open') return;
    clearTimeout(state.session.deadline);
    state.session.recogniser.abort();
  }

  #open(): void {
    const { create, guessesAreFinal, now } = this.#options;
    const recogniser = create();
    const session: Session = {
      recogniser,
      openedMs: now(),
      settled: 0,
      interim: '',
      hasHeard: false,
      error: undefined,
      deadline: undefined,
    };
    this.#state = { kind: 'open', session, next: 'retry' };
    recogniser.lang = this.#options.language();
    // Android's repeats itself if it is asked to go on; it is restarted instead.
    recogniser.continuous = !guessesAreFinal;
    recogniser.interimResults = true;
    recogniser.addEventListener('start', () => clearTimeout(session.deadline));
    recogniser.addEventListener('result', ({ results }) => {
      const isCurrent = this.#state.kind === 'open' && this.#state.session === session;
      if (isCurrent) this.#onResults(session, results);
    });
    recogniser.addEventListener('error', ({ error }) => {
      session.error = error;
    });
    recogniser.addEventListener('end', () => this.#onEnd(session));
    this.#expect(session, START_DEADLINE_MS);
    try {
      recogniser.start();
    } catch {
      // Another page, or a session that has not quite ended, has it.
      session.error = 'busy';
      this.#onEnd(session);
    }
  }

  #onResults(session: Session, results: Parameters<typeof readResults>[0]): void {
    const { now, guessesAreFinal, onWords } = this.#options;
    const words = readResults(results, session.settled, guessesAreFinal);
    const isFirst = !session.hasHeard;
    const wasGuessing = session.interim !== '';
    session.settled = words.settled;
    session.interim = words.interim;
    for (const text of words.finals) {
      const sinceMs = now() - this.#lastFinal.atMs;
      const isRepeated = isFirst && text === this.#lastFinal.text && sinceMs < REPEAT_MS;
      if (!isRepeated) this.#reportFinal(text);
    }
    if (words.finals.length > 0 || words.interim !== '') {
      session.hasHeard = true;
      this.#failures = 0;
    }
    if (words.interim !== '') onWords({ text: words.interim, isFinal: false });
    // The recogniser has withdrawn the guess: nothing was said.
    else if (wasGuessing && words.finals.length === 0) onWords({ text: '', isFinal: true });
  }

  #onEnd(session: Session): void {
    clearTimeout(session.deadline);
    const state = this.#state;
    if (state.kind !== 'open' || state.session !== session) return;
    this.#state = { kind: 'off' };
    // No more results follow, so the latest guess is the last word.
    if (session.interim !== '') this.#reportFinal(session.interim);
    const { error } = session;
    if (error !== undefined && REFUSALS.includes(error)) return this.#fail('refused');
    if (error !== undefined && UNABLE.includes(error)) return this.#fail('failed');
    if (state.next === 'restart') this.#open();
    if (state.next !== 'retry') return;
    const lastedMs = this.#options.now() - session.openedMs;
    const isHarmless = error === undefined || HARMLESS.includes(error);
    const hasWorked = session.hasHeard || (isHarmless && lastedMs >= SHORTEST_SESSION_MS);
    this.#failures = hasWorked ? 0 : this.#failures + 1;
    if (this.#failures >= MAX_FAILURES) return this.#fail('failed');
    const delayMs = Math.min(LONGEST_RETRY_MS, RESTART_MS * 2 ** this.#failures);
    this.#state = { kind: 'waiting', timer: setTimeout(() => this.#open(), delayMs) };
  }

  #reportFinal(text: string): void {
    this.#lastFinal = { text, atMs: this.#options.now() };
    this.#options.onWords({ text, isFinal: true });
  }

  #fail(failure: 'refused' | 'failed'): void {
    this.#state = { kind: 'failed' };
    this.#options.onFailed(failure);
  }

  /** A recogniser that says nothing for so long is given up. */
  #expect(session: Session, deadlineMs: number): void {
    clearTimeout(session.deadline);
    session.deadline = setTimeout(() => {
      session.error ??= 'silent';
      session.recogniser.abort();
      this.#onEnd(session);
    }, deadlineMs);
  }
}

/**
 * Reads a list of results.
 *
 * Results are read from `settled` on rather than from the event's `resultIndex`, because Android's
 * recogniser delivers old results again from 0. That recogniser also calls guesses final, with a
 * confidence of 0, and gives each longer guess a place of its own.
 *
 * @param settled how many results of this list were settled before
 * @param guessesAreFinal whether the browser calls guesses final, as Android's does
 */
function readResults(
  results: ArrayLike<RecognisedResult>,
  settled: number,
  guessesAreFinal: boolean,
): RecognisedWords {
  const finals: string[] = [];
  const rest: string[] = [];
  let count = settled;
  for (let index = settled; index < results.length; index += 1) {
    const result = results[index]!;
    const { transcript = '', confidence = 0 } = result[0] ?? {};
    const isFinal = result.isFinal && (!guessesAreFinal || confidence > 0);
    const text = transcript.trim();
    if (isFinal) {
      // What was guessed before it was a guess at it.
      rest.length = 0;
      count = index + 1;
      if (text !== '') finals.push(text);
    } else if (text !== '') {
      rest.push(text);
    }
  }
  return { finals, interim: rest.reduce(joinedGuess, ''), settled: count };
}

/** A guess that begins with the one before replaces it; any other continues it. */
function joinedGuess(before: string, guess: string): string {
  if (before === '') return guess;
  return guess.toLowerCase().startsWith(before.toLowerCase()) ? guess : `${before} ${guess}`;
}

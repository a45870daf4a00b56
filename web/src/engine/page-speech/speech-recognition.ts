/**
 * The share of the Web Speech API's recogniser that is used here; the DOM types lack it.
 * See https://webaudio.github.io/web-speech-api/#speechreco-section
 */
export interface SpeechRecogniser {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  start(): void;
  /** Listens no more, and still reports what it has heard. */
  stop(): void;
  /** Listens no more, and forgets. */
  abort(): void;
  addEventListener(type: 'start' | 'end', listener: () => void): void;
  /** `results`: everything since `start`, settled results first. */
  addEventListener(
    type: 'result',
    listener: (event: { readonly results: ArrayLike<RecognisedResult> }) => void,
  ): void;
  /** `error`: e.g. `no-speech`, `not-allowed`, `network`. */
  addEventListener(type: 'error', listener: (event: { readonly error: string }) => void): void;
}

export interface RecognisedResult {
  readonly isFinal: boolean;
  readonly [alternative: number]: { readonly transcript: string; readonly confidence: number };
}

type RecogniserConstructor = new () => SpeechRecogniser;

/** @returns a maker of recognisers, or undefined if the browser has none */
export function findSpeechRecognition(scope: object): (() => SpeechRecogniser) | undefined {
  const { SpeechRecognition, webkitSpeechRecognition } = scope as {
    readonly SpeechRecognition?: RecogniserConstructor;
    readonly webkitSpeechRecognition?: RecogniserConstructor;
  };
  const Recogniser = SpeechRecognition ?? webkitSpeechRecognition;
  return Recogniser === undefined ? undefined : () => new Recogniser();
}

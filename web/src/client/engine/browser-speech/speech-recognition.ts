/**
 * The share of the Web Speech API's recogniser that is used here; the DOM types lack it.
 * See https://webaudio.github.io/web-speech-api/#speechreco-section
 */
export interface SpeechRecogniser {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  /** Nothing of what is heard leaves this computer; left out by browsers that cannot promise it. */
  processLocally?: boolean;
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

interface RecogniserConstructor {
  new (): SpeechRecogniser;
  /** Left out by browsers that never recognise speech on this computer. */
  available?(options: LanguageOptions): Promise<LanguageAvailability>;
  /** Downloads what `available` says is missing. @returns whether that succeeded */
  install?(options: LanguageOptions): Promise<boolean>;
}

interface LanguageOptions {
  /** BCP 47 */
  readonly langs: readonly string[];
  /** Whether it is to be recognised on this computer and nowhere else. */
  readonly processLocally: boolean;
}

export type LanguageAvailability = 'unavailable' | 'downloadable' | 'downloading' | 'available';

/** @returns a maker of recognisers, or undefined if the browser has none */
export function findSpeechRecognition(scope: object): (() => SpeechRecogniser) | undefined {
  const Recogniser = constructorIn(scope);
  return Recogniser === undefined ? undefined : () => new Recogniser();
}

/** Whether a language can be recognised on this computer, now or after a download. Never rejects. */
export async function localAvailability(
  scope: object,
  language: string,
): Promise<LanguageAvailability> {
  const Recogniser = constructorIn(scope);
  const options = { langs: [language], processLocally: true };
  try {
    return (await Recogniser?.available?.(options)) ?? 'unavailable';
  } catch {
    return 'unavailable';
  }
}

export async function isLocalReady(scope: object, language: string): Promise<boolean> {
  return (await localAvailability(scope, language)) === 'available';
}

/** Downloads a language, from within the person's gesture. @returns whether it is there. Never rejects. */
export async function installLanguage(scope: object, language: string): Promise<boolean> {
  const Recogniser = constructorIn(scope);
  try {
    return (await Recogniser?.install?.({ langs: [language], processLocally: true })) ?? false;
  } catch {
    return false;
  }
}

function constructorIn(scope: object): RecogniserConstructor | undefined {
  const { SpeechRecognition, webkitSpeechRecognition } = scope as {
    readonly SpeechRecognition?: RecogniserConstructor;
    readonly webkitSpeechRecognition?: RecogniserConstructor;
  };
  return SpeechRecognition ?? webkitSpeechRecognition;
}

/**
 * The language in which a browser is to hear and speak: the person's own variety of the call's
 * language if they have one.
 *
 * @param preferred - of the browser, BCP 47; some say nothing, or a locale of the system (`en_US`)
 * @param wanted - the call's, BCP 47
 */
export function recognitionLanguage(preferred: string | undefined, wanted = 'en-US'): string {
  const [language = wanted] = wanted.split('-');
  try {
    if (new Intl.Locale(preferred ?? '').language === language.toLowerCase()) return preferred!;
  } catch {
    // Of no use.
  }
  if (wanted !== language) return wanted;
  try {
    // Some recognisers know no language without a region.
    const { region } = new Intl.Locale(wanted).maximize();
    return region === undefined ? wanted : `${language}-${region}`;
  } catch {
    return wanted;
  }
}

import type { RecognisedResult, SpeechRecogniser } from './speech-recognition.ts';

/** `[text]` is a guess, `[text, confidence]` is final. */
export type ScriptedResult = readonly [text: string, confidence?: number];

/** A browser's recogniser that hears what a test says. */
export class ScriptedRecogniser implements SpeechRecogniser {
  lang = '';
  continuous = false;
  interimResults = false;
  processLocally?: boolean;
  /** What was called, in order. */
  readonly calls: ('start' | 'stop' | 'abort')[] = [];
  readonly #events = new EventTarget();

  start(): void {
    this.calls.push('start');
  }

  stop(): void {
    this.calls.push('stop');
  }

  abort(): void {
    this.calls.push('abort');
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#events.addEventListener(type, listener as EventListener);
  }

  /** The list of results as it stands. */
  hears(...results: readonly ScriptedResult[]): void {
    const list = results.map(([transcript, confidence]): RecognisedResult => ({
      isFinal: confidence !== undefined,
      0: { transcript, confidence: confidence ?? 0.01 },
    }));
    this.#fire('result', { results: list });
  }

  begins(): void {
    this.#fire('start', {});
  }

  /** The recogniser ends by itself, after an error if one is named. */
  ends(error?: string): void {
    if (error !== undefined) this.#fire('error', { error });
    this.#fire('end', {});
  }

  #fire(type: string, event: object): void {
    this.#events.dispatchEvent(Object.assign(new Event(type), event));
  }
}

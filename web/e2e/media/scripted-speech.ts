import type { Page } from '@playwright/test';

/** What the page's scripted speech offers to tests. */
interface SpeechWindow {
  readonly scripted: {
    /** Recognisers that listen at this moment. */
    listening: number;
    /** Whether those that listened last promised to do so on this computer. */
    isLocal: boolean;
    /** Whether the language is there, or has to be downloaded. */
    availability: 'available' | 'downloadable' | 'unavailable';
    /** The download of the language ends. */
    install(isThere: boolean): void;
    /** Lets those hear words. */
    hear(words: string, isFinal: boolean): void;
    /** What was given to the voice, in order. */
    readonly spoken: string[];
    cancelled: number;
    /** Lets the voice begin or end what it was given and has not finished. */
    voice(event: 'start' | 'end'): void;
  };
}

/**
 * A recogniser and a voice as browsers have them, to be installed before the page: the tested
 * Chromium has a service for neither.
 */
export function installScriptedSpeech(): void {
  const listening = new Set<ScriptedRecogniser>();
  let utterances: ScriptedUtterance[] = [];

  let installed: (isThere: boolean) => void = () => {};
  class ScriptedRecogniser extends EventTarget {
    static available(): Promise<string> {
      return Promise.resolve(scripted.availability);
    }
    static install(): Promise<boolean> {
      return new Promise((resolve) => {
        installed = resolve;
      });
    }
    processLocally = false;
    start(): void {
      scripted.isLocal = this.processLocally;
      listening.add(this);
      this.dispatchEvent(new Event('start'));
    }
    stop(): void {
      if (listening.delete(this)) this.dispatchEvent(new Event('end'));
    }
    abort(): void {
      this.stop();
    }
  }
  class ScriptedUtterance extends EventTarget {
    readonly text: string;
    constructor(text: string) {
      super();
      this.text = text;
    }
  }
  const scripted: SpeechWindow['scripted'] = {
    get listening() {
      return listening.size;
    },
    isLocal: false,
    availability:
      (sessionStorage.getItem('speech') as SpeechWindow['scripted']['availability'] | null) ??
      'available',
    install(isThere) {
      if (isThere) scripted.availability = 'available';
      installed(isThere);
    },
    hear(words, isFinal) {
      for (const recogniser of listening) {
        const results = [{ isFinal, 0: { transcript: words, confidence: 0.9 } }];
        recogniser.dispatchEvent(Object.assign(new Event('result'), { results }));
        // As if `continuous` were not heeded.
        if (isFinal) recogniser.stop();
      }
    },
    spoken: [],
    cancelled: 0,
    voice(event) {
      const [utterance] = utterances;
      if (event === 'end') utterances.shift();
      utterance?.dispatchEvent(new Event(event));
    },
  };
  const speechSynthesis = Object.assign(new EventTarget(), {
    getVoices: () => [{ lang: 'en-US', localService: true }],
    resume: () => {},
    cancel: () => {
      scripted.cancelled += 1;
      utterances = [];
    },
    speak: (utterance: ScriptedUtterance) => {
      scripted.spoken.push(utterance.text);
      utterances.push(utterance);
    },
  });
  const define = (name: string, value: unknown) =>
    Object.defineProperty(window, name, { value, configurable: true });
  define('SpeechRecognition', ScriptedRecogniser);
  define('SpeechSynthesisUtterance', ScriptedUtterance);
  define('speechSynthesis', speechSynthesis);
  define('scripted', scripted);
}

export async function untilListening(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => (window as unknown as SpeechWindow).scripted.listening === wanted,
    count,
  );
}

/** Whether what listens, or listened last, promised to do so on this computer. */
export function listensLocally(page: Page): Promise<boolean> {
  return page.evaluate(() => (window as unknown as SpeechWindow).scripted.isLocal);
}

/** The download of the language ends. */
export function letInstall(page: Page, isThere: boolean): Promise<void> {
  return page.evaluate(
    (there) => (window as unknown as SpeechWindow).scripted.install(there),
    isThere,
  );
}

export function hear(page: Page, words: string, isFinal: boolean): Promise<void> {
  return page.evaluate(
    ([text, final]) => (window as unknown as SpeechWindow).scripted.hear(text, final),
    [words, isFinal] as const,
  );
}

export function letVoice(page: Page, event: 'start' | 'end'): Promise<void> {
  return page.evaluate((name) => (window as unknown as SpeechWindow).scripted.voice(name), event);
}

export async function untilSpoken(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => (window as unknown as SpeechWindow).scripted.spoken.length >= wanted,
    count,
  );
}

/** What was given to the voice, and how often it was cancelled. */
export function spoken(page: Page): Promise<{ texts: readonly string[]; cancelled: number }> {
  return page.evaluate(() => {
    const { scripted } = window as unknown as SpeechWindow;
    return { texts: scripted.spoken, cancelled: scripted.cancelled };
  });
}

export async function untilCancelled(page: Page): Promise<void> {
  await page.waitForFunction(() => (window as unknown as SpeechWindow).scripted.cancelled > 0);
}

import type { Page } from '@playwright/test';

/** What the page's scripted language model offers to tests. */
interface ModelWindow {
  readonly model: {
    /** What it was asked, in order. */
    readonly asked: string[];
    /** The prompts before the last question. */
    prompts: readonly { readonly role: string; readonly content: string }[];
    /** Sessions that are open. */
    open: number;
    /** Answers that were aborted. */
    aborted: number;
    /** Whether the model is there, or has to be downloaded. */
    availability: 'available' | 'downloadable' | 'unavailable';
    say(text: string): void;
    end(): void;
    /** The download is at this share of it; at 1 it is there. */
    download(share: number): void;
    failDownload(): void;
  };
}

/**
 * A browser's language model, to be installed before the page: it says what the test lets it say.
 * The tested Chromium has none.
 */
export function installScriptedModel(): void {
  let stream: ReadableStreamDefaultController<string> | undefined;
  let progress: EventTarget | undefined;
  let finish: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  const model: ModelWindow['model'] = {
    asked: [],
    prompts: [],
    open: 0,
    aborted: 0,
    availability:
      (sessionStorage.getItem('model') as ModelWindow['model']['availability'] | null) ??
      'available',
    say: (text) => stream?.enqueue(text),
    end: () => stream?.close(),
    download(share) {
      progress?.dispatchEvent(Object.assign(new Event('downloadprogress'), { loaded: share }));
      if (share < 1) return;
      model.availability = 'available';
      finish?.resolve();
    },
    failDownload: () => finish?.reject(new DOMException('No space.', 'QuotaExceededError')),
  };
  const LanguageModel = {
    availability: () => Promise.resolve(model.availability),
    async create(options: {
      readonly initialPrompts?: ModelWindow['model']['prompts'];
      readonly signal?: AbortSignal;
      monitor?(target: EventTarget): void;
    }) {
      if (model.availability !== 'available') {
        progress = new EventTarget();
        options.monitor?.(progress);
        await new Promise<void>((resolve, reject) => {
          finish = { resolve, reject };
          options.signal?.addEventListener('abort', () => reject(options.signal?.reason));
        });
      }
      model.open += 1;
      model.prompts = options.initialPrompts ?? [];
      return {
        promptStreaming(question: string, { signal }: { signal: AbortSignal }) {
          model.asked.push(question);
          return new ReadableStream<string>({
            start(controller) {
              stream = controller;
              signal.addEventListener('abort', () => {
                model.aborted += 1;
                controller.error(signal.reason);
              });
            },
          });
        },
        destroy() {
          model.open -= 1;
        },
      };
    },
  };
  Object.defineProperty(window, 'LanguageModel', { value: LanguageModel, configurable: true });
  Object.defineProperty(window, 'model', { value: model });
}

/** Resolves with what the model was asked last, once it was asked `count` questions. */
export async function untilAsked(page: Page, count: number): Promise<string> {
  await page.waitForFunction(
    (wanted) => (window as unknown as ModelWindow).model.asked.length >= wanted,
    count,
  );
  return page.evaluate(() => (window as unknown as ModelWindow).model.asked.at(-1) ?? '');
}

/** The model says `text`, and no more if it is the end. */
export function letModelSay(page: Page, text: string, isEnd: boolean): Promise<void> {
  return page.evaluate(
    ([said, ends]) => {
      const { model } = window as unknown as ModelWindow;
      model.say(said);
      if (ends) model.end();
    },
    [text, isEnd] as const,
  );
}

/** The download is at `share`; `null`: it fails. */
export function letDownload(page: Page, share: number | null): Promise<void> {
  return page.evaluate((loaded) => {
    const { model } = window as unknown as ModelWindow;
    if (loaded === null) model.failDownload();
    else model.download(loaded);
  }, share);
}

export function modelCounts(page: Page): Promise<{ open: number; aborted: number }> {
  return page.evaluate(() => {
    const { open, aborted } = (window as unknown as ModelWindow).model;
    return { open, aborted };
  });
}

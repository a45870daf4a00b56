import type { MediaNotice } from '../../messages/media-messages.ts';
import type { BrowserModelCommand, BrowserModelRequest } from '../../messages/page-requests.ts';
import { MODEL_OPTIONS, type LanguageModels, type ModelSession } from './language-model.ts';

/** Longest piece that the relay takes, characters. */
const MAX_PIECE = 2_000;
/** Longest answer that it takes. */
const MAX_ANSWER = 4_000;

type Question = Extract<BrowserModelRequest, { type: 'ask-model' }>;

export interface BrowserModelOptions {
  /** undefined if the browser has none. */
  readonly models: LanguageModels | undefined;
  post(command: BrowserModelCommand): void;
  notify(notice: MediaNotice): void;
}

interface RunningAnswer {
  readonly requestId: string;
  readonly controller: AbortController;
}

/**
 * The browser's own language model, for one call: answers what the relay asks of it, one question
 * at a time, and says nothing by itself. What was said before comes with each question.
 */
export class BrowserModel {
  readonly #options: BrowserModelOptions;
  readonly #ended = new AbortController();
  #offers = false;
  #answer: RunningAnswer | undefined;
  /** Keeps the model in memory: without one, the first answer waits until it is loaded. */
  #warm: ModelSession | undefined;

  constructor(options: BrowserModelOptions) {
    this.#options = options;
  }

  /** @param offered whether the person wants it */
  async setOffered(offered: boolean): Promise<void> {
    if (offered === this.#offers) return;
    this.#offers = offered;
    if (!offered) {
      this.#release();
      return this.#offer(false);
    }
    const warm = await this.#load().catch(() => undefined);
    // Switched off meanwhile, or off and on again.
    const isLate = !this.#offers || this.#ended.signal.aborted || this.#warm !== undefined;
    if (isLate) return warm?.destroy();
    if (warm === undefined) return this.#unavailable();
    this.#warm = warm;
    this.#offer(true);
  }

  onRequest(request: BrowserModelRequest): void {
    if (request.type === 'ask-model') void this.#ask(request);
    else if (this.#answer?.requestId === request.requestId) this.#stop();
  }

  /** The call is over. */
  end(): void {
    this.#offers = false;
    this.#ended.abort();
    this.#release();
  }

  /** @returns undefined if it has to be downloaded, which needs the person's gesture */
  async #load(): Promise<ModelSession | undefined> {
    const { models } = this.#options;
    if ((await models?.availability(MODEL_OPTIONS)) !== 'available') return undefined;
    return models?.create({ ...MODEL_OPTIONS, signal: this.#ended.signal });
  }

  #unavailable(): void {
    this.#offers = false;
    this.#options.notify({
      type: 'error',
      code: 'page_model_failed',
      message:
        'Your browser’s language model is not ready. Open the settings to switch it on again.',
    });
  }

  #offer(page_model: boolean): void {
    this.#options.post({ type: 'offer-page', offer: { page_model } });
  }

  #release(): void {
    this.#stop();
    this.#warm?.destroy();
    this.#warm = undefined;
  }

  #stop(): void {
    this.#answer?.controller.abort();
    this.#answer = undefined;
  }

  async #ask(question: Question): Promise<void> {
    this.#stop();
    const { requestId, totalMs } = question;
    const controller = new AbortController();
    const running = { requestId, controller };
    this.#answer = running;
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(totalMs)]);
    let state: 'completed' | 'failed' = 'failed';
    try {
      if (this.#offers) await this.#stream(question, signal);
      if (this.#offers && !signal.aborted) state = 'completed';
    } catch {
      // The relay says then what it would have said without a model.
    }
    if (this.#answer !== running) return;
    this.#answer = undefined;
    this.#options.post({ type: 'page-answer', requestId, state });
  }

  async #stream({ requestId, instructions, messages }: Question, signal: AbortSignal) {
    const { models } = this.#options;
    const last = messages.at(-1);
    if (models === undefined || last === undefined) throw new Error('There is nothing to ask.');
    const session = await models.create({
      ...MODEL_OPTIONS,
      signal,
      initialPrompts: [{ role: 'system', content: instructions }, ...messages.slice(0, -1)],
    });
    try {
      const reader = session.promptStreaming(last.content, { signal }).getReader();
      let length = 0;
      while (length < MAX_ANSWER) {
        const { done, value } = await reader.read();
        if (done || signal.aborted) return;
        const text = value.slice(0, MAX_ANSWER - length);
        length += text.length;
        for (let from = 0; from < text.length; from += MAX_PIECE) {
          const piece = text.slice(from, from + MAX_PIECE);
          this.#options.post({ type: 'page-answer', requestId, state: 'going-on', text: piece });
        }
      }
      await reader.cancel();
    } finally {
      session.destroy();
    }
  }
}

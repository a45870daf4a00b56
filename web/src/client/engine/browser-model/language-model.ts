/**
 * The share of the Prompt API that is used here; the DOM types lack it. Browsers give it to windows
 * only. See https://webmachinelearning.github.io/prompt-api/
 */
export interface LanguageModels {
  /** To be asked with the options that `create` is to be given. */
  availability(options: ModelOptions): Promise<ModelAvailability>;
  /** Needs the person's gesture if the model is not `available` yet: it is then downloaded. */
  create(options: ModelOptions & CreateOptions): Promise<ModelSession>;
}

export type ModelAvailability = 'unavailable' | 'downloadable' | 'downloading' | 'available';

interface ModelOptions {
  readonly expectedInputs: readonly ModelModality[];
  readonly expectedOutputs: readonly ModelModality[];
}

interface ModelModality {
  readonly type: 'text';
  /** BCP 47 */
  readonly languages: readonly string[];
}

interface CreateOptions {
  readonly initialPrompts?: readonly ModelPrompt[];
  readonly signal?: AbortSignal;
  monitor?(monitor: DownloadMonitor): void;
}

export interface ModelPrompt {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** `loaded`: how much of the download is there, 0–1. */
export interface DownloadMonitor {
  addEventListener(
    type: 'downloadprogress',
    listener: (event: { readonly loaded: number }) => void,
  ): void;
}

export interface ModelSession {
  promptStreaming(
    input: string,
    options: { readonly signal: AbortSignal },
  ): Pick<ReadableStream<string>, 'getReader'>;
  destroy(): void;
}

const ENGLISH: readonly ModelModality[] = [{ type: 'text', languages: ['en'] }];
/** What Parley's assistant without a language model speaks as well. */
export const MODEL_OPTIONS: ModelOptions = { expectedInputs: ENGLISH, expectedOutputs: ENGLISH };

/** @returns undefined if the browser has no language model */
export function findLanguageModels(scope: object): LanguageModels | undefined {
  const { LanguageModel } = scope as { readonly LanguageModel?: LanguageModels };
  return typeof LanguageModel?.create === 'function' ? LanguageModel : undefined;
}

/** What the benchmark's browser measures; it runs in a process of its own. */
export interface BrowserFigures {
  /** Scripts and styles that a first visit loads, as they come over the wire. */
  readonly firstLoadBytes: number;
  /** From the press of the button until the page listens; a visit each. */
  readonly readyMs: readonly number[];
  /** Share of one second in which the page's main thread works, ms, before a call and in one. */
  readonly mainThreadMsPerS: { readonly idle: number; readonly call: number };
  /** From the onset of speech over an answer until the answer is silent. */
  readonly bargeInMs: readonly number[];
  /** From the end of a question until its answer sounds. */
  readonly voiceToVoiceMs: readonly number[];
  /** Gaps inside answers. */
  readonly underruns: number;
}

export interface WebBenchOptions {
  readonly turns: number;
  readonly visits: number;
  /** How long the simulated providers take. */
  readonly providerMs: { readonly asr: number; readonly llm: number; readonly tts: number };
}

export type BrowserHandlers = {
  measure(options: WebBenchOptions): Promise<BrowserFigures>;
};

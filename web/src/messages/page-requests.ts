/** What only the page itself can do for the media worker: browsers speak in windows alone. */
export type PageVoiceRequest =
  /** Speak this after all that was asked for before. */
  | {
      readonly type: 'speak';
      readonly responseId: string;
      readonly clause: number;
      readonly text: string;
    }
  /** Fall silent at once and forget what was asked for. */
  | { readonly type: 'hush' };

/** All that the media worker asks of the page. */
export type PageRequest =
  | PageVoiceRequest
  /** Hear the microphone by another source node: what comes from this one waits for too long. */
  | { readonly type: 'renew-capture' }
  /** The person speaks while the echo canceller is primed. */
  | { readonly type: 'hush-breath' };

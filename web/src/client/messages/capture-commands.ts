/** Where the media worker gets the microphone's frames from. */
export type CaptureSource =
  /** The capture worklet's port; transferred. */
  | { readonly kind: 'worklet'; readonly port: MessagePort }
  /** The track's own frames, if the browser hands them out; transferred. */
  | { readonly kind: 'track'; readonly frames: ReadableStream<AudioData> };

/** The page's messages to the media worker about the microphone. */
export type CaptureCommand =
  /** The microphone was granted, or changed. */
  | {
      readonly type: 'attach-capture';
      readonly source: CaptureSource;
      /** From the microphone's membrane to the start of the source, if the browser knows it. */
      readonly latencyMs: number;
      /** An echo canceller has yet to learn: until `capture-primed` speech interrupts no reply. */
      readonly isPriming: boolean;
      /** As the browser reports them, for the debug panel. */
      readonly settings: object;
    }
  | { readonly type: 'capture-primed' }
  | { readonly type: 'detach-capture' };

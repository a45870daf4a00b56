import type { CaptureSource } from './capture-source.ts';

/** What the page tells the media worker of the microphone. */
export type CaptureCommand =
  /** The microphone was granted, or changed. */
  | {
      readonly type: 'attach-capture';
      readonly source: CaptureSource;
      /** From the microphone's membrane to where the source begins, if the browser knows it. */
      readonly latencyMs: number;
      /** An echo canceller has yet to learn: until `capture-primed` speech interrupts no reply. */
      readonly isPriming: boolean;
      /**
       * The browser's processing is switched off, and can be switched while the track runs: the
       * worklet sends what is played along. Only with a source of the kind `worklet`.
       */
      readonly isSwitchable: boolean;
      /** As the browser reports them, for the debug panel. */
      readonly settings: object;
    }
  /** The same microphone once more, without the browser's processing; its frames are transferred. */
  | {
      readonly type: 'attach-unprocessed';
      readonly frames: ReadableStream<AudioData>;
      readonly latencyMs: number;
    }
  /** Whether the browser processes the switchable microphone from about now on. */
  | { readonly type: 'capture-switched'; readonly isProcessed: boolean }
  | { readonly type: 'capture-primed' }
  | { readonly type: 'detach-capture' };

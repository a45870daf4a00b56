/** Where the media worker gets the microphone's frames from. */
export type CaptureSource =
  /** The capture worklet's port; transferred. */
  | { readonly kind: 'worklet'; readonly port: MessagePort }
  /** The track's own frames, if the browser hands them out; transferred. */
  | { readonly kind: 'track'; readonly frames: ReadableStream<AudioData> };

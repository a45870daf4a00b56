import type { CapturedBlock } from './captured-block.ts';

export { FRAME_MS, FRAME_SAMPLES, type CapturedBlock } from './captured-block.ts';

/** What the capture worklet sends the media worker. */
export interface CaptureMessage {
  readonly block: CapturedBlock;
  /** When it was sent, on the system's clock, ms. */
  readonly sentAtMs: number;
}

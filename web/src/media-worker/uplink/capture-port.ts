import type { CaptureMessage } from '../../messages/capture-messages.ts';
import type { MediaCommand } from '../../messages/media-messages.ts';
import { CaptureStalls } from './capture-stalls.ts';
import { ContextClock } from './context-clock.ts';
import type { EchoGuard } from './echo-guard.ts';
import { TrackCapture } from './track-capture.ts';
import type { UtteranceSegmenter } from './utterance-segmenter.ts';

export interface CapturePortOptions {
  readonly contextClock: ContextClock;
  readonly echo: EchoGuard;
  readonly segmenter: UtteranceSegmenter;
  now(): number;
  /** Whether a reply is heard. */
  isPlaying(): boolean;
  /** The way through the audio context has grown longer; another source of the track heals it. */
  onStale(): void;
}

/** The microphone's end in the media worker: its frames go to the segmenter. */
export class CapturePort {
  readonly #options: CapturePortOptions;
  #close: (() => void) | undefined;

  constructor(options: CapturePortOptions) {
    this.#options = options;
  }

  /** In the place of another, it goes on with what is being said. */
  attach({
    source,
    latencyMs,
    isPriming,
  }: Extract<MediaCommand, { type: 'attach-capture' }>): void {
    this.#close?.();
    this.#options.echo.attach(isPriming);
    this.#close =
      source.kind === 'worklet'
        ? this.#throughContext(source.port, latencyMs)
        : this.#fromTrack(source.frames, latencyMs);
  }

  detach(): void {
    if (this.#close === undefined) return;
    this.#close();
    this.#close = undefined;
    this.#options.segmenter.detach();
  }

  #fromTrack(frames: ReadableStream<AudioData>, latencyMs: number): () => void {
    const { segmenter, now } = this.#options;
    const clock = new ContextClock();
    segmenter.attach(latencyMs, clock);
    const capture = new TrackCapture(frames, (block) => {
      clock.observe(block.sentContextTimeS, now());
      segmenter.push(block);
    });
    void capture.run().catch(() => {});
    return () => capture.close();
  }

  #throughContext(port: MessagePort, latencyMs: number): () => void {
    const { contextClock, segmenter, now, isPlaying, onStale } = this.#options;
    const stalls = new CaptureStalls();
    segmenter.attach(latencyMs, contextClock);
    port.addEventListener('message', ({ data }: MessageEvent<CaptureMessage>) => {
      const { block, sentAtMs } = data;
      contextClock.stamped(block.sentContextTimeS, sentAtMs);
      segmenter.push(block);
      const nowMs = now();
      if (stalls.observe(nowMs, segmenter.isIdle && !isPlaying())) onStale();
    });
    port.start();
    return () => port.close();
  }
}

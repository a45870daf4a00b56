import type { CaptureSource } from '../../messages/capture-source.ts';
import type { MediaCommand } from '../../messages/media-messages.ts';
import type { ContextClock } from './context-clock.ts';
import type { EchoGuard } from './echo-guard.ts';
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
  /** What reads the microphone could not be loaded: nothing is heard. */
  onUnreadable(): void;
}

/** The microphone's end in the media worker: its frames go to the segmenter. */
export class CapturePort {
  readonly #options: CapturePortOptions;
  #attached: AbortController | undefined;

  constructor(options: CapturePortOptions) {
    this.#options = options;
  }

  /** In the place of another, it goes on with what is being said. */
  attach({
    source,
    latencyMs,
    isPriming,
  }: Extract<MediaCommand, { type: 'attach-capture' }>): void {
    this.#attached?.abort();
    this.#attached = new AbortController();
    this.#options.echo.attach(isPriming);
    void this.#read(source, latencyMs, this.#attached.signal);
  }

  detach(): void {
    if (this.#attached === undefined) return;
    this.#attached.abort();
    this.#attached = undefined;
    this.#options.segmenter.detach();
  }

  async #read(source: CaptureSource, latencyMs: number, signal: AbortSignal): Promise<void> {
    try {
      // Of no use before a call; until it has come, the frames wait.
      const { readCapture } = await import('./capture-readers.ts');
      if (!signal.aborted) return readCapture(source, latencyMs, this.#options, signal);
    } catch {
      if (!signal.aborted) this.#options.onUnreadable();
    }
    if (source.kind === 'worklet') source.port.close();
    else await source.frames.cancel().catch(() => {});
  }
}

import type { CaptureSource } from '../../messages/capture-source.ts';
import type { MediaCommand } from '../../messages/media-messages.ts';
import type { CapturedBlock } from '../../messages/capture-messages.ts';
import type { ContextClock } from './context-clock.ts';
import type { EchoGuard } from './echo-guard.ts';
import type { NearEndCapture } from './near-end-capture.ts';
import type { UtteranceSegmenter } from './utterance-segmenter.ts';

type AttachCapture = Extract<MediaCommand, { type: 'attach-capture' }>;
export type CaptureCommand =
  | AttachCapture
  | Extract<MediaCommand, { type: 'attach-unprocessed' | 'capture-primed' | 'detach-capture' }>;

export interface CapturePortOptions {
  readonly contextClock: ContextClock;
  readonly echo: EchoGuard;
  readonly segmenter: UtteranceSegmenter;
  readonly now: () => number;
  /** Whether a reply is heard. */
  isPlaying(): boolean;
  /** The way through the audio context has grown longer; another source of the track heals it. */
  onStale(): void;
  /** What is rendered is needed, to tell the person from our echo. */
  readonly onRenderedWanted: () => void;
  /** What reads the microphone could not be loaded: nothing is heard. */
  onUnreadable(): void;
}

/** The microphone's end in the media worker: its frames go to the segmenter. */
export class CapturePort {
  readonly #options: CapturePortOptions;
  /** Undefined before the first microphone. */
  #nearEnd: NearEndCapture | undefined;
  #attached: AbortController | undefined;

  constructor(options: CapturePortOptions) {
    this.#options = options;
  }

  /** What is known of our own canceller, for the end of a line of the log. */
  get summary(): string {
    return this.#nearEnd?.summary ?? '';
  }

  handle(command: CaptureCommand): void {
    switch (command.type) {
      case 'attach-capture':
        return this.#attach(command);
      case 'attach-unprocessed':
        // Without it the processed one alone is heard. Its frames end with the page's track.
        return void this.#load().then(
          ({ nearEnd }) => nearEnd.attach(command.frames, command.latencyMs),
          () => {},
        );
      case 'capture-primed':
        return this.#options.echo.primed();
      case 'detach-capture':
        return this.detach();
    }
  }

  /** What is played, while it sounds. */
  rendered(block: CapturedBlock): void {
    this.#nearEnd?.rendered(block);
  }

  /** In the place of another, it goes on with what is being said. */
  #attach({ source, latencyMs, isPriming }: AttachCapture): void {
    this.#attached?.abort();
    this.#nearEnd?.detach();
    this.#attached = new AbortController();
    this.#options.echo.attach(isPriming);
    void this.#read(source, latencyMs, this.#attached.signal);
  }

  detach(): void {
    if (this.#attached === undefined) return;
    this.#attached.abort();
    this.#attached = undefined;
    this.#nearEnd?.detach();
    this.#options.segmenter.detach();
  }

  async #read(source: CaptureSource, latencyMs: number, signal: AbortSignal): Promise<void> {
    try {
      const { nearEnd, readCapture } = await this.#load();
      if (!signal.aborted) {
        return readCapture(source, latencyMs, { ...this.#options, nearEnd }, signal);
      }
    } catch {
      if (!signal.aborted) this.#options.onUnreadable();
    }
    if (source.kind === 'worklet') source.port.close();
    else await source.frames.cancel().catch(() => {});
  }

  /** Of no use before a call; until it has come, the frames wait. */
  async #load() {
    const { readCapture, NearEndCapture } = await import('./capture-readers.ts');
    const { contextClock, segmenter, now, onRenderedWanted } = this.#options;
    const isIdle = () => segmenter.isIdle;
    this.#nearEnd ??= new NearEndCapture({
      contextClock,
      now,
      isIdle,
      onWanted: onRenderedWanted,
    });
    return { readCapture, nearEnd: this.#nearEnd };
  }
}

import type { CapturedBlock } from '../../messages/capture-messages.ts';
import type { MediaCommand } from '../../messages/media-messages.ts';
import type { ContextClock } from './context-clock.ts';
import type { EchoGuard } from './echo-guard.ts';
import type { UtteranceSegmenter } from './utterance-segmenter.ts';

export interface CapturePortOptions {
  readonly contextClock: ContextClock;
  readonly echo: EchoGuard;
  readonly segmenter: UtteranceSegmenter;
  now(): number;
}

/** The microphone's end in the media worker: its frames go to the segmenter. */
export class CapturePort {
  readonly #options: CapturePortOptions;
  #port: MessagePort | undefined;

  constructor(options: CapturePortOptions) {
    this.#options = options;
  }

  /** In the place of another, it goes on with what is being said. */
  attach({ port, latencyMs, isPriming }: Extract<MediaCommand, { type: 'attach-capture' }>): void {
    const { contextClock, echo, segmenter, now } = this.#options;
    this.#port?.close();
    this.#port = port;
    echo.attach(isPriming);
    segmenter.attach(latencyMs);
    port.addEventListener('message', ({ data }: MessageEvent<CapturedBlock>) => {
      contextClock.observe(data.sentContextTimeS, now());
      segmenter.push(data);
    });
    port.start();
  }

  detach(): void {
    if (this.#port === undefined) return;
    this.#port.close();
    this.#port = undefined;
    this.#options.segmenter.detach();
  }
}

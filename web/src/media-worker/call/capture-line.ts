import type { ContextClock } from '../uplink/context-clock.ts';
import type { CapturedBlock } from '../../messages/capture-messages.ts';
import type { MicrophoneListener } from '../uplink/microphone-listener.ts';

export interface CaptureLineOptions {
  readonly listener: MicrophoneListener;
  readonly contextClock: ContextClock;
  now(): number;
}

/** The capture worklet's port, from one microphone to the next. */
export class CaptureLine {
  readonly #options: CaptureLineOptions;
  #port: MessagePort | undefined;

  constructor(options: CaptureLineOptions) {
    this.#options = options;
  }

  /** @param latencyMs from the microphone's membrane to the audio context */
  attach(port: MessagePort, latencyMs: number): void {
    this.detach();
    const { contextClock, listener } = this.#options;
    this.#port = port;
    listener.attach(latencyMs);
    port.addEventListener('message', ({ data }: MessageEvent<CapturedBlock>) => {
      contextClock.observe(data.sentContextTimeS, this.#options.now());
      listener.push(data);
    });
    port.start();
  }

  detach(): void {
    if (this.#port === undefined) return;
    this.#port.close();
    this.#port = undefined;
    this.#options.listener.detach();
  }
}

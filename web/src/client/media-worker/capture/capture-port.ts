import type { CaptureCommand } from '../../messages/capture-commands.ts';
import type { CapturedBlock } from '../../messages/capture-messages.ts';
import type { PageRequest } from '../../messages/page-requests.ts';
import type { ContextClock } from './context-clock.ts';
import type { EchoGuard } from '../echo/echo-guard.ts';
import type { NearEndCapture } from '../echo/near-end-capture.ts';
import type { SwitchedCapture } from './switched-capture.ts';
import type { UtteranceSegmenter } from '../speech/utterance-segmenter.ts';

type AttachCapture = Extract<CaptureCommand, { type: 'attach-capture' }>;

export interface CapturePortOptions {
  readonly contextClock: ContextClock;
  readonly echo: EchoGuard;
  readonly segmenter: UtteranceSegmenter;
  readonly now: () => number;
  /** Whether a reply is heard. */
  isPlaying(): boolean;
  /** Asks the page for something. */
  readonly request: (request: PageRequest) => void;
  /** A microphone is heard, with these settings. */
  readonly onAttached: (settings: object) => void;
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
  /** Of the attached microphone, if the browser's processing of it can be switched. */
  #switched: SwitchedCapture | undefined;
  #attached: AbortController | undefined;

  constructor(options: CapturePortOptions) {
    this.#options = options;
  }

  /** What is known of our own canceller, for the end of a line of the log. */
  get summary(): string {
    return this.#switched?.summary ?? this.#nearEnd?.summary ?? '';
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
      case 'capture-switched':
        return this.#switched?.switched(command.isProcessed);
      case 'capture-primed':
        if (this.#switched?.primed() !== 'again') this.#options.echo.primed();
        return;
      case 'detach-capture':
        return this.detach();
    }
  }

  /** What is played, while it sounds. */
  rendered(block: CapturedBlock): void {
    this.#nearEnd?.rendered(block);
  }

  /** In the place of another, it goes on with what is being said. */
  #attach(command: AttachCapture): void {
    this.#attached?.abort();
    this.#nearEnd?.detach();
    this.#switched = undefined;
    this.#attached = new AbortController();
    this.#options.onAttached(command.settings);
    this.#options.echo.attach(command.isPriming);
    void this.#read(command, this.#attached.signal);
  }

  detach(): void {
    if (this.#attached === undefined) return;
    this.#attached.abort();
    this.#attached = undefined;
    this.#nearEnd?.detach();
    this.#switched = undefined;
    this.#options.segmenter.detach();
  }

  async #read(command: AttachCapture, signal: AbortSignal): Promise<void> {
    const { source, latencyMs, isSwitchable } = command;
    try {
      const { nearEnd, readCapture } = await this.#load();
      const switched = isSwitchable ? await this.#loadSwitched() : undefined;
      if (!signal.aborted) {
        this.#switched = switched;
        return readCapture(source, latencyMs, { ...this.#options, nearEnd, switched }, signal);
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

  async #loadSwitched() {
    const { SwitchedCapture } = await import('./switched-capture.ts');
    const { echo, segmenter, isPlaying, request } = this.#options;
    return new SwitchedCapture({
      isIdle: () => segmenter.isIdle,
      isPlaying,
      onSwitch: request,
      onLearning: (isLearning) => (isLearning ? echo.attach(true) : echo.primed()),
    });
  }
}

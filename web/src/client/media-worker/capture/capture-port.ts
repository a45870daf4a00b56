import type { CaptureCommand } from '../../messages/media-messages.ts';
import { FRAME_MS } from '@parley/shared/vad/speech-detector';
import type { CapturedBlock, CaptureMessage } from '../../messages/capture-messages.ts';
import { CaptureStillness } from '../../messages/capture-core.ts';
import type { PageRequest } from '../../messages/page-requests.ts';
import type { EchoGuard } from '../echo/echo-guard.ts';
import { AudibleEnd } from '@parley/shared/vad/audible-end';
import type { UtteranceSegmenter } from '@parley/shared/vad/utterance-segmenter';
import { CaptureClock, ContextClock } from './context-clock.ts';
import { TrackCapture } from './track-capture.ts';

/** A frame that is this much later than due is a stall. */
const LATE_MS = 60;

/** The source is renewed after so long without a stall: on a busy machine that costs more than it gains. */
const SETTLED_MS = 1_000;

const LEAST_INTERVAL_MS = 10_000;

const STILLNESS_INTERVAL_MS = 1_000;

type AttachCapture = Extract<CaptureCommand, { type: 'attach-capture' }>;

export interface CapturePortOptions {
  /** Of the audio context, for a microphone that is heard through it. */
  readonly contextClock: ContextClock;
  readonly echo: EchoGuard;
  readonly segmenter: UtteranceSegmenter<CapturedBlock>;
  readonly now: () => number;
  /** Whether a reply is heard. */
  isPlaying(): boolean;
  /** Whether the person is waited for, and nothing else. */
  isListening(): boolean;
  /** Asks the page for something. */
  readonly request: (request: PageRequest) => void;
  /** A microphone is heard, with these settings. */
  readonly onAttached: (settings: object) => void;
}

/** The microphone's end in the media worker: its frames go to the segmenter. */
export class CapturePort {
  readonly #options: CapturePortOptions;
  #attached: AbortController | undefined;

  constructor(options: CapturePortOptions) {
    this.#options = options;
  }

  handle(command: CaptureCommand): void {
    switch (command.type) {
      case 'attach-capture':
        return this.#attach(command);
      case 'capture-primed':
        return this.#options.echo.primed();
      case 'detach-capture':
        return this.detach();
    }
  }

  detach(): void {
    if (this.#attached === undefined) return;
    this.#attached.abort();
    this.#attached = undefined;
    this.#options.segmenter.detach();
  }

  /** If it replaces another, it continues the open utterance. */
  #attach(command: AttachCapture): void {
    const { source, latencyMs, isPriming, settings } = command;
    this.#attached?.abort();
    this.#attached = new AbortController();
    const { signal } = this.#attached;
    this.#options.onAttached(settings);
    this.#options.echo.attach(isPriming);
    const stillness = this.#watchStillness(signal);
    if (source.kind === 'track') this.#readTrack(source.frames, latencyMs, stillness, signal);
    else this.#readWorklet(source.port, latencyMs, stillness, signal);
  }

  /** Only the person's turn counts: at other times what is silent may be so on purpose. */
  #watchStillness(signal: AbortSignal): CaptureStillness {
    const { isListening, request } = this.#options;
    const stillness = new CaptureStillness();
    const timer = setInterval(() => {
      const what = stillness.look(isListening());
      if (what !== undefined) request({ type: 'capture-heard', what });
    }, STILLNESS_INTERVAL_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    return stillness;
  }

  #readTrack(
    frames: ReadableStream<AudioData>,
    latencyMs: number,
    stillness: CaptureStillness,
    signal: AbortSignal,
  ): void {
    const { segmenter, now } = this.#options;
    const clock = new ContextClock();
    segmenter.attach(new CaptureClock(clock, latencyMs), new AudibleEnd());
    const capture = new TrackCapture(frames, (block) => {
      clock.observe(block.sentContextTimeS, now());
      stillness.frame(block.samples);
      segmenter.push(block);
    });
    signal.addEventListener('abort', () => capture.close());
    void capture.run().catch(() => {});
  }

  #readWorklet(
    port: MessagePort,
    latencyMs: number,
    stillness: CaptureStillness,
    signal: AbortSignal,
  ): void {
    const { contextClock, segmenter, now, isPlaying, request } = this.#options;
    const stalls = new CaptureStalls();
    segmenter.attach(new CaptureClock(contextClock, latencyMs), new AudibleEnd());
    port.addEventListener('message', ({ data }: MessageEvent<CaptureMessage>) => {
      contextClock.stamped(data.block.sentContextTimeS, data.sentAtMs);
      stillness.frame(data.block.samples);
      segmenter.push(data.block);
      // The way through the audio context has grown longer; another source of the track heals it.
      if (stalls.observe(now(), segmenter.isIdle && !isPlaying()))
        request({ type: 'renew-capture' });
    });
    port.start();
    signal.addEventListener('abort', () => port.close());
  }
}

/**
 * Notices when the way from the microphone has grown longer.
 *
 * If a page's process stands still, the audio captured meanwhile waits in the browser, and from
 * then on all later audio waits behind it: 300 ms of standing still cost some 80 ms for the rest of
 * the call, which no reported latency shows. The same holds for a source that was opened while the
 * context was still starting. Another source of the same track begins without.
 */
export class CaptureStalls {
  #lastMs: number | undefined;
  #troubledMs: number | undefined;
  #renewedMs = Number.NEGATIVE_INFINITY;

  /**
   * A frame arrived.
   *
   * @param isIdle - whether nothing is being said that a new source could lose
   * @returns whether the source is to be renewed now
   */
  observe(arrivedMs: number, isIdle: boolean): boolean {
    const gapMs = this.#lastMs === undefined ? Infinity : arrivedMs - this.#lastMs;
    this.#lastMs = arrivedMs;
    if (gapMs > FRAME_MS + LATE_MS) this.#troubledMs = arrivedMs;
    if (this.#troubledMs === undefined || !isIdle) return false;
    const isSettled = arrivedMs - this.#troubledMs >= SETTLED_MS;
    if (!isSettled || arrivedMs - this.#renewedMs < LEAST_INTERVAL_MS) return false;
    this.#renewedMs = arrivedMs;
    this.#troubledMs = undefined;
    return true;
  }
}

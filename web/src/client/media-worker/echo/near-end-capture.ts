import type { CapturedBlock } from '../../messages/capture-messages.ts';
import { CaptureClock, ContextClock } from '../capture/context-clock.ts';
import type { NearEnd } from './near-end.ts';
import { TrackCapture } from '../capture/track-capture.ts';

const HZ = 16_000;
/** 8 ms: what the canceller needs has come by the time at which the browser has processed it. */
const UNPROCESSED_SAMPLES = 128;
/** Frames that wait for the unprocessed microphone: 96 ms. */
const MAX_WAITING_FRAMES = 3;

export interface NearEndCaptureOptions {
  /** Of the audio context, in which is rendered. */
  readonly contextClock: ContextClock;
  readonly now: () => number;
  /** Whether nothing is being said. */
  readonly isIdle: () => boolean;
  /** Asks the playback for what it renders. */
  readonly onWanted: () => void;
}

/** The frames of one microphone, with the near end in their place while we play. */
export class NearEndCapture {
  readonly #options: NearEndCaptureOptions;
  readonly #renderClock: CaptureClock;
  #nearEnd: NearEnd | undefined;
  #unprocessed: AbortController | undefined;
  /** Processed frames that wait, and where they are to go. */
  #waiting: { readonly block: CapturedBlock; readonly startMs: number }[] = [];
  #deliver: ((block: CapturedBlock) => void) | undefined;

  constructor(options: NearEndCaptureOptions) {
    this.#options = options;
    this.#renderClock = new CaptureClock(options.contextClock, 0);
  }

  /** A few words for the end of a line of the log; empty as long as nothing is known. */
  get summary(): string {
    const cancelledDb = this.#nearEnd?.cancelledDb;
    return cancelledDb === undefined ? '' : `, own canceller ${cancelledDb.toFixed(0)} dB`;
  }

  /**
   * The same microphone as the attached one, unprocessed. Should what it takes not come, the
   * processed frames alone are heard.
   */
  async attach(frames: ReadableStream<AudioData>, latencyMs: number): Promise<void> {
    this.detach();
    const attached = new AbortController();
    this.#unprocessed = attached;
    try {
      // Of no use before a call.
      const { NearEnd } = await import('./near-end.ts');
      if (attached.signal.aborted) return void frames.cancel().catch(() => {});
      const nearEnd = new NearEnd();
      this.#nearEnd = nearEnd;
      this.#options.onWanted();
      this.#read(frames, latencyMs, nearEnd, attached.signal);
    } catch {
      await frames.cancel().catch(() => {});
    }
  }

  detach(): void {
    this.#unprocessed?.abort();
    this.#unprocessed = undefined;
    this.#nearEnd = undefined;
    this.#drain();
  }

  /** What is played, in frames of the speech detector's length. */
  rendered(block: CapturedBlock): void {
    const startMs = this.#renderClock.startOf(block);
    if (startMs !== undefined) this.#nearEnd?.rendered(block.samples, startMs);
  }

  /**
   * @param block - of the processed microphone
   * @param startMs - when it was captured
   * @param deliver - takes it, or the near end in its place, at the latest with the third after it
   */
  push(block: CapturedBlock, startMs: number, deliver: (block: CapturedBlock) => void): void {
    this.#deliver = deliver;
    this.#waiting.push({ block, startMs });
    this.#drain();
  }

  #read(
    frames: ReadableStream<AudioData>,
    latencyMs: number,
    nearEnd: NearEnd,
    signal: AbortSignal,
  ): void {
    const { now } = this.#options;
    const trackClock = new ContextClock();
    const clock = new CaptureClock(trackClock, latencyMs);
    const onBlock = (block: CapturedBlock) => {
      // The times of an unprocessed track are those of whole buffers of the sound card: they waver by
      // 20 ms, where a canceller needs the exact sample. So its samples are its clock.
      const contextTimeS = block.index / HZ;
      trackClock.observe(contextTimeS + UNPROCESSED_SAMPLES / HZ, now());
      const startMs = clock.startOf({ ...block, contextTimeS });
      if (startMs === undefined || signal.aborted) return;
      nearEnd.captured(block.samples, startMs);
      this.#drain();
    };
    const capture = new TrackCapture(frames, onBlock, UNPROCESSED_SAMPLES);
    signal.addEventListener('abort', () => capture.close());
    const end = () => {
      if (!signal.aborted) this.detach();
    };
    void capture.run().then(end, end);
  }

  #drain(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      const { block, startMs } = first;
      const nearEnd = this.#nearEnd;
      if (nearEnd?.awaits(startMs) && this.#waiting.length <= MAX_WAITING_FRAMES) return;
      this.#waiting.shift();
      const frame = nearEnd?.frameAt(startMs, this.#options.isIdle());
      this.#deliver?.(frame === undefined ? block : { ...block, ...frame });
    }
  }
}

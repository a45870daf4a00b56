import { AsyncLocalStorage } from 'node:async_hooks';
import { availableParallelism } from 'node:os';
import { ParleyError } from '@parley/shared';
import { SPEECH_HZ } from '@parley/shared/audio/pcm16';
import {
  speechDetectorThread,
  type DetectorAnswer,
  type DetectorInput,
  type DetectorRequest,
} from '@parley/speech-detector';
import { systemClock, type Clock } from '../../base/lib/clock.ts';
import type { PoolableWorker } from '../../base/lib/worker-pool-member.ts';
import { outsideBoundaries } from '../../base/lib/error-boundary.ts';
import { WorkerPool, type WorkerLease } from '../../base/lib/worker-pool.ts';
import type {
  SpeechDetection,
  SpeechDetectionOptions,
  SpeechDetections,
  SpeechFound,
} from './speech-detection.ts';

/** Longer than a thread takes to start, and to read the weights, on a machine that is busy. */
const START_MS = 30_000;
const ANSWER_MS = 10_000;
/** A thread ends after so long without a stream. */
const IDLE_MS = 60_000;
/** Another thread is started only when each has so many streams: it takes memory. */
const STREAMS_A_THREAD = 16;
/** Messages to a thread cost more than the frames in them: what comes meanwhile is sent at once. */
const COLLECT_MS = 20;
/** What a stream may send of its samples at a time: all get their turn. */
const SLICE_SAMPLES = SPEECH_HZ;
/** A client may send a recording at once. */
const MAX_WAITING_SAMPLES = 60 * SPEECH_HZ;
/** A detector that is further behind is of no use in a conversation. */
const MAX_LATE_MS = 5_000;

export interface DetectorThreadsOptions {
  readonly spawn: () => PoolableWorker;
  readonly maxThreads: number;
  readonly clock: Clock;
}

/** The page's speech detector for all calls that leave it to the relay, in a few threads. */
export class DetectorThreads implements SpeechDetections, AsyncDisposable {
  readonly #options: DetectorThreadsOptions;
  readonly #pool: WorkerPool<DetectorRequest, DetectorAnswer>;
  readonly #threads = new Set<DetectorThread>();
  #weights: SharedArrayBuffer | undefined;

  constructor(options: Partial<DetectorThreadsOptions> = {}) {
    this.#options = {
      spawn: speechDetectorThread,
      maxThreads: availableParallelism(),
      clock: systemClock,
      ...options,
    };
    const { spawn, maxThreads, clock } = this.#options;
    this.#pool = new WorkerPool({
      ...{ spawn, maxWorkers: maxThreads, waitMs: START_MS, startMs: START_MS },
      ...{ answerMs: ANSWER_MS, idleMs: IDLE_MS, failure: 'internal_error', clock },
    });
  }

  open(options: SpeechDetectionOptions): SpeechDetection {
    return this.#leastBusy().open(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
  }

  #leastBusy(): DetectorThread {
    const [least] = [...this.#threads].toSorted((one, other) => one.size - other.size);
    const isFull = this.#threads.size >= this.#options.maxThreads;
    if (least !== undefined && (isFull || least.size < STREAMS_A_THREAD)) return least;
    const thread = new DetectorThread(this.#lease(), this.#options.clock, () =>
      this.#threads.delete(thread),
    );
    this.#threads.add(thread);
    return thread;
  }

  /** The first thread reads the weights, for all. */
  async #lease(): Promise<Lease> {
    const lease = await this.#pool.acquire();
    const answer = await lease.request({ type: 'start', weights: this.#weights });
    if (answer.type === 'started') this.#weights = answer.weights;
    return lease;
  }
}

type Lease = WorkerLease<DetectorRequest, DetectorAnswer>;

interface Stream extends SpeechDetectionOptions {
  /** What the thread has not got yet, the oldest first, and since when that waits. */
  readonly inputs: { readonly input: DetectorInput; readonly atMs: number }[];
  /** Of those inputs. */
  waitingSamples: number;
  /** Runs what the stream's owner is told as the owner's work, so that its errors are the owner's. */
  readonly asOwner: (action: () => void) => void;
}

/** A thread from its first stream to its last, or to its death. */
class DetectorThread {
  readonly #lease: Promise<Lease>;
  readonly #clock: Clock;
  readonly #onOver: () => void;
  readonly #streams = new Map<number, Stream>();
  /** Of which the thread has not heard yet. */
  #closed: number[] = [];
  #next = 0;
  #startedMs = Infinity;
  /** Whether an answer is owed, or what comes is being collected. */
  #isFeeding = false;

  /** @param onOver - called when it takes no more streams */
  constructor(lease: Promise<Lease>, clock: Clock, onOver: () => void) {
    this.#lease = lease;
    this.#clock = clock;
    this.#onOver = onOver;
  }

  get size(): number {
    return this.#streams.size;
  }

  open(options: SpeechDetectionOptions): SpeechDetection {
    const id = this.#next++;
    const asOwner = AsyncLocalStorage.snapshot();
    const stream: Stream = {
      ...options,
      inputs: [],
      waitingSamples: 0,
      asOwner: (action) => asOwner(() => queueMicrotask(action)),
    };
    this.#streams.set(id, stream);
    this.#add(id, { type: 'open', longestMs: options.longestMs });
    let wasPlaying = false;
    return {
      push: (samples) => this.#push(id, samples),
      endOfTurn: (utterance, endMs) => this.#add(id, { type: 'end-of-turn', utterance, endMs }),
      setPlaying: (isPlaying) => {
        if (isPlaying !== wasPlaying) this.#add(id, { type: 'playing', isPlaying });
        wasPlaying = isPlaying;
      },
      [Symbol.dispose]: () => this.#close(id),
    };
  }

  #push(id: number, samples: Int16Array): boolean {
    const stream = this.#streams.get(id);
    if (stream === undefined) return false;
    const [oldest] = stream.inputs;
    const sinceMs = Math.max(oldest?.atMs ?? Infinity, this.#startedMs);
    if (this.#clock.now() - sinceMs > MAX_LATE_MS) return false;
    if (stream.waitingSamples + samples.length > MAX_WAITING_SAMPLES) return false;
    for (let at = 0; at < samples.length; at += SLICE_SAMPLES) {
      // A copy: the caller may use its buffer again.
      const slice = samples.slice(at, at + SLICE_SAMPLES);
      stream.waitingSamples += slice.length;
      this.#add(id, { type: 'samples', samples: slice });
    }
    return true;
  }

  #add(id: number, input: DetectorInput): void {
    this.#streams.get(id)?.inputs.push({ input, atMs: this.#clock.now() });
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    // All streams share it: it belongs to none of their calls.
    outsideBoundaries(() => void this.#feed().catch((error: unknown) => this.#fail(error)));
  }

  #close(id: number): void {
    if (!this.#streams.delete(id)) return;
    this.#closed.push(id);
    if (this.#streams.size > 0) return;
    this.#onOver();
    void this.#lease.then((lease) => lease.release()).catch(() => {});
  }

  async #feed(): Promise<void> {
    const lease = await this.#lease;
    this.#startedMs = Math.min(this.#startedMs, this.#clock.now());
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#clock.after(COLLECT_MS, resolve);
      // oxlint-disable-next-line no-await-in-loop -- one request at a time: what comes meanwhile goes along with the next
      await promise;
      const inputs = this.#take();
      if (inputs.length === 0 || this.#streams.size === 0) break;
      // oxlint-disable-next-line no-await-in-loop -- as above
      const answer = await lease.request({ type: 'feed', inputs });
      if (answer.type === 'found') this.#deliver(answer.found);
    }
    this.#isFeeding = false;
  }

  #take(): [number, DetectorInput][] {
    const taken = this.#closed.map((id): [number, DetectorInput] => [id, { type: 'close' }]);
    this.#closed = [];
    for (const [id, stream] of this.#streams) {
      let room = SLICE_SAMPLES;
      while (stream.inputs.length > 0) {
        const { input } = stream.inputs[0]!;
        const length = input.type === 'samples' ? input.samples.length : 0;
        if (length > room) break;
        room -= length;
        stream.waitingSamples -= length;
        stream.inputs.shift();
        taken.push([id, input]);
      }
    }
    return taken;
  }

  #deliver(found: readonly (readonly [number, SpeechFound])[]): void {
    for (const [id, what] of found) {
      const stream = this.#streams.get(id);
      stream?.asOwner(() => {
        if (this.#streams.has(id)) stream.onFound(what);
      });
    }
  }

  /** All its streams are lost; the next one gets another thread. */
  #fail(cause: unknown): void {
    this.#onOver();
    const error =
      cause instanceof ParleyError ? cause : new ParleyError('internal_error', { cause });
    for (const stream of this.#streams.values()) stream.asOwner(() => stream.onFailed(error));
    this.#streams.clear();
  }
}

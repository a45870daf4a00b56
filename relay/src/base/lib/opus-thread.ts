import type { OpusAnswer, OpusRequest, OpusStreamKind } from '@parley/opus';
import { systemClock } from './clock.ts';
import { WorkerPool, type WorkerLease } from './worker-pool.ts';

/** Longer than the WebAssembly takes to compile on a machine that is busy. */
const START_MS = 30_000;
const ANSWER_MS = 10_000;
/** The thread ends after so long without a stream. */
const IDLE_MS = 60_000;

/** Packets or samples in, in order; to be closed. */
export interface OpusStream<In, Out> {
  /** @throws ParleyError `internal_error` if the thread died; then the stream is of no more use */
  push(...piece: In[]): Promise<Out>;
  close(): void;
}

/** Rates: 8, 12, 16, 24 or 48 kHz. */
export interface OpusCodec {
  /** The next packets in, PCM16 mono out. */
  decoder(rateHz: number): OpusStream<Uint8Array, Int16Array<ArrayBuffer>>;
}

/** Opus for all calls, in one thread that runs while it is needed. */
export class OpusThread implements OpusCodec, AsyncDisposable {
  #pool: Promise<WorkerPool<OpusRequest, OpusAnswer>> | undefined;
  #lease: Promise<WorkerLease<OpusRequest, OpusAnswer>> | undefined;
  #streams = 0;
  #next = 0;

  decoder(rateHz: number): OpusStream<Uint8Array, Int16Array<ArrayBuffer>> {
    const { ask, close } = this.#open({ kind: 'decoder', rateHz });
    return {
      push: async (...packets) => {
        // Copies: a view would take all of the memory along that it is a view of.
        const own = packets.map((packet) => new Uint8Array(packet));
        const answer = await ask((stream) => ({ type: 'decode', stream, packets: own }));
        return answer.type === 'decoded' ? answer.samples : new Int16Array();
      },
      close,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#pool)?.[Symbol.asyncDispose]();
  }

  #open(as: OpusStreamKind) {
    const stream = this.#next++;
    const leased = this.#acquire();
    let isOpen = true;
    const ask = async (request: (stream: number) => OpusRequest) => {
      try {
        return await (await leased).request(request(stream));
      } catch (error) {
        // The next stream starts another thread.
        if (this.#lease === leased) this.#lease = undefined;
        throw error;
      }
    };
    this.#streams += 1;
    // Without it, what is asked of the stream fails.
    ask(() => ({ type: 'open', stream, as })).catch(() => {});
    const close = () => {
      if (!isOpen) return;
      isOpen = false;
      ask(() => ({ type: 'close', stream })).catch(() => {});
      this.#streams -= 1;
      if (this.#streams > 0) return;
      this.#lease = undefined;
      void leased.then((lease) => lease.release()).catch(() => {});
    };
    return { ask, close };
  }

  #acquire(): Promise<WorkerLease<OpusRequest, OpusAnswer>> {
    this.#pool ??= startPool();
    this.#lease ??= this.#pool.then((pool) => pool.acquire());
    return this.#lease;
  }
}

async function startPool(): Promise<WorkerPool<OpusRequest, OpusAnswer>> {
  // Not loaded before a client sends Opus.
  const { opusThread } = await import('@parley/opus');
  return new WorkerPool({
    spawn: opusThread,
    ...{ maxWorkers: 1, waitMs: START_MS, startMs: START_MS, answerMs: ANSWER_MS },
    ...{ idleMs: IDLE_MS, failure: 'internal_error', clock: systemClock },
  });
}

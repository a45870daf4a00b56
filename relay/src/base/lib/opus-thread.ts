import type { OpusAnswer, OpusRequest, OpusStreamKind } from '@parley/opus';
import { systemClock } from './clock.ts';
import type { OpusCodec, OpusEncoderStream, OpusStream } from './opus-codec.ts';
import { WorkerPool, type WorkerLease } from './worker-pool.ts';

/** Longer than the WebAssembly takes to compile on a machine that is busy. */
const START_MS = 30_000;
const ANSWER_MS = 10_000;
/** The thread ends after so long without a stream. */
const IDLE_MS = 60_000;

/** A thread, from the first stream to the last, or to its death. */
interface ThreadUse {
  readonly lease: Promise<WorkerLease<OpusRequest, OpusAnswer>>;
  streams: number;
}

/** Opus for all calls, in one thread that runs while it is needed. */
export class OpusThread implements OpusCodec, AsyncDisposable {
  #pool: Promise<WorkerPool<OpusRequest, OpusAnswer>> | undefined;
  #use: ThreadUse | undefined;
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

  encoder(rateHz: number, bitrate: number): OpusEncoderStream {
    const { ask, close } = this.#open({ kind: 'encoder', rateHz, bitrate });
    return {
      push: async (samples, isLast) => {
        const own = samples.slice();
        const answer = await ask((stream) => ({ type: 'encode', stream, samples: own, isLast }));
        return answer.type === 'encoded' ? answer.packets : [];
      },
      close,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#pool)?.[Symbol.asyncDispose]();
  }

  #open(as: OpusStreamKind) {
    const stream = this.#next++;
    const use = (this.#use ??= this.#begin());
    use.streams += 1;
    const ask = async (request: (stream: number) => OpusRequest) => {
      try {
        return await (await use.lease).request(request(stream));
      } catch (error) {
        // The next stream starts another thread.
        if (this.#use === use) this.#use = undefined;
        throw error;
      }
    };
    // Without it, what is asked of the stream fails.
    ask(() => ({ type: 'open', stream, as })).catch(() => {});
    let isOpen = true;
    const close = () => {
      if (!isOpen) return;
      isOpen = false;
      ask(() => ({ type: 'close', stream })).catch(() => {});
      use.streams -= 1;
      if (use.streams > 0) return;
      if (this.#use === use) this.#use = undefined;
      void use.lease.then((lease) => lease.release()).catch(() => {});
    };
    return { ask, close };
  }

  #begin(): ThreadUse {
    this.#pool ??= startPool();
    return { lease: this.#pool.then((pool) => pool.acquire()), streams: 0 };
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

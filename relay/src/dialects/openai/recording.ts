import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import { joinPcm16, SPEECH_HZ, SPEECH_SAMPLES_PER_MS, toPcm16 } from '@parley/shared/audio/pcm16';
import { mixDown, readWavHeader, WavError } from '@parley/shared/audio/wav-reader';
import type { Clock } from '../../base/lib/clock.ts';
import { WorkerPool } from '../../base/lib/worker-pool.ts';
import { RequestFault } from './errors.ts';

/** Read at a time; the calls of the relay have their turns in between. */
const WAV_STEP_BYTES = 64 * 1024;
const MAX_THREADS = 4;
/** For a thread that is free. */
const WAIT_MS = 10_000;
/** Longer than the libraries take to load on a machine that is busy. */
const START_MS = 30_000;
/** Decoders are several hundred times as fast as speech. */
const DECODE_MS = 20_000;
/** A thread ends after so long without work. */
const IDLE_MS = 60_000;
const MAX_HEAP_MB = 256;
const TAKEN = 'WAV, MP3, and Opus in WebM, Ogg or MP4 are taken';

export interface ToDecode {
  readonly bytes: Uint8Array;
  /** A longer recording is refused. */
  readonly maxMs: number;
}

/** What became of a file; `unsupported`: a sentence that says why. */
export type Decoded =
  | { readonly samples: Int16Array }
  | { readonly unsupported: string }
  | { readonly isTooLong: true };

/** Reads recordings that programs send. Its threads run while they are needed. */
export class SoundReader implements AsyncDisposable {
  readonly #pool: WorkerPool<ToDecode, Decoded>;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#pool = new WorkerPool({
      spawn: decoderThread,
      ...{ maxWorkers: MAX_THREADS, waitMs: WAIT_MS, startMs: START_MS, answerMs: DECODE_MS },
      ...{ idleMs: IDLE_MS, failure: 'internal_error', clock },
    });
  }

  /**
   * The sound of a file as PCM16 mono at 16 kHz; the format is found by its bytes, not by its name.
   *
   * @param file - its memory may be handed over
   * @throws RequestFault `unsupported_format`, `audio_too_long`; ParleyError `capacity_exhausted`.
   *   Rejects with the signal's reason when aborted.
   */
  async read(file: ToDecode, signal: AbortSignal): Promise<Int16Array> {
    const isWav = Buffer.from(file.bytes.subarray(0, 4)).toString('latin1') === 'RIFF';
    const decoded = isWav ? await readWav(file, signal) : await this.#inThread(file, signal);
    if ('samples' in decoded) return decoded.samples;
    if ('isTooLong' in decoded) {
      const message = `The recording is longer than ${Math.round(file.maxMs / 1_000)} seconds.`;
      throw new RequestFault(413, 'audio_too_long', message, 'file');
    }
    throw new RequestFault(415, 'unsupported_format', `${decoded.unsupported} ${TAKEN}.`, 'file');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]();
  }

  /** A file that was made to hold a library up ends its thread alone, after `DECODE_MS`. */
  async #inThread(file: ToDecode, signal: AbortSignal): Promise<Decoded> {
    const lease = await this.#pool.acquire(signal);
    try {
      const decoded = lease.request(file, [file.bytes.buffer as ArrayBuffer]);
      const aborted = once(signal, 'abort').then((): Decoded => ({ unsupported: '' }));
      return await Promise.race([decoded, aborted]);
    } catch {
      return { unsupported: 'The file cannot be decoded.' };
    } finally {
      lease.release();
      signal.throwIfAborted();
    }
  }
}

function decoderThread(): Worker {
  return new Worker(new URL('./recording.worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    // The decoder complains there.
    stderr: true,
  });
}

async function readWav({ bytes, maxMs }: ToDecode, signal: AbortSignal): Promise<Decoded> {
  try {
    const { format, data } = readWavHeader(bytes);
    if (format === undefined || data === undefined) throw new WavError('has no sound');
    const end = Math.min(bytes.length, data.at + data.length);
    const frames = Math.floor((end - data.at) / format.frameBytes);
    if (frames / format.sampleRateHz > maxMs / 1_000) return { isTooLong: true };
    const resampler = new Pcm16Resampler(format.sampleRateHz, SPEECH_HZ);
    const step = Math.ceil(WAV_STEP_BYTES / format.frameBytes) * format.frameBytes;
    const pieces: Int16Array[] = [];
    for (let at = data.at; at < end; at += step) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, Math.min(step, end - at));
      pieces.push(resampler.push(toPcm16(mixDown(view, format))));
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
    return { samples: joinPcm16([...pieces, resampler.flush()]) };
  } catch (error) {
    // A rate that is too far from that of speech is a `RangeError`, too.
    if (error instanceof RangeError) return { unsupported: `The file ${error.message}.` };
    throw error;
  }
}

/** Length of a recording, ms. */
export function lengthMs(recording: Int16Array): number {
  return recording.length / SPEECH_SAMPLES_PER_MS;
}

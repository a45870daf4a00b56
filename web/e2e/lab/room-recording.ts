import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** The rate of all that a rig records. */
export const ROOM_HZ = 48_000;
const CHANNELS = 4;
const BYTES_PER_FRAME = 2 * CHANNELS;
const RECORDING_LATENCY_MS = 20;
/** What is recorded and not taken: 46 MB a minute at most. */
const MAX_UNTAKEN_MS = 120_000;
const MAX_UNTAKEN_BYTES = (MAX_UNTAKEN_MS / 1_000) * ROOM_HZ * BYTES_PER_FRAME;

/** For `parec`, to record what `RoomRecording` reads. */
export const RIG_RECORDING_ARGUMENTS: readonly string[] = [
  ...['--raw', '--device=ears.monitor', '--format=s16le', `--rate=${ROOM_HZ}`],
  ...[`--channels=${CHANNELS}`, '--channel-map=aux0,aux1,aux2,aux3'],
  `--latency-msec=${RECORDING_LATENCY_MS}`,
];

/** The same stretch of time as three signals at `ROOM_HZ`, sample by sample on one clock. */
export interface RoomStretch {
  /** Samples that were recorded before it, since the recording began. */
  readonly fromSample: number;
  readonly speaker: Int16Array;
  /** What the microphone hears: the person, and the echo if there is one. */
  readonly room: Int16Array;
  readonly person: Int16Array;
}

/** A recording of a rig that goes on until it is disposed of; to be taken in pieces. */
export class RoomRecording implements Disposable {
  readonly #stream: Readable;
  readonly #stop: () => void;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #takenFrames = 0;

  /** @param stop - ends the program that writes to `stream` */
  constructor(stream: Readable, stop: () => void) {
    this.#stream = stream;
    this.#stop = stop;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  /** Resolves with the first recorded sample. */
  async untilBegun(signal: AbortSignal): Promise<void> {
    if (this.#bytes === 0) await once(this.#stream, 'data', { signal });
  }

  /** Resolves once so much was recorded beyond what was taken. */
  async until(ms: number, signal: AbortSignal): Promise<void> {
    const bytes = (ms / 1_000) * ROOM_HZ * BYTES_PER_FRAME;
    while (this.#bytes < bytes) await once(this.#stream, 'data', { signal });
  }

  /**
   * All that was recorded since the last call.
   *
   * @throws Error if that is more than two minutes: the oldest was lost
   */
  take(): RoomStretch {
    if (this.#bytes > MAX_UNTAKEN_BYTES) throw new Error('The recording was not taken in time.');
    const all = Buffer.concat(this.#chunks);
    const frames = Math.floor(all.length / BYTES_PER_FRAME);
    const rest = all.subarray(frames * BYTES_PER_FRAME);
    this.#chunks = [rest];
    this.#bytes = rest.length;
    const fromSample = this.#takenFrames;
    this.#takenFrames += frames;
    const channel = (index: number) =>
      Int16Array.from({ length: frames }, (_, n) =>
        all.readInt16LE(n * BYTES_PER_FRAME + 2 * index),
      );
    return { fromSample, speaker: channel(0), room: channel(2), person: channel(3) };
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #receive(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= MAX_UNTAKEN_BYTES) this.#chunks.push(chunk);
    else this.#chunks = [];
  }
}

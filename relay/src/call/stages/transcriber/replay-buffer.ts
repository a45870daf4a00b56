import { MAX_OPUS_PACKET_BYTES, UPLINK_CHUNK_SAMPLES } from '@parley/shared';
import { opusDurationMs, type OpusAudio } from '@parley/shared/audio/opus-packet';

/** Length of a block, samples: a quarter of a second of speech at 16 kHz, 8 kB. */
export const BLOCK_SAMPLES = 4_000;

/** Blocks kept for the next utterance: 2 MB, and a share of those in use, as utterances overlap. */
const MAX_IDLE = { least: 256, share: 1 / 8 };

/** Blocks in use at most: 512 MB, what a thousand people say in a quarter of a minute. */
const MAX_IN_USE = 65_536;

/**
 * Memory for audio that is used again and again, and is bounded for all its users together.
 *
 * Audio that is kept for seconds and then thrown away outlives the collector's young generation;
 * with many speakers that comes to tens of megabytes a second, each of which brings the next
 * collection of the whole heap nearer. Here nothing is thrown away.
 */
export class SampleBlocks {
  readonly #idle: Int16Array[] = [];
  readonly #maxInUse: number;
  #inUse = 0;

  constructor(maxInUse = MAX_IN_USE) {
    this.#maxInUse = maxInUse;
  }

  /** Blocks that are not in use. */
  get idle(): number {
    return this.#idle.length;
  }

  /**
   * A block with the samples of its last owner: nothing may be read before it is written.
   *
   * @returns undefined if as much is in use as may be
   */
  take(): Int16Array | undefined {
    if (this.#inUse >= this.#maxInUse) return undefined;
    this.#inUse += 1;
    return this.#idle.pop() ?? new Int16Array(Buffer.allocUnsafeSlow(BLOCK_SAMPLES * 2).buffer);
  }

  /** @param blocks - not to be read or written any more */
  giveBack(blocks: readonly Int16Array[]): void {
    this.#inUse -= blocks.length;
    this.#idle.push(...blocks);
    const most = MAX_IDLE.least + Math.floor(this.#inUse * MAX_IDLE.share);
    if (this.#idle.length > most) this.#idle.length = most;
  }
}

/** All utterances of the process share it: what one has finished with serves the next. */
const sharedMemory = new SampleBlocks();
const NO_BLOCK = new Int16Array(0);

/** The audio of an utterance so far, PCM16 at 16 kHz: the replay buffer for the next recogniser. */
export class ReplayBuffer {
  readonly #maxSamples: number;
  readonly #memory: SampleBlocks;
  #blocks: Int16Array[] = [];
  /** The last of them. */
  #block: Int16Array = NO_BLOCK;
  #length = 0;
  #isWhole = true;

  /** @param maxSamples - what comes after as many is not kept, nor after the end of the memory */
  constructor(maxSamples: number, memory = sharedMemory) {
    this.#maxSamples = maxSamples;
    this.#memory = memory;
  }

  /** Samples kept. */
  get length(): number {
    return this.#length;
  }

  /** Whether that is all there was. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Copies: the memory in which audio arrives is soon free again, and cheap only because of it. */
  add(samples: Int16Array): void {
    if (!this.#isWhole || this.#length + samples.length > this.#maxSamples) {
      this.#isWhole = false;
      return;
    }
    let taken = 0;
    while (taken < samples.length) {
      const at = this.#length % BLOCK_SAMPLES;
      if (at === 0) {
        const block = this.#memory.take();
        if (block === undefined) {
          this.#isWhole = false;
          return;
        }
        this.#block = block;
        this.#blocks.push(block);
      }
      const count = Math.min(samples.length - taken, BLOCK_SAMPLES - at);
      const isAll = count === samples.length;
      this.#block.set(isAll ? samples : samples.subarray(taken, taken + count), at);
      taken += count;
      this.#length += count;
    }
  }

  /**
   * In order, each as long as the chunks of the wire. Copies, because the memory goes to other
   * people's speech once this is released, when a piece may still be on its way.
   */
  *pieces(): Generator<Int16Array, void, undefined> {
    let given = 0;
    // The length is looked up each time: what is released meanwhile is not given any more.
    while (given < this.#length) {
      const piece = this.slice(given, UPLINK_CHUNK_SAMPLES);
      given += piece.length;
      yield piece;
    }
  }

  /**
   * A copy of the end.
   *
   * @param maxSamples - the whole if that is shorter
   * @returns undefined if the end was not kept
   */
  end(maxSamples: number): Int16Array<ArrayBuffer> | undefined {
    if (!this.#isWhole) return undefined;
    const count = Math.min(maxSamples, this.#length);
    return this.slice(this.#length - count, count);
  }

  /** A copy of up to `count` samples. */
  slice(from: number, count: number): Int16Array<ArrayBuffer> {
    const samples = new Int16Array(Math.min(count, this.#length - from));
    let copied = 0;
    while (copied < samples.length) {
      const at = (from + copied) % BLOCK_SAMPLES;
      const block = this.#blocks[Math.floor((from + copied) / BLOCK_SAMPLES)]!;
      const part = block.subarray(at, at + Math.min(BLOCK_SAMPLES - at, samples.length - copied));
      samples.set(part, copied);
      copied += part.length;
    }
    return samples;
  }

  /** Gives the memory back; nothing is kept any more. */
  release(): void {
    this.#memory.giveBack(this.#blocks);
    this.#blocks = [];
    this.#block = NO_BLOCK;
    this.#length = 0;
    this.#isWhole = false;
  }
}

/** Where a packet is laid out to be kept: no memory of its own for each. */
const record = new Int16Array(1 + MAX_OPUS_PACKET_BYTES / 2);
const recordBytes = new Uint8Array(record.buffer);

/** The Opus packets of an utterance so far, in the memory of a buffer: each behind its length in bytes. */
export class OpusReplay {
  readonly #memory: ReplayBuffer;
  #keptMs = 0;

  constructor(memory: ReplayBuffer) {
    this.#memory = memory;
  }

  /** Length of what is kept. */
  get keptMs(): number {
    return this.#keptMs;
  }

  add({ packet, durationMs }: OpusAudio): void {
    record[0] = packet.length;
    recordBytes.set(packet, 2);
    this.#memory.add(record.subarray(0, 1 + Math.ceil(packet.length / 2)));
    if (this.#memory.isWhole) this.#keptMs += durationMs;
  }

  /** In order, in copies. */
  *pieces(): Generator<OpusAudio, void, undefined> {
    const memory = this.#memory;
    for (let at = 0; at < memory.length;) {
      const [bytes = 0] = memory.slice(at, 1);
      const samples = memory.slice(at + 1, Math.ceil(bytes / 2));
      // The memory ended amid the last.
      if (samples.byteLength < bytes) return;
      at += 1 + samples.length;
      const packet = new Uint8Array(samples.buffer, 0, bytes);
      yield { packet, durationMs: opusDurationMs(packet) ?? 0 };
    }
  }

  /** A copy of the end, of at most `maxMs`; undefined if that was not kept. */
  end(maxMs: number): readonly OpusAudio[] | undefined {
    if (!this.#memory.isWhole) return undefined;
    let leftMs = this.#keptMs;
    return [...this.pieces()].filter(({ durationMs }) => {
      const isInEnd = leftMs <= maxMs;
      leftMs -= durationMs;
      return isInEnd;
    });
  }
}

import { open, type FileHandle } from 'node:fs/promises';
import { WAV_HEADER_BYTES, wavHeader } from '@parley/shared/audio/wav-writer';
import type { Sealing } from '../storage/sealing.ts';
import { decodeSamples, RECORD_HEAD_BYTES, RECORDING_RATE_HZ } from './recording-format.ts';
import { readIndex, type RecordingIndex, type Segment } from './recording-index.ts';

/** The person on the left, the voice on the right. */
const CHANNELS = 2;
const FRAME_BYTES = 2 * CHANNELS;
/** Sent at once: a second. */
const PIECE_FRAMES = RECORDING_RATE_HZ;

export interface RecordingReaderOptions {
  readonly path: string;
  /** Under which it was written. */
  readonly name: string;
  readonly sealing: Sealing;
}

/** A recording as the WAV file that is made of it while it is sent. */
export class RecordingReader {
  /** Of the WAV file. */
  readonly bytes: number;
  readonly #options: RecordingReaderOptions;
  readonly #index: RecordingIndex;

  private constructor(options: RecordingReaderOptions, index: RecordingIndex) {
    this.#options = options;
    this.#index = index;
    this.bytes = WAV_HEADER_BYTES + index.length * FRAME_BYTES;
  }

  /** @throws the system's error; RangeError if it is not a recording, or its key is not known */
  static async open(options: RecordingReaderOptions): Promise<RecordingReader> {
    await using file = await open(options.path, 'r');
    const index = await readIndex(file);
    if (index.key !== null && !options.sealing.knows(index.key))
      throw new RangeError('unknown key');
    return new RecordingReader(options, index);
  }

  /**
   * A part of the WAV file, piece by piece. The file is open only while it is read.
   *
   * @param end - not included
   */
  async *read(start: number, end: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    const header = wavHeader(this.#index.length, RECORDING_RATE_HZ, CHANNELS);
    if (start < WAV_HEADER_BYTES) yield header.slice(start, end);
    await using file = await open(this.#options.path, 'r');
    for (let at = Math.max(start, WAV_HEADER_BYTES); at < end;) {
      const first = Math.floor((at - WAV_HEADER_BYTES) / FRAME_BYTES);
      const piece = await this.#frames(file, first, PIECE_FRAMES);
      const pieceAt = WAV_HEADER_BYTES + first * FRAME_BYTES;
      yield piece.slice(at - pieceAt, end - pieceAt);
      at = pieceAt + piece.length;
    }
  }

  /** Both sides, interleaved; silence where there is nothing. */
  async #frames(file: FileHandle, first: number, count: number): Promise<Uint8Array<ArrayBuffer>> {
    const frames = new Uint8Array(count * FRAME_BYTES);
    const view = new DataView(frames.buffer);
    for (const segment of this.#overlapping(first, first + count)) {
      const samples = await this.#samplesOf(file, segment);
      const channel = segment.side === 'person' ? 0 : 1;
      const from = Math.max(0, first - segment.start);
      const to = Math.min(segment.count, first + count - segment.start);
      for (let index = from; index < to; index++) {
        const frame = segment.start + index - first;
        view.setInt16(frame * FRAME_BYTES + channel * 2, samples.readInt16LE(index * 2), true);
      }
    }
    return frames;
  }

  *#overlapping(start: number, end: number): Generator<Segment, void> {
    const { segments, longest } = this.#index;
    let low = 0;
    let high = segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (segments[middle]!.start < start - longest) low = middle + 1;
      else high = middle;
    }
    for (let index = low; index < segments.length; index++) {
      const segment = segments[index]!;
      if (segment.start >= end) return;
      if (segment.start + segment.count > start) yield segment;
    }
  }

  /** Silence if they cannot be decrypted. */
  async #samplesOf(file: FileHandle, { at, bytes, total }: Segment): Promise<Buffer> {
    const record = Buffer.alloc(RECORD_HEAD_BYTES + bytes);
    await file.read(record, 0, record.length, at);
    const head = record.subarray(0, RECORD_HEAD_BYTES);
    const content = record.subarray(RECORD_HEAD_BYTES);
    const { name, sealing } = this.#options;
    const samples = decodeSamples({ head, content }, name, this.#index.key, sealing);
    return samples ?? Buffer.alloc(total * 2);
  }
}

import { open, type FileHandle } from 'node:fs/promises';
import { WAV_HEADER_BYTES, wavHeader } from '@parley/shared/audio/wav-writer';
import { type Sealing, SEAL_BYTES } from '../storage/sealing.ts';
import {
  decodeSamples,
  RECORD_HEAD_BYTES,
  RECORDING_RATE_HZ,
  decodeHead,
  type RecordHead,
  type RecordingHead,
} from './recording-format.ts';

/** Read at once. */
const BLOCK_BYTES = 256 * 1_024;

/** Longer than any record that is written. */
const MAX_CONTENT_BYTES = 256 * 1_024;

/** Of a call of ten hours in which both sides speak all the time. */
const MAX_SEGMENTS = 1_000_000;

/** What is cut is the end of a response, of 200 ms a segment. */
const MAX_CUT_SEGMENTS = 5_000;

/** Samples of one side, and their place in the file. */
interface Segment {
  readonly side: 'person' | 'voice';
  readonly item: number;
  /** Session clock, samples. */
  readonly start: number;
  /** How many samples it has, and how many of them were heard. */
  readonly total: number;
  count: number;
  /** Of the record's head, bytes. */
  readonly at: number;
  readonly bytes: number;
}

interface RecordingIndex {
  /** By their start. */
  readonly segments: readonly Segment[];
  /** Samples of the whole recording. */
  readonly length: number;
  /** Samples of the longest segment. */
  readonly longest: number;
  readonly key: string | null;
}

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

  /** Both sides, interleaved; gaps are silence. */
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

/**
 * Finds the records of a recording. An unfinished record at its end, left by a process that died,
 * is ignored.
 *
 * @throws RangeError if it is not a recording
 */
async function readIndex(file: FileHandle): Promise<RecordingIndex> {
  const records = readRecords(file);
  const { value: first } = await records.next();
  if (first?.head.kind !== 'head') throw new RangeError('not a recording');
  const content = Buffer.alloc(first.head.bytes);
  await file.read(content, 0, content.length, first.at + RECORD_HEAD_BYTES);
  const { key } = JSON.parse(content.toString('utf8')) as RecordingHead;
  const segments: Segment[] = [];
  for await (const { head, at } of records) {
    if (head.kind === 'cut') cut(segments, head);
    else if (head.kind !== 'head') segments.push(segmentOf(head, at, key));
    if (segments.length > MAX_SEGMENTS) throw new RangeError('too many records');
  }
  segments.sort((a, b) => a.start - b.start);
  let length = 0;
  let longest = 0;
  for (const { start, count } of segments) {
    if (count > 0) length = Math.max(length, start + count);
    longest = Math.max(longest, count);
  }
  return { segments, length, longest, key };
}

async function* readRecords(
  file: FileHandle,
): AsyncGenerator<{ readonly head: RecordHead; readonly at: number }, void> {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(BLOCK_BYTES);
  let block = buffer.subarray(0, 0);
  let blockAt = 0;
  for (let at = 0; at + RECORD_HEAD_BYTES <= size;) {
    if (at + RECORD_HEAD_BYTES > blockAt + block.length) {
      const { bytesRead } = await file.read(buffer, 0, BLOCK_BYTES, at);
      if (bytesRead < RECORD_HEAD_BYTES) return;
      block = buffer.subarray(0, bytesRead);
      blockAt = at;
    }
    const head = decodeHead(block, at - blockAt);
    if (head === undefined || head.bytes > MAX_CONTENT_BYTES) return;
    const end = at + RECORD_HEAD_BYTES + head.bytes;
    if (end > size) return;
    yield { head, at };
    at = end;
  }
}

function segmentOf({ kind, item, start, bytes }: RecordHead, at: number, key: string | null) {
  const side = kind === 'voice' ? 'voice' : 'person';
  const samples = Math.floor((bytes - (key === null ? 0 : SEAL_BYTES)) / 2);
  const total = Math.max(0, samples);
  return { side, item, start, total, count: total, at, bytes } as const;
}

/**
 * The latest record of how much was heard holds. Numbers of responses begin anew after 65,535, so
 * it concerns the records before it.
 */
function cut(segments: readonly Segment[], { item, start }: RecordHead): void {
  for (const segment of segments.slice(-MAX_CUT_SEGMENTS)) {
    if (segment.side !== 'voice' || segment.item !== item) continue;
    segment.count = Math.max(0, Math.min(segment.total, start - segment.start));
  }
}

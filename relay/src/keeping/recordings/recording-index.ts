import type { FileHandle } from 'node:fs/promises';
import { SEAL_BYTES } from '../storage/sealing.ts';
import {
  decodeHead,
  RECORD_HEAD_BYTES,
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

/** Samples of one side, and where they stand in the file. */
export interface Segment {
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

export interface RecordingIndex {
  /** By their start. */
  readonly segments: readonly Segment[];
  /** Samples of the whole recording. */
  readonly length: number;
  /** Samples of the longest segment. */
  readonly longest: number;
  readonly key: string | null;
}

/**
 * Finds the records of a recording. What a process that died left unfinished at its end is passed
 * over.
 *
 * @throws RangeError if it is not a recording
 */
export async function readIndex(file: FileHandle): Promise<RecordingIndex> {
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
 * What is known last of how much was heard holds. Numbers of responses begin anew after 65,535, so
 * it is about what stands before it.
 */
function cut(segments: readonly Segment[], { item, start }: RecordHead): void {
  for (const segment of segments.slice(-MAX_CUT_SEGMENTS)) {
    if (segment.side !== 'voice' || segment.item !== item) continue;
    segment.count = Math.max(0, Math.min(segment.total, start - segment.start));
  }
}

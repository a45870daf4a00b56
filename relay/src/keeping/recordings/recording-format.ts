import { SPEECH_HZ } from '@parley/shared/audio/pcm16';
import { SEAL_BYTES, type Sealing } from '../storage/sealing.ts';

/**
 * A recording is a list of records that only grows: what was said late, after a lost connection,
 * and what was sent but not heard need no earlier byte to be changed, each record is encrypted on
 * its own, and a process that dies leaves all that it has written.
 *
 * A record is a head of twelve bytes and its content. Numbers are little-endian.
 *
 * | bytes | field | meaning |
 * | --- | --- | --- |
 * | 0 | kind | as in `RECORD_KINDS` |
 * | 1 | – | 0 |
 * | 2–3 | item | utterance or response |
 * | 4–7 | start | session clock, samples at 16 kHz |
 * | 8–11 | bytes | of the content |
 */
export const RECORD_HEAD_BYTES = 12;
/** Of both sides. */
export const RECORDING_RATE_HZ = SPEECH_HZ;

export const RECORD_KINDS = ['head', 'person', 'voice', 'cut'] as const;
/**
 * `head`: the first record, JSON of a `RecordingHead`; `person` and `voice`: samples, PCM16;
 * `cut`: of the item, nothing from `start` on was heard.
 */
export type RecordKind = (typeof RECORD_KINDS)[number];

export interface RecordHead {
  readonly kind: RecordKind;
  readonly item: number;
  /** Session clock, samples. */
  readonly start: number;
  readonly bytes: number;
}

/** What the first record says; it is never encrypted. */
export interface RecordingHead {
  readonly version: 1;
  /** Id of the key that encrypts the samples; null: none does. */
  readonly key: string | null;
}

export function encodeHead({ kind, item, start, bytes }: RecordHead): Buffer {
  const head = Buffer.alloc(RECORD_HEAD_BYTES);
  head.writeUInt8(RECORD_KINDS.indexOf(kind), 0);
  head.writeUInt16LE(item, 2);
  head.writeUInt32LE(start, 4);
  head.writeUInt32LE(bytes, 8);
  return head;
}

/** @returns undefined if it is not one, as after a write that was not finished */
export function decodeHead(bytes: Buffer, at: number): RecordHead | undefined {
  const kind = RECORD_KINDS[bytes.readUInt8(at)];
  if (kind === undefined) return undefined;
  return {
    kind,
    item: bytes.readUInt16LE(at + 2),
    start: bytes.readUInt32LE(at + 4),
    bytes: bytes.readUInt32LE(at + 8),
  };
}

/** A record with samples, encrypted for its place in its recording if there is a key. */
export function encodeSamples(
  record: Omit<RecordHead, 'bytes'>,
  samples: Int16Array,
  recording: string,
  sealing: Sealing,
): Buffer {
  const plain = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const bytes = plain.length + (sealing.keyId === undefined ? 0 : SEAL_BYTES);
  const head = encodeHead({ ...record, bytes });
  return Buffer.concat([head, sealing.sealBytes(plain, placeOf(recording, head)) ?? plain]);
}

/**
 * @param record.head - as it stands in the file
 * @param key - as the recording's head says
 * @returns undefined if they cannot be decrypted
 */
export function decodeSamples(
  record: { readonly head: Buffer; readonly content: Buffer },
  recording: string,
  key: string | null,
  sealing: Sealing,
): Buffer | undefined {
  const { head, content } = record;
  return key === null ? content : sealing.openBytes(content, key, placeOf(recording, head));
}

/** Moved to another place or another recording it cannot be decrypted. */
function placeOf(recording: string, head: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${recording}:`), head]);
}

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

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
export const RECORDING_RATE_HZ = 16_000;

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

/** Keys of 32 bytes by their ids; the first one encrypts, and none means that nothing is. */
export type RecordingKeys = ReadonlyMap<string, Buffer>;

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What encryption adds to the samples. */
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES;

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
  key: Buffer | undefined,
): Buffer {
  const plain = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const bytes = plain.length + (key === undefined ? 0 : SEAL_BYTES);
  const head = encodeHead({ ...record, bytes });
  if (key === undefined) return Buffer.concat([head, plain]);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(placeOf(recording, head));
  return Buffer.concat([head, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * @param head - as it stands in the file
 * @returns undefined if it was encrypted with another key, or changed
 */
export function decodeSamples(
  head: Buffer,
  content: Buffer,
  recording: string,
  key: Buffer | undefined,
): Buffer | undefined {
  if (key === undefined) return content;
  if (content.length < SEAL_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, content.subarray(0, NONCE_BYTES))
    .setAAD(placeOf(recording, head))
    .setAuthTag(content.subarray(-TAG_BYTES));
  try {
    const opened = decipher.update(content.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([opened, decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Moved to another place or another recording it cannot be decrypted. */
function placeOf(recording: string, head: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${recording}:`), head]);
}

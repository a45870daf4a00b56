import { opusDurationMs, type OpusAudio } from '../audio/opus-packet.ts';
import { SPEECH_HZ } from '../audio/pcm16.ts';

/**
 * The binary frame: a 12-byte little-endian header, then PCM16 mono samples or one Opus packet.
 *
 * ```text
 * byte  0      kind       u8   1 = uplink (microphone), 2 = downlink (voice); 3 and 4: the same in Opus
 * byte  1      flags      u8   bit 0: last frame of its item; other bits are reserved and ignored
 * bytes 2–3    item       u16  uplink: utterance number; downlink: response number
 * bytes 4–7    seq        u32  uplink: audio sequence; downlink: the relay's event sequence
 * bytes 8–11   timestamp  u32  ms on the session clock of the frame's first sample
 * bytes 12–…   samples    s16  little-endian; or the packet
 * ```
 *
 * Twelve bytes keep the payload 4-byte aligned within the message, so a receiver can lay an
 * `Int16Array` over it without copying whenever the message itself starts on an even address.
 */

export const AUDIO_FRAME_HEADER_BYTES = 12;

/** Samples in a full uplink chunk: 100 ms at 16 kHz. */
export const UPLINK_CHUNK_SAMPLES = 1_600;
export const UPLINK_SAMPLE_RATE_HZ = SPEECH_HZ;

/** Bytes of the largest frame either side accepts: one second at 48 kHz plus the header. */
export const MAX_AUDIO_FRAME_BYTES = AUDIO_FRAME_HEADER_BYTES + 48_000 * 2;

/** Bytes of the largest Opus packet either side accepts: 120 ms at 128 kbit/s. */
export const MAX_OPUS_PACKET_BYTES = 1_920;

export const AUDIO_CODECS = ['pcm16', 'opus'] as const;
export type AudioCodec = (typeof AUDIO_CODECS)[number];

export const AudioFrameKind = { uplink: 1, downlink: 2 } as const;
export type AudioFrameKind = (typeof AudioFrameKind)[keyof typeof AudioFrameKind];

const FLAG_LAST = 0b0000_0001;
const NO_SAMPLES = new Int16Array();
/** Added to the kind of a frame in Opus. */
const OPUS = 2;

export interface AudioFrameHeader {
  readonly kind: AudioFrameKind;
  /** Whether this is the last frame of its utterance or response. */
  readonly last: boolean;
  /** Utterance number (uplink) or response number (downlink), 0–65,535. */
  readonly item: number;
  readonly seq: number;
  /** Session-clock time of the first sample. */
  readonly timestampMs: number;
}

/** Its audio may be a view over the received message: copy it to keep it. */
export interface AudioFrame extends AudioFrameHeader {
  /** PCM16 mono; empty in a frame of Opus. */
  readonly samples: Int16Array;
  /** Its packet is empty in an end mark. */
  readonly opus?: OpusAudio | undefined;
}

export type AudioFrameFault =
  | 'frame_too_short'
  | 'frame_too_long'
  | 'frame_odd_length'
  | 'frame_empty'
  | 'frame_not_opus'
  | 'frame_unknown_kind';

export type AudioFrameResult =
  | { readonly ok: true; readonly frame: AudioFrame }
  | { readonly ok: false; readonly fault: AudioFrameFault };

/**
 * Lays a frame out in a new buffer.
 *
 * @throws RangeError if a header field does not fit its width; that is a programming error.
 */
export function encodeAudioFrame(
  header: AudioFrameHeader,
  audio: Int16Array | OpusAudio,
): Uint8Array<ArrayBuffer> {
  const isPcm = audio instanceof Int16Array;
  const payload = isPcm ? audio : audio.packet;
  requireUnsigned('item', header.item, 0xffff);
  requireUnsigned('seq', header.seq, 0xffff_ffff);
  requireUnsigned('timestampMs', header.timestampMs, 0xffff_ffff);
  const bytes = new Uint8Array(AUDIO_FRAME_HEADER_BYTES + payload.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, isPcm ? header.kind : header.kind + OPUS);
  view.setUint8(1, header.last ? FLAG_LAST : 0);
  view.setUint16(2, header.item, true);
  view.setUint32(4, header.seq, true);
  view.setUint32(8, header.timestampMs, true);
  // Int16Array is little-endian on every platform that runs a browser or Node.
  bytes.set(
    new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength),
    AUDIO_FRAME_HEADER_BYTES,
  );
  return bytes;
}

/** Reads a frame. Never throws: what is wrong with the bytes comes back as a `fault`. */
export function decodeAudioFrame(bytes: Uint8Array): AudioFrameResult {
  const length = bytes.byteLength;
  if (length < AUDIO_FRAME_HEADER_BYTES) return { ok: false, fault: 'frame_too_short' };
  if (length > MAX_AUDIO_FRAME_BYTES) return { ok: false, fault: 'frame_too_long' };
  const kind = bytes[0];
  if (kind !== AudioFrameKind.uplink && kind !== AudioFrameKind.downlink) {
    return decodeOpusFrame(bytes);
  }
  if (length % 2 !== 0) return { ok: false, fault: 'frame_odd_length' };
  const last = (bytes[1]! & FLAG_LAST) !== 0;
  // An empty frame can only be an end mark.
  if (length === AUDIO_FRAME_HEADER_BYTES && !last) return { ok: false, fault: 'frame_empty' };
  return {
    ok: true,
    frame: {
      kind,
      last,
      item: bytes[2]! | (bytes[3]! << 8),
      seq: uint32At(bytes, 4),
      timestampMs: uint32At(bytes, 8),
      samples: samplesOf(bytes),
      opus: undefined,
    },
  };
}

function decodeOpusFrame(bytes: Uint8Array): AudioFrameResult {
  const kind = bytes[0]! - OPUS;
  if (kind !== AudioFrameKind.uplink && kind !== AudioFrameKind.downlink) {
    return { ok: false, fault: 'frame_unknown_kind' };
  }
  const last = (bytes[1]! & FLAG_LAST) !== 0;
  const packet = bytes.subarray(AUDIO_FRAME_HEADER_BYTES);
  if (packet.length > MAX_OPUS_PACKET_BYTES) return { ok: false, fault: 'frame_too_long' };
  if (packet.length === 0 && !last) return { ok: false, fault: 'frame_empty' };
  const durationMs = packet.length === 0 ? 0 : opusDurationMs(packet);
  if (durationMs === undefined) return { ok: false, fault: 'frame_not_opus' };
  const item = bytes[2]! | (bytes[3]! << 8);
  const [seq, timestampMs] = [uint32At(bytes, 4), uint32At(bytes, 8)];
  const opus = { packet, durationMs };
  return {
    ok: true,
    frame: { kind, last, item, seq, timestampMs, samples: NO_SAMPLES, opus },
  };
}

/** Byte by byte: a DataView for each frame is one more object for the collector. */
function uint32At(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  );
}

function samplesOf(bytes: Uint8Array): Int16Array {
  const offset = bytes.byteOffset + AUDIO_FRAME_HEADER_BYTES;
  const count = (bytes.byteLength - AUDIO_FRAME_HEADER_BYTES) / 2;
  // A message that a socket library cut from its read buffer can begin on an odd address, where an
  // Int16Array cannot be laid; only then is a copy made. Not by `bytes.slice`, which of a Node
  // Buffer is not a copy but a view of the memory it shares with other messages.
  if (offset % 2 !== 0) {
    return new Int16Array(new Uint8Array(bytes.subarray(AUDIO_FRAME_HEADER_BYTES)).buffer);
  }
  return new Int16Array(bytes.buffer, offset, count);
}

function requireUnsigned(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(
      `Audio frame ${name} must be a whole number from 0 to ${max}, got ${value}`,
    );
  }
}

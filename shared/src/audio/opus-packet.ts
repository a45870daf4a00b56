import { SPEECH_SAMPLES_PER_MS } from './pcm16.ts';

/** Opus packets (RFC 6716 §3), as far as they are handled without a codec. */

/** The longest that a packet may be (RFC 6716 §3.1, R5). */
export const MAX_OPUS_PACKET_MS = 120;
/** What encoders that know speech add before the first sample: 6.5 ms, at 16 kHz. */
export const OPUS_LOOKAHEAD_SAMPLES = 104;

/** One packet of Opus, mono. */
export interface OpusAudio {
  readonly packet: Uint8Array;
  readonly durationMs: number;
}

/** Speech on its way to the relay: PCM16 mono at 16 kHz, or Opus. */
export type SpeechAudio = Int16Array | OpusAudio;

const SILK_MS = [10, 20, 40, 60];
const HYBRID_MS = [10, 20];
const CELT_MS = [2.5, 5, 10, 20];
/** Frames of a packet by the last two bits of its first byte; code 3 has the number in the second. */
const FRAMES = [1, 2, 2] as const;
const CODE_SEVERAL = 3;
/** In the second byte of such a packet: the lengths of the frames differ. */
const FLAG_VBR = 0x80;
const FRAME_COUNT_BITS = 0x3f;

/** Length of a piece of speech, ms. */
export function speechMs(audio: SpeechAudio): number {
  if (audio instanceof Int16Array) return audio.length / SPEECH_SAMPLES_PER_MS;
  return audio.durationMs;
}

/** @returns ms, by the packet's first bytes; undefined if it is none */
export function opusDurationMs(packet: Uint8Array): number | undefined {
  const [toc, second] = packet;
  if (toc === undefined) return undefined;
  const code = toc & 3;
  const frames = code === CODE_SEVERAL ? (second ?? 0) & FRAME_COUNT_BITS : FRAMES[code]!;
  const durationMs = frames * frameMsOf(toc >> 3);
  return durationMs === 0 || durationMs > MAX_OPUS_PACKET_MS ? undefined : durationMs;
}

/**
 * Several packets as one, which decodes to the same (RFC 6716 §3.2.5).
 *
 * @param packets - of one frame each
 * @returns undefined if they differ in mode, bandwidth or frame size, or have several frames
 */
export function mergeOpusPackets(
  packets: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> | undefined {
  const toc = packets[0]?.[0];
  if (toc === undefined || (toc & 3) !== 0) return undefined;
  if (packets.some((packet) => packet[0] !== toc)) return undefined;
  if (packets.length * frameMsOf(toc >> 3) > MAX_OPUS_PACKET_MS) return undefined;
  const lengths = packets.slice(0, -1).flatMap((packet) => lengthCode(packet.length - 1));
  const size = packets.reduce((sum, packet) => sum + packet.length - 1, 2 + lengths.length);
  const merged = new Uint8Array(size);
  merged.set([toc | CODE_SEVERAL, FLAG_VBR | packets.length, ...lengths]);
  let at = 2 + lengths.length;
  for (const packet of packets) {
    merged.set(packet.subarray(1), at);
    at += packet.length - 1;
  }
  return merged;
}

function frameMsOf(config: number): number {
  if (config < 12) return SILK_MS[config % 4]!;
  return config < 16 ? HYBRID_MS[config % 2]! : CELT_MS[config % 4]!;
}

/** RFC 6716 §3.2.1. */
function lengthCode(length: number): readonly number[] {
  if (length < 252) return [length];
  const first = 252 + (length % 4);
  return [first, (length - first) / 4];
}

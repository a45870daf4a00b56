import {
  AudioFrameKind,
  UPLINK_CHUNK_SAMPLES,
  type AudioCodec,
  type AudioFrame,
  type ErrorCode,
} from '@parley/shared';
import { SPEECH_SAMPLES_PER_MS } from '@parley/shared/audio/pcm16';
import type { UplinkPosition } from './open-turns.ts';

/** Shortest Opus frame; the longest is one packet. */
const MIN_OPUS_MS = 20;

/** What a sequence number says about a message. */
export type SequenceVerdict =
  | 'new'
  | 'seen'
  | 'gap'
  /** It began a turn that was over already in the relay which held the call before. */
  | 'settled';

/** Messages that are held back at the most: a client keeps 1,024, a minute and a half of speech. */
const MAX_HELD = 900;
/** Numbers a client may leave out at once, because what bore them was refused or never sent. */
const MAX_SKIPPED = 1_000;

/**
 * The client's sequence, which events and audio share. After a reconnect some messages come
 * twice; the second time they are dropped.
 */
export class UplinkSequence {
  #last: number;
  #acknowledged: number;
  #heldAfter = Infinity;
  /** Messages after the position of a restored call that are settled nevertheless. */
  readonly #settled: Set<number>;

  /** @param restored - how far the client had come in another relay */
  constructor({ seq, settled }: UplinkPosition = { seq: 0, settled: [] }) {
    this.#last = seq;
    this.#acknowledged = seq;
    this.#settled = new Set(settled);
  }

  get last(): number {
    return this.#last;
  }

  /** The newest message that may be acknowledged. */
  get acknowledgeable(): number {
    if (this.#last - this.#acknowledged > MAX_HELD) return this.#last;
    return Math.max(this.#acknowledged, Math.min(this.#last, this.#heldAfter));
  }

  get unacknowledged(): number {
    return this.acknowledgeable - this.#acknowledged;
  }

  holdAfter(seq: number): void {
    this.#heldAfter = seq;
  }

  accept(seq: number): SequenceVerdict {
    if (seq <= this.#last) return 'seen';
    // Taking any number at its word would let one bad frame turn all later ones into old news.
    if (seq - this.#last > MAX_SKIPPED) return 'gap';
    this.#last = seq;
    return this.#settled.delete(seq) ? 'settled' : 'new';
  }

  /** @returns the number to acknowledge */
  acknowledge(): number {
    this.#acknowledged = this.acknowledgeable;
    return this.#acknowledged;
  }
}

/**
 * Whether a frame may be handed on. `ignore`: its utterance was ended or lost on this side; the
 * client could not know yet.
 *
 * @param open - the utterance that takes audio now
 * @param latest - the utterance that was opened last
 * @param codec - in which the open utterance began; undefined: this is its first audio
 */
export function judgeFrame(
  frame: AudioFrame,
  open: number | undefined,
  latest: number | undefined,
  codec: AudioCodec | undefined,
): 'take' | 'ignore' | ErrorCode {
  if (frame.kind !== AudioFrameKind.uplink) return 'frame_unknown_kind';
  const { opus } = frame;
  if (opus === undefined) {
    const count = frame.samples.length;
    if (count > UPLINK_CHUNK_SAMPLES || (count < UPLINK_CHUNK_SAMPLES && !frame.last)) {
      return 'frame_wrong_size';
    }
    if (codec === 'opus' && frame.item === open && count > 0) return 'frame_codec_changed';
  } else if (opus.packet.length > 0) {
    if (opus.durationMs < MIN_OPUS_MS) return 'frame_wrong_size';
    if (codec === 'pcm16' && frame.item === open) return 'frame_codec_changed';
  }
  if (frame.item === open) return 'take';
  return frame.item === latest ? 'ignore' : 'frame_unexpected';
}

/** @returns ms, whole: a fraction counts as one more */
export function durationOf({ opus, samples }: AudioFrame): number {
  return Math.ceil(opus?.durationMs ?? samples.length / SPEECH_SAMPLES_PER_MS);
}

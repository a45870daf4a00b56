import {
  AudioFrameKind,
  UPLINK_CHUNK_SAMPLES,
  type AudioFrame,
  type ErrorCode,
} from '@parley/shared';

/** What a sequence number says about a message. */
export type SequenceVerdict = 'new' | 'seen' | 'gap';

/** Numbers a client may leave out at once, because what bore them was refused or never sent. */
const MAX_SKIPPED = 1_000;

/**
 * The client's sequence, which events and audio share. After a reconnect some messages come
 * twice; the second time they are dropped.
 */
export class UplinkSequence {
  #last = 0;
  #acknowledged = 0;

  get last(): number {
    return this.#last;
  }

  get unacknowledged(): number {
    return this.#last - this.#acknowledged;
  }

  accept(seq: number): SequenceVerdict {
    if (seq <= this.#last) return 'seen';
    // Taking any number at its word would let one bad frame turn all later ones into old news.
    if (seq - this.#last > MAX_SKIPPED) return 'gap';
    this.#last = seq;
    return 'new';
  }

  /** @returns the number to acknowledge */
  acknowledge(): number {
    this.#acknowledged = this.#last;
    return this.#last;
  }
}

/**
 * Whether a frame may be handed on. `ignore`: its utterance was ended or lost on this side; the
 * client could not know yet.
 *
 * @param open - the utterance that takes audio now
 * @param latest - the utterance that was opened last
 */
export function judgeFrame(
  frame: AudioFrame,
  open: number | undefined,
  latest: number | undefined,
): 'take' | 'ignore' | ErrorCode {
  if (frame.kind !== AudioFrameKind.uplink) return 'frame_unknown_kind';
  const count = frame.samples.length;
  if (count > UPLINK_CHUNK_SAMPLES || (count < UPLINK_CHUNK_SAMPLES && !frame.last)) {
    return 'frame_wrong_size';
  }
  if (frame.item === open) return 'take';
  return frame.item === latest ? 'ignore' : 'frame_unexpected';
}

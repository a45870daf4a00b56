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

export type FrameVerdict =
  | { readonly kind: 'take' }
  /** Its utterance was ended or lost on this side; the client could not know yet. */
  | { readonly kind: 'ignore' }
  | { readonly kind: 'fault'; readonly code: ErrorCode };

const TAKE: FrameVerdict = { kind: 'take' };
const IGNORE: FrameVerdict = { kind: 'ignore' };

/**
 * Whether a frame may be handed on.
 *
 * @param open - the utterance that takes audio now
 * @param latest - the utterance that was opened last
 */
export function judgeFrame(
  frame: AudioFrame,
  open: number | undefined,
  latest: number | undefined,
): FrameVerdict {
  if (frame.kind !== AudioFrameKind.uplink) return { kind: 'fault', code: 'frame_unknown_kind' };
  const count = frame.samples.length;
  if (count > UPLINK_CHUNK_SAMPLES || (count < UPLINK_CHUNK_SAMPLES && !frame.last)) {
    return { kind: 'fault', code: 'frame_wrong_size' };
  }
  if (frame.item === open) return TAKE;
  return frame.item === latest ? IGNORE : { kind: 'fault', code: 'frame_unexpected' };
}

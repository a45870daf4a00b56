import type { AudioCodec } from '../protocol/audio-frame.ts';

/** What the person wants of the line; `auto`: what it can bear. */
export const LINE_CHOICES = ['auto', 'opus', 'pcm16'] as const;
export type LineChoice = (typeof LINE_CHOICES)[number];

/** Why speech is sent as it is. */
export type CodecReason =
  /** The person has chosen. */
  | 'chosen'
  /** There is no encoder here, or the relay takes PCM16 alone. */
  | 'unsupported'
  /** The person, or the kind of network, asks to save data. */
  | 'saves-data'
  /** What was sent arrived late, or waits. */
  | 'late'
  /** Nothing speaks against PCM16. */
  | 'good';

/** What is known of the way to the relay. */
export interface LineState {
  /** For the next utterance. */
  readonly codec: AudioCodec;
  readonly reason: CodecReason;
  /** WebSockets that carry the same messages. */
  readonly sockets: 1 | 2;
  /** The lowest of late; undefined: not known yet. */
  readonly rttMs: number | undefined;
  /** Share of packets that are lost, an estimate, 0–1. */
  readonly loss: number;
}

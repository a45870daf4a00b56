import { AUDIO_FRAME_HEADER_BYTES } from '@parley/shared';
import type { ArrivalFigures } from './arrivals.ts';

export type Side = 'relay' | 'baseline';
export const SIDES = ['relay', 'baseline'] as const;

/** Where the transcriber of one side is. */
export interface UpstreamAddress {
  readonly url: string;
  /** Of a vendor's account. */
  readonly key: string;
}

export interface UpstreamFigures extends ArrivalFigures {
  /** Connections from the side, since the beginning. */
  readonly opened: number;
  /** The most at once. */
  readonly peak: number;
}

/** What the process of the transcribers can be asked. */
export interface UpstreamHandlers {
  readonly [name: string]: (argument: never) => unknown;
  /** `isPipe`: what comes has a header before its audio. */
  readonly listen: (asked: {
    readonly side: Side;
    readonly isPipe: boolean;
  }) => Promise<UpstreamAddress>;
  readonly connections: (side: Side) => number;
  readonly delivered: (side: Side) => number;
  readonly record: (side: Side) => void;
  readonly take: (side: Side) => UpstreamFigures;
}

/** Asks one side's transcriber for the handlers' answers. */
export interface UpstreamSide {
  /** @param offset - where the audio begins in what is handed on, bytes */
  listen(offset: number): Promise<UpstreamAddress>;
  readonly connections: number;
  readonly delivered: number;
  record(): void;
  take(): UpstreamFigures;
}

export function upstreamHandlers(sides: Readonly<Record<Side, UpstreamSide>>): UpstreamHandlers {
  return {
    // What a pipe hands on still has the client's header, what a relay hands on has none.
    listen: ({ side, isPipe }) => sides[side].listen(isPipe ? AUDIO_FRAME_HEADER_BYTES : 0),
    connections: (side: Side) => sides[side].connections,
    delivered: (side: Side) => sides[side].delivered,
    record: (side: Side) => sides[side].record(),
    take: (side: Side) => sides[side].take(),
  };
}

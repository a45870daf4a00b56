import type { AudioCodec } from '@parley/shared';
import type { ArrivalFigures } from './arrivals.ts';

export type Side = 'relay' | 'baseline';
export const SIDES = ['relay', 'baseline'] as const;

/** Where the vendors of one side are: the transcriber, and a server with a language model and a voice. */
export interface UpstreamAddress {
  readonly url: string;
  readonly key: string;
  readonly chatUrl: string;
  readonly chatKey: string;
}

export interface UpstreamFigures extends ArrivalFigures {
  /** Connections from the side, since the beginning. */
  readonly opened: number;
  /** The most at once. */
  readonly peak: number;
}

/** What the process of the vendors can be asked. */
export interface UpstreamHandlers {
  readonly [name: string]: (argument: never) => unknown;
  /** `isPipe`: what comes has a header before its audio. `codec`: of the callers. */
  readonly listen: (asked: {
    readonly side: Side;
    readonly isPipe: boolean;
    readonly codec: AudioCodec;
  }) => Promise<UpstreamAddress>;
  readonly connections: (side: Side) => number;
  readonly delivered: (side: Side) => number;
  readonly record: (side: Side) => void;
  readonly take: (side: Side) => UpstreamFigures;
}

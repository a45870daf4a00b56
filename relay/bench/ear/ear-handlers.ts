import type { LatencyTimeline } from '@parley/shared/latency';

/** What happens to the machine or the page before a question. */
export type Disturbance = 'none' | 'load' | 'stall';

export interface EarQuestion {
  readonly voice: 'slt' | 'rms' | 'awb';
  readonly text: string;
  readonly disturbance: Disturbance;
}

export interface EarTurn {
  /** From the last audible sample of the person to the first of the answer, in the room. */
  readonly earMs: number | null;
  /** The same if samples of half and of twice the level are called audible. */
  readonly earOtherwiseMs: readonly (number | null)[];
  /** What the panel shows of the turns since the last question. */
  readonly shown: readonly {
    readonly voiceToVoiceMs: number;
    readonly timeline: LatencyTimeline;
    readonly approximate: boolean;
  }[];
}

/** What the process with the room, the browser and the relay can be asked. */
export interface EarHandlers {
  /** Opens a call in a room of its own, with a relay of its own. */
  readonly open: (providers: {
    readonly simulated: boolean;
    readonly speculates: boolean;
  }) => Promise<void>;
  readonly ask: (question: EarQuestion) => Promise<EarTurn>;
  readonly close: (nothing: undefined) => Promise<void>;
  readonly [name: string]: (argument: never) => unknown;
}

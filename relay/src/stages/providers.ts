import type { Generator } from './generator.ts';
import type { Stage } from './provider.ts';
import type { Synthesizer } from './synthesizer.ts';
import type { Transcriber } from './transcriber.ts';

/** The three stages of a turn. Resilience and failover are wrappers of the same shape. */
export interface Providers {
  readonly transcriber: Transcriber;
  readonly generator: Generator;
  readonly synthesizer: Synthesizer;
  /** Absent where each stage has one provider and nothing watches it. */
  readonly ladder?: Ladder;
}

/** Who does the work of each stage at this moment. */
export interface Ladder {
  /** A provider's name, `browser`, or `none`. */
  active(stage: Stage): string;
  /** Every name that `active` may give but `none`, best first; absent where nobody knows. */
  order?(stage: Stage): readonly string[];
  /** Told whenever `active` changes for a stage. @returns its end */
  subscribe(listener: (stage: Stage, active: string) => void): () => void;
}

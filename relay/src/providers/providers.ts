import type { Generator } from './generator.ts';
import type { Synthesizer } from './synthesizer.ts';
import type { Transcriber } from './transcriber.ts';

/** The three stages of a turn. Resilience and failover are wrappers of the same shape. */
export interface Providers {
  readonly transcriber: Transcriber;
  readonly generator: Generator;
  readonly synthesizer: Synthesizer;
}

import type { LatencyMark, RelayEventOf } from '@parley/shared';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { GeneratorEvent } from '../../stages/generator.ts';
import type { Failover, Stage } from '../../stages/provider.ts';
import type { Synthesizer } from '../../stages/synthesizer.ts';
import type { EmitCallEvent } from '../call-events.ts';
import type { ConversationOutput } from '../output.ts';
import type { Watchdog } from '../watchdog.ts';
import type { Pacer } from './pacer.ts';

export type ReplyTrigger = RelayEventOf<'response.created'>['trigger'];
export type Marks = { [mark in LatencyMark]?: number };

export interface ReplyOptions {
  readonly turnId: string;
  readonly item: number;
  readonly trigger: ReplyTrigger;
  readonly utterance: number | null;
  /** Marks and usage that were collected before the reply began. */
  readonly marks: Marks;
  readonly asrSeconds: number;
  /** Asked once; given the reply's signal. */
  readonly generate: Generate;
  /** undefined where the words are our own: nobody waits for those. */
  readonly answering:
    | {
        /** undefined: nothing is said while the answer is waited for. */
        readonly filler: { readonly delayMs: number; readonly variant: number } | undefined;
        /** An answer that was given to the same question before. */
        readonly recall: () => string | undefined;
      }
    | undefined;
  /** Who would be asked next: a provider's name, `browser`, or `none`. */
  readonly active: (stage: Stage) => string;
  /** null for a reply in writing only. */
  readonly voice: string | null;
  readonly synthesizer: Synthesizer;
  /** false where it is known that nothing here speaks: the words are written at once. */
  readonly canSpeak: boolean;
  readonly output: ConversationOutput;
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly generatorDeadlineMs: number;
  readonly synthesizerDeadlineMs: number;
  readonly emit: EmitCallEvent;
  readonly watchdog: Watchdog;
  readonly logger: Logger;
}

export type Generate = (
  signal: AbortSignal,
  onFailover: (failover: Failover) => void,
) => AsyncIterable<GeneratorEvent>;

import type { Stage } from '@parley/shared';
import type { GeneratorStage } from './generator/generator.ts';
import type { StageLanguages } from './languages.ts';
import type { ProviderStatus, ProviderUse } from './provider.ts';
import type { SynthesizerStage } from './synthesizer/synthesizer.ts';
import type { TranscriberStage } from './transcriber/transcriber.ts';

/** The three stages of a turn as a conversation uses them, each with its candidates behind it. */
export interface Stages {
  readonly transcriber: TranscriberStage;
  readonly generator: GeneratorStage;
  readonly synthesizer: SynthesizerStage;
  readonly ladder: StageLadder;
  readonly languages: StageLanguages;
  /** From now on `listener` learns of what is used for no call: phrases spoken ahead of need. */
  onOwnUse(listener: (use: ProviderUse) => void): void;
  /**
   * The same providers, with the same health, of which only some are used, or in another order.
   *
   * @param choose - which of a stage's providers to use, in which order
   * @returns undefined if a stage is left without any
   */
  arranged(
    choose: (stage: Stage, names: readonly string[]) => readonly string[],
  ): Stages | undefined;
  /** Every provider of the relay, in order of stage and preference. */
  services(): readonly ProviderStatus[];
  /**
   * Forgets what went wrong with a provider in one of its stages.
   *
   * @returns false if there is none of that name
   */
  reset(stage: Stage, name: string): boolean;
  /** Requests of each stage that wait for a thread of the relay's own. */
  queueDepths(): Readonly<Record<Stage, number>>;
}

/** Which provider does the work of each stage at this moment. */
export interface StageLadder {
  /**
   * @param language - BCP 47: of the providers that know it; undefined: of all
   * @returns a provider's name, `browser`, or `none`
   */
  active(stage: Stage, language?: string): string;
  /** Every name that `active` may give but `none`, best first. */
  order(stage: Stage): readonly string[];
  /**
   * Calls the listener whenever `active` changes for a stage.
   *
   * @param language - as for `active`; asked anew each time
   * @returns its end
   */
  subscribe(listener: (stage: Stage, active: string) => void, language?: () => string): () => void;
}

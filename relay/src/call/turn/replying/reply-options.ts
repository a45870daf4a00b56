import type { LatencyMark, RelayEventOf, Stage } from '@parley/shared';
import type { GenerateRequest, GeneratorEvent } from '../../stages/generator/generator.ts';
import type { FailoverObserver } from '../../stages/provider.ts';
import type { SpeakOptions } from '../../stages/synthesizer/synthesizer.ts';
import type { Stages } from '../../stages/stages.ts';
import type { ConversationOptions } from '../conversation-options.ts';
import type { FillOptions } from './fill.ts';
import type { Pacer } from './pacer.ts';

export type ReplyTrigger = RelayEventOf<'response.created'>['trigger'];
export type Marks = { [mark in LatencyMark]?: number };

type Shared = 'caller' | 'output' | 'emit' | 'watchdog' | 'logger';

export interface ReplyOptions extends Pick<ConversationOptions, Shared> {
  readonly turnId: string;
  /** The response's number. */
  readonly item: number;
  readonly trigger: ReplyTrigger;
  readonly utterance: number | null;
  /** Marks and usage that were collected before the reply began. */
  readonly marks: Marks;
  readonly asrSeconds: number;
  readonly says: ReplyOrigin;
  /** The provider that would be asked next: its name, `browser`, or `none`. */
  readonly active: (stage: Stage) => string;
  /** null for a reply in writing only. */
  readonly voice: string | null;
  /** The call's when the reply was made. */
  readonly manner: Pick<SpeakOptions, 'speed' | 'language'>;
  readonly synthesizer: Stages['synthesizer'];
  /** false if it is known that no voice of the relay works: the words are written at once. */
  readonly canSpeak: boolean;
  readonly pacer: Pacer;
}

/** Where a reply's words come from. */
export type ReplyOrigin =
  | {
      readonly kind: 'answer';
      /** Asked once. */
      readonly generate: Generate;
      /** undefined: nothing is said while the answer is waited for. */
      readonly filler: FillOptions | undefined;
      /** An answer that was given to the same question before. */
      readonly recall: () => string | undefined;
    }
  /** A sentence of the relay's own. */
  | { readonly kind: 'words'; readonly text: string };

export type Generate = (
  signal: AbortSignal,
  observer: FailoverObserver,
  onCutOff: NonNullable<GenerateRequest['onCutOff']>,
) => AsyncIterable<GeneratorEvent>;

import type { AudioCodec, ClientTool, Eagerness } from '@parley/shared';
import type { ProviderPolicy } from '../../base/config/config.ts';
import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { OpusCodec } from '../../base/lib/opus-codec.ts';
import type { ClientToolsPort } from '../stages/generator/generator.ts';
import type { Stages } from '../stages/stages.ts';
import type { TurnModel } from '../stages/turn-model.ts';
import type { EmitCallEvent } from '../events/call-events.ts';
import type { History } from './remembering/history.ts';
import type { ConversationOutput } from './output.ts';
import type { BrowserModelPort } from './replying/browser-model.ts';
import type { TurnBudget } from './turn-budget.ts';
import type { Watchdog } from './watchdog.ts';

/** What the person may change during a call. */
export interface ConversationSettings {
  voice: string;
  /** A factor of the voice's own pace; undefined is that pace. */
  speed?: number | undefined;
  timeZone: string;
  /** BCP 47: what the person speaks and is answered in. */
  language: string;
  /** false: replies are written only. */
  isSpoken: boolean;
  /** Of the voice; by default PCM16. */
  voiceCodec?: AudioCodec;
  eagerness: Eagerness;
  /** The page's language model may be asked what the relay's assistant does not understand. */
  asksBrowser?: boolean;
  /** false: only a request brings an answer. */
  createsResponses?: boolean;
  /** The client's, beside the operator's. */
  instructions?: string;
  /** The functions that the client runs. */
  tools?: readonly ClientTool[];
  /** The page recognises speech in the relay's place: its words come as typed messages. */
  browserListens?: boolean;
}

/** What a conversation needs to go on in another relay, but for its messages. */
export interface ConversationSnapshot {
  /** A question was put off, and is still to be answered. */
  readonly isQuestionOpen: boolean;
  /** The number of the next reply's voice. */
  readonly nextItem: number;
  readonly reminders: readonly {
    readonly id: number;
    readonly label: string;
    readonly text: string;
    /** ms since 1970. */
    readonly dueAtMs: number;
  }[];
}

/** What the operator may decide. */
export type ConversationPolicy = Pick<
  ProviderPolicy,
  'fillerDelayMs' | 'firstWordMs' | 'allowCachedAnswers' | 'allowSpeculation'
>;

export interface ConversationOptions {
  /** Names the person among the callers. */
  readonly caller: string;
  readonly providers: Stages;
  readonly settings: ConversationSettings;
  /** What was said in earlier calls of the conversation; without it, nothing was. */
  readonly history?: History | undefined;
  /** Of a call that another relay held; without it the call begins here. */
  readonly restored?: ConversationSnapshot | undefined;
  /** The id of what is said in an utterance; by default a new one. */
  readonly itemIdOf?: ((utterance: number) => string) | undefined;
  readonly policy: ConversationPolicy;
  /** Whether the person may use tools of MCP servers; asked at each turn. By default they may. */
  readonly allowsTools?: () => boolean;
  /** Without it nothing is asked of the page. */
  readonly browserModel?: BrowserModelPort | undefined;
  /** Runs the functions that the client offers; without it there are none. */
  readonly clientTools?: ClientToolsPort | undefined;
  /** Listens to pauses; without it the end of a turn is decided by words and silence. */
  readonly turnModel?: TurnModel | undefined;
  /** Longest utterance. */
  readonly maxUtteranceMs: number;
  readonly watchdog: Watchdog;
  /** For clients on thin lines. */
  readonly opus: OpusCodec;
  /** Without it nothing limits what turns may cost. */
  readonly budget?: TurnBudget | undefined;
  /** The budget is used up, and the goodbye was said: called once it has been heard. */
  readonly onGoodbye?: (() => void) | undefined;
  readonly emit: EmitCallEvent;
  readonly clock: Clock;
  readonly output: ConversationOutput;
  readonly logger: Logger;
}

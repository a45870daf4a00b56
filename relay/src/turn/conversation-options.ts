import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Stages } from '../stages/stages.ts';
import type { EmitCallEvent } from './call-events.ts';
import type { ConversationOutput } from './output.ts';
import type { Watchdog } from './watchdog.ts';

/** What the person may change during a call. */
export interface ConversationSettings {
  voice: string;
  timeZone: string;
  /** false: replies are written only. */
  isSpoken: boolean;
}

/** What the operator may decide. */
export interface ConversationPolicy {
  /** BCP 47: what people speak. */
  readonly language: string;
  /** How long an answer may take to begin before a filler is said. */
  readonly fillerDelayMs: number;
  /** Whether a question may be answered from memory while no generator works. */
  readonly allowCachedAnswers: boolean;
}

export interface ConversationOptions {
  readonly providers: Stages;
  readonly settings: ConversationSettings;
  readonly policy: ConversationPolicy;
  /** Longest utterance. */
  readonly maxUtteranceMs: number;
  readonly watchdog: Watchdog;
  readonly emit: EmitCallEvent;
  readonly clock: Clock;
  readonly output: ConversationOutput;
  readonly logger: Logger;
}

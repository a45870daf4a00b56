import type { SessionLimits } from '@parley/shared';
import type { Identity } from '../auth/identity.ts';
import type { ConversationOptions } from '../turn/conversation-options.ts';

/** What all sessions of a relay share. */
export interface SessionContext extends Pick<
  ConversationOptions,
  'providers' | 'policy' | 'watchdog' | 'clock'
> {
  readonly limits: SessionLimits;
}

export interface SessionOptions extends Pick<
  ConversationOptions,
  'settings' | 'history' | 'emit' | 'logger'
> {
  readonly id: string;
  /** Under which what is said is kept. */
  readonly conversationId: string;
  readonly identity: Identity;
  /** The program that calls, in a word or two. */
  readonly client: string;
  /** `fingerprint` of the resume token. */
  readonly resumeKey: string;
  /** Called with each change of the memory that is kept for a replay, bytes. */
  readonly onKeptBytes: (changed: number) => void;
  /** Called once, when the session is over. */
  readonly onClosed: () => void;
}

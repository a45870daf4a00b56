import type { UnnumberedRelayEvent } from '@parley/shared';

/** Where a conversation's events and voice go; the session's outbox, seen from below. */
export interface ConversationOutput {
  event(event: UnnumberedRelayEvent): void;
  /** @param item - the response's number */
  audio(item: number, samples: Int16Array, last: boolean): void;
  /** Forget audio of this response that need not be sent any more. */
  dropAudio(item: number): void;
  /** Backpressure: resolves once the client has room for more. */
  writable(signal: AbortSignal): Promise<void>;
  /** The session clock, ms. */
  nowMs(): number;
}

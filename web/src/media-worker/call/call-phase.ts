import type { CallPhase } from '../../messages/media-messages.ts';

export interface CallCircumstances {
  readonly connection: 'first' | 'open' | 'lost' | 'closed';
  /** Confirmed speech. */
  readonly hearing: boolean;
  /** A reply is being heard. */
  readonly speaking: boolean;
  /** An answer is awaited, or begun but not yet to be heard. */
  readonly awaiting: boolean;
}

/** The one word for all that is going on: what a person most needs to know wins. */
export function phaseOf(call: CallCircumstances): CallPhase {
  switch (call.connection) {
    case 'first':
      return 'starting';
    case 'closed':
      return 'ended';
    case 'lost':
      return 'reconnecting';
    case 'open':
      if (call.hearing) return 'hearing';
      if (call.speaking) return 'speaking';
      return call.awaiting ? 'thinking' : 'listening';
  }
}

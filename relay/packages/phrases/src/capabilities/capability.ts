import type { Intent } from './intent.ts';
import type { Tool } from './tool.ts';

/**
 * What Parley can do for a person, declared once: as tools for language models, and as phrases for
 * the assistant that understands speech without one. A capability that only chats has no tools.
 */
export interface Capability {
  readonly name: string;
  readonly tools?: readonly Tool[];
  /** Sentences that show people what it does; each is understood by this very capability. */
  readonly examples: readonly string[];
  readonly intents: readonly Intent[];
}

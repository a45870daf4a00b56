import type { SpeechGrammar } from './grammar.ts';
import type { RecognisedSpeech } from './recogniser.ts';

/**
 * What a recogniser's thread starts with. The first has no networks; it makes them, or finds them in
 * the cache, and posts them for those after it, before it says that it is ready.
 */
export interface RecogniserStart {
  readonly grammar: SpeechGrammar;
  readonly networks: Uint8Array | undefined;
  readonly cacheFolder: string | undefined;
}

/** What a recogniser's thread is asked; each request has one answer. */
export type RecogniserRequest =
  | { readonly type: 'audio'; readonly samples: Int16Array; readonly mayInterrupt: boolean }
  | { readonly type: 'finish' }
  | { readonly type: 'discard' };

export type RecogniserAnswer =
  /** To `audio`: the words so far, empty if there are none. */
  | { readonly type: 'partial'; readonly text: string }
  | ({ readonly type: 'final' } & RecognisedSpeech)
  | { readonly type: 'discarded' };

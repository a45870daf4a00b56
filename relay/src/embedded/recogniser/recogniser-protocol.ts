import type { RecognisedSpeech } from './recogniser.ts';

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

/**
 * How the VAD did on sounds whose answer is known: the probabilities of speech that it gave to a
 * vowel and to silence. null while a call listens by it, which must not hear them.
 */
export type DetectorCheck =
  | { readonly kind: 'ready'; readonly speech: number | null; readonly silence: number | null }
  | { readonly kind: 'failed' };

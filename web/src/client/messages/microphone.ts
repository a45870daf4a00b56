/** Why there is no microphone; each needs other words. */
export type MicrophoneRefusal =
  | 'denied'
  | 'dismissed'
  | 'not-found'
  | 'in-use'
  | 'insecure-context'
  | 'unsupported'
  /** It was unplugged or taken away during the call, and there is not another. */
  | 'lost'
  | 'failed';

export type MicrophoneResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly refusal: MicrophoneRefusal };

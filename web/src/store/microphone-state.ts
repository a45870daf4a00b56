import type { MicrophoneRefusal, MicrophoneResult } from '../messages/microphone.ts';

export type MicrophoneState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'granted' }
  | { readonly kind: 'refused'; readonly refusal: MicrophoneRefusal }
  /** A typed call: not asked for. */
  | { readonly kind: 'unwanted' };

export function microphoneAfter(result: MicrophoneResult): MicrophoneState {
  return result.ok ? { kind: 'granted' } : { kind: 'refused', refusal: result.refusal };
}

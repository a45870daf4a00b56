import type { MicrophoneRefusal, MicrophoneResult } from '../messages/microphone.ts';

export type MicrophoneState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'asking' }
  | {
      readonly kind: 'granted';
      /** Another one took over by itself and was not talked into yet; '' if it has no name. */
      readonly switchedTo?: string;
    }
  | { readonly kind: 'refused'; readonly refusal: MicrophoneRefusal }
  /** A typed call: not asked for. */
  | { readonly kind: 'unwanted' };

export function microphoneAfter(result: MicrophoneResult): MicrophoneState {
  return result.ok ? { kind: 'granted' } : { kind: 'refused', refusal: result.refusal };
}

/** The person was heard by the microphone that took over: it needs no more mention. */
export function talkedInto(state: MicrophoneState): MicrophoneState {
  return state.kind === 'granted' && state.switchedTo !== undefined ? { kind: 'granted' } : state;
}

/** What the system keeps from the call: without sound, the microphone is the lesser loss. */
export function withheld(system: { readonly sound: boolean; readonly microphone: boolean }) {
  if (system.sound) return 'sound';
  return system.microphone ? 'microphone' : 'nothing';
}

import type { MicrophoneRefusal } from '../../client/index.ts';

/** What to do about a microphone that could not be had; fetched when it is needed. */
export const MICROPHONE_ADVICE = {
  denied: {
    title: 'The microphone is blocked',
    advice: 'Open the settings beside the address, allow the microphone, then try again.',
  },
  'not-here': {
    title: 'This page does not allow the microphone',
    advice: 'The site around this call forbids it. Typing works here.',
  },
  dismissed: {
    title: 'The microphone was not allowed yet',
    advice: 'Press Try again, then choose Allow when the browser asks.',
  },
  'not-found': {
    title: 'No microphone was found',
    advice: 'Plug one in or switch your headset on, then try again.',
  },
  'in-use': {
    title: 'Another program is using the microphone',
    advice:
      'Close the call or recorder that uses it and come back here: Parley tries again. Or choose another one in Settings.',
  },
  'insecure-context': {
    title: 'This page is not secure',
    advice: 'Browsers give the microphone to secure pages only. Open this address with https.',
  },
  unsupported: {
    title: 'This browser cannot share a microphone',
    advice: 'Use a current Chrome, Edge, Firefox or Safari. Typing works here.',
  },
  lost: {
    title: 'The microphone was disconnected',
    advice: 'Plug it in again: it is used as soon as it is back. Or choose another in Settings.',
  },
  failed: {
    title: 'The microphone did not start',
    advice: 'Choose another one in Settings or plug it in again, then try again.',
  },
} as const satisfies Record<MicrophoneRefusal, object>;

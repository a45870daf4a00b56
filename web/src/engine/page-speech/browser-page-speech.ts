import { localNowMs } from '../../lib/local-clock.ts';
import type { MediaCommand, MediaNotice } from '../../messages/media-messages.ts';
import { PageSpeech } from './page-speech.ts';
import { findSpeechRecognition } from './speech-recognition.ts';

/** The page's own recogniser and voice, as this browser has them. */
export function createPageSpeech(options: {
  post(command: MediaCommand): void;
  notify(notice: MediaNotice): void;
  onMicrophoneWanted(wanted: boolean): void;
}): PageSpeech {
  // The types know it in every browser; not every browser has it.
  const synthesis = (globalThis as { readonly speechSynthesis?: SpeechSynthesis }).speechSynthesis;
  return new PageSpeech({
    ...options,
    createRecogniser: findSpeechRecognition(globalThis),
    synthesis,
    createUtterance: (text) => new SpeechSynthesisUtterance(text),
    language: /^en\b/i.test(navigator.language) ? navigator.language : 'en-US',
    isAndroid: /android/i.test(navigator.userAgent),
    now: localNowMs,
    newId: () => `heard-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`,
  });
}

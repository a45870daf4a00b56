import { localNowMs } from '../messages/local-clock.ts';
import type {
  BrowserHelp,
  BrowserModelRequest,
  BrowserVoiceRequest,
  ToolRequest,
} from '../messages/page-requests.ts';
import type { MediaCommand, MediaNotice } from '../messages/media-messages.ts';
import { findLanguageModels } from './browser-model/language-model.ts';
import { BrowserModel } from './browser-model/browser-model.ts';
import { CallTools, type CallTool } from './call-tools.ts';
import { BrowserSpeech } from './browser-speech/browser-speech.ts';
import {
  recognitionLanguage,
  findSpeechRecognition,
  isLocalReady,
} from './browser-speech/speech-recognition.ts';

export interface BrowserMeansOptions {
  post(command: MediaCommand): void;
  notify(notice: MediaNotice): void;
  /** The recogniser needs the microphone for itself, or no longer does. */
  onMicrophoneWanted(wanted: boolean): void;
  /** The page's functions at this moment. */
  tools(): readonly CallTool[];
}

/** What this browser can do by itself in one call. */
export interface BrowserMeans {
  readonly speech: BrowserSpeech;
  /** What the media worker asks for. */
  request(request: BrowserVoiceRequest | BrowserModelRequest | ToolRequest): void;
  /** What the person has switched on. */
  setHelp(help: BrowserHelp): void;
  /** The call is over. */
  end(): void;
}

export function createBrowserMeans(options: BrowserMeansOptions): BrowserMeans {
  // The types know it in every browser; not every browser has it.
  const synthesis = (globalThis as { readonly speechSynthesis?: SpeechSynthesis }).speechSynthesis;
  const speech = new BrowserSpeech({
    post: (command) => options.post(command),
    notify: (notice) => options.notify(notice),
    onMicrophoneWanted: (wanted) => options.onMicrophoneWanted(wanted),
    createRecogniser: findSpeechRecognition(globalThis),
    isLocalReady: (language) => isLocalReady(globalThis, language),
    synthesis,
    createUtterance: (text) => new SpeechSynthesisUtterance(text),
    languageFor: (wanted) => recognitionLanguage(navigator.language, wanted),
    isAndroid: /android/i.test(navigator.userAgent),
    now: localNowMs,
    newId: () => `heard-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`,
  });
  const model = new BrowserModel({
    models: findLanguageModels(globalThis),
    post: (command) => options.post(command),
    notify: (notice) => options.notify(notice),
  });
  const tools = new CallTools({
    tools: () => options.tools(),
    post: (command) => options.post(command),
    notify: (notice) => options.notify(notice),
    now: localNowMs,
  });
  return {
    speech,
    request(request) {
      switch (request.type) {
        case 'speak':
        case 'hush':
          return speech.onRequest(request);
        case 'ask-model':
        case 'stop-model':
          return model.onRequest(request);
        case 'call-tool':
        case 'stop-tools':
          return tools.onRequest(request);
      }
    },
    setHelp({ answers, hears }) {
      void model.setOffered(answers);
      void speech.setChosen(hears);
    },
    end() {
      speech.end();
      model.end();
      tools.end();
    },
  };
}

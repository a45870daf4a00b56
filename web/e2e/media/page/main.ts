import { mediaFiles } from '../../../src/client/engine/media-files.ts';
import { BrowserMediaEngine } from '../../../src/client/engine/browser-media-engine.ts';
import type { MediaEngine } from '../../../src/client/engine/media-engine.ts';
import type { MediaNotice, MicrophoneResult } from '../../../src/client/messages/media-messages.ts';

/** What the tests find on the window. */
export interface EngineWindow {
  readonly engine: MediaEngine;
  readonly notices: MediaNotice[];
  readonly started: Promise<MicrophoneResult>;
}

const engine = new BrowserMediaEngine(mediaFiles(async () => ''));
const notices: MediaNotice[] = [];
const { promise: started, resolve } = Promise.withResolvers<MicrophoneResult>();

engine.subscribe((notice) => notices.push(notice));
engine.preload();

document.querySelector('button')?.addEventListener('click', () => {
  engine.setDebug(true);
  void engine
    .start({
      relay: location.origin,
      credentials: { kind: 'guest', token: undefined, accessCode: undefined },
      voice: null,
      language: null,
      eagerness: 'medium',
      interruption: 'automatic',
      speed: 1,
      line: 'auto',
      browserHelp: { answers: false, hears: 'off' },
      conversationId: undefined,
      microphone: true,
      microphoneId: undefined,
      speakerId: undefined,
    })
    .then(resolve);
});

Object.assign(window, { engine, notices, started } satisfies EngineWindow);

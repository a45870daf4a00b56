import { localNowMs } from '../lib/local-clock.ts';
import { MediaCall } from './call/media-call.ts';
import type { MediaCommand, MediaNotice, PageVoiceRequest } from '../messages/media-messages.ts';
import type { SpeechDetector } from './uplink/speech-detector.ts';
import { loadSileroDetector } from './uplink/silero-detector.ts';

/**
 * The media worker: everything between the worklets and the relay, off the page's thread. It
 * outlives calls, so that the speech detector is loaded once.
 */
let detector: SpeechDetector | 'absent' | 'loading' = 'absent';
let call: MediaCall | undefined;

function notify(notice: MediaNotice | PageVoiceRequest): void {
  self.postMessage(notice, []);
}

async function loadDetector(): Promise<void> {
  if (detector !== 'absent') return;
  detector = 'loading';
  notify({ type: 'vad', state: 'loading' });
  try {
    detector = await loadSileroDetector();
    notify({ type: 'vad', state: 'ready' });
    call?.setDetector(detector);
  } catch {
    onDetectorFailed();
    call?.setDetector('none');
  }
}

function onDetectorFailed(): void {
  detector = 'absent';
  notify({ type: 'vad', state: 'failed' });
  notify({
    type: 'error',
    code: 'vad_failed',
    message: 'Speech cannot be detected on its own. Hold to talk, or type.',
  });
}

function start(command: Extract<MediaCommand, { type: 'start' }>): void {
  call?.handle({ type: 'stop' });
  call = new MediaCall({
    start: command,
    now: localNowMs,
    random: () => Math.random(),
    fetch: (url, init) => fetch(url, init),
    WebSocket,
    notify,
    onDetectorFailed,
  });
  if (typeof detector !== 'string') call.setDetector(detector);
  else void loadDetector();
}

self.addEventListener('message', ({ data }: MessageEvent<MediaCommand>) => {
  switch (data.type) {
    case 'load':
      void loadDetector();
      return;
    case 'start':
      return start(data);
    default:
      call?.handle(data);
  }
});

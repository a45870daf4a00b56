import { ownTimeZone } from '@parley/shared/time-zone';
import { localNowMs } from '../messages/local-clock.ts';
import { MediaCall } from './call/media-call.ts';
import { LateFlight } from './flight/late-flight.ts';
import type { DetectorCheck } from '../messages/detector-check.ts';
import type { MediaCommand, MediaNotice } from '../messages/media-messages.ts';
import type { PageRequest } from '../messages/page-requests.ts';
import type { SpeechDetector } from '@parley/shared/vad/speech-detector';
import { loadSileroDetector } from './speech/silero-detector.ts';

/**
 * The media worker: everything between the worklets and the relay, off the page's thread. The
 * worker outlives calls, so that the speech detector is loaded once.
 */
let detector: SpeechDetector | 'absent' | 'loading' = 'absent';
let call: MediaCall | undefined;

const post = (notice: MediaNotice | PageRequest): void => self.postMessage(notice, []);

const flight = new LateFlight(localNowMs, async () => {
  const { CallFlight } = await import('./flight/call-flight.ts');
  return new CallFlight({ now: localNowMs, notify: post, stats: () => call?.stats });
});

function notify(notice: MediaNotice | PageRequest): void {
  post(notice);
  flight.tell((recorder, atMs) => recorder.notice(atMs, notice));
}

/** The load that is under way, or the last one. */
let loading: Promise<void> | undefined;

function loadDetector(): Promise<void> {
  if (detector === 'absent') loading = fetchDetector();
  return loading ?? Promise.resolve();
}

async function fetchDetector(): Promise<void> {
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

async function runDetectorCheck(loaded: SpeechDetector): Promise<DetectorCheck> {
  const { checkDetector } = await import('./speech/detector-check.ts');
  return checkDetector(loaded);
}

async function answerDetectorCheck(): Promise<void> {
  await loadDetector();
  let result: DetectorCheck = { kind: 'failed' };
  if (typeof detector !== 'string') {
    // A call's detector must hear nothing but the call.
    result =
      call === undefined
        ? await runDetectorCheck(detector).catch(() => ({ kind: 'failed' }) as const)
        : { kind: 'ready', speech: null, silence: null };
  }
  notify({ type: 'detector-checked', detector: result });
}

function start(command: Extract<MediaCommand, { type: 'start' }>): void {
  call?.handle({ type: 'stop' });
  flight.load();
  flight.tell((recorder, atMs) => recorder.begin(atMs));
  const begun: MediaCall = new MediaCall({
    start: command,
    timeZone: ownTimeZone(),
    now: localNowMs,
    random: () => Math.random(),
    fetch: (url, init) => fetch(url, init),
    WebSocket,
    notify(notice) {
      if (notice.type === 'closed' && call === begun) call = undefined;
      notify(notice);
    },
    tellFlight: flight.tell,
    onDetectorFailed,
  });
  call = begun;
  if (typeof detector !== 'string') call.setDetector(detector);
  else void loadDetector();
}

self.addEventListener('message', ({ data }: MessageEvent<MediaCommand>) => {
  switch (data.type) {
    case 'load':
      void loadDetector();
      // The first use of `Intl` in a process of the browser reads its tables, 50 to 80 ms: beside
      // the download, so that no call waits for it.
      ownTimeZone();
      return;
    case 'check-detector':
      void answerDetectorCheck();
      return;
    case 'start':
      return start(data);
    case 'set-debug':
      flight.load();
      return flight.tell((recorder) => recorder.setDebug(data.enabled, data.panel));
    case 'retry-now':
      // Without it only a button or the keyboard talks.
      if (call !== undefined) void loadDetector();
      return call?.handle(data);
    default:
      call?.handle(data);
  }
});

import { localNowMs } from '../../messages/local-clock.ts';
import type { CaptureMessage } from '../../messages/capture-messages.ts';
import type { DetectorCheck } from '../../messages/detector-check.ts';
import type { PlaybackCommand, PlaybackReport } from '../../messages/playback-messages.ts';
import { AudioGraph, type TappableNode } from '../audio-graph.ts';
import type { SoundCheckOptions } from '../media-engine.ts';
import { openMicrophone } from '../microphone.ts';
import { FrameStream } from './frame-stream.ts';
import { measureRoundTrips } from './relay-round-trips.ts';
import { checkSound, type CheckMicrophone, type RefusedMicrophone } from './sound-check.ts';
import type { CheckEvent } from './sound-check-events.ts';
import { makeTestSound, SIGNAL_HZ } from './test-chirp.ts';

/** The longest that the question for the microphone is left open. */
const ANSWER_DEADLINE_MS = 60_000;
/** The longest that worklets may take to load, and the voice to begin. */
const AUDIO_DEADLINE_MS = 10_000;
/** The detector is some megabytes; the rest of the check goes on meanwhile. */
const DETECTOR_DEADLINE_MS = 60_000;

interface BrowserCheckOptions extends SoundCheckOptions {
  onNode(node: TappableNode): void;
  checkDetector(): Promise<DetectorCheck>;
}

/**
 * Checks microphone, speaker, relay and detector by the same graph that a call has. To be called
 * within a person's gesture. Everything it opens is released when it ends or `signal` is aborted.
 */
export async function* checkSoundInBrowser(
  options: BrowserCheckOptions,
  signal: AbortSignal,
): AsyncGenerator<CheckEvent, void, undefined> {
  const released = new AbortController();
  const until = AbortSignal.any([signal, released.signal]);
  const { port1: speaker, port2 } = new MessageChannel();
  const graph = new AudioGraph(port2, {
    isTapped: false,
    onNode: (node) => options.onNode(node),
    onPaused: () => {},
    onBroken: () => released.abort(),
  });
  graph.setVolume(options.volume);
  if (options.speakerId !== undefined) void graph.setSpeaker(options.speakerId).catch(() => {});
  speaker.start();
  let items = 0;
  try {
    yield* checkSound(
      {
        openMicrophone: (processed) => openCheckMicrophone(graph, options, processed, until),
        playTestSound: (aborted) => playTestSound(speaker, (items += 1), aborted),
        measureRelay: (aborted) =>
          measureRoundTrips(
            { ...options, fetch: (...args) => fetch(...args), now: localNowMs },
            aborted,
          ),
        checkDetector: () =>
          withDeadline(options.checkDetector(), DETECTOR_DEADLINE_MS, { kind: 'failed' }),
      },
      until,
    );
  } finally {
    released.abort();
    speaker.close();
    await graph.close();
  }
}

async function openCheckMicrophone(
  graph: AudioGraph,
  { microphoneId: deviceId }: SoundCheckOptions,
  processed: boolean,
  until: AbortSignal,
): Promise<CheckMicrophone | RefusedMicrophone> {
  const asked = openMicrophone({ deviceId, processed });
  // An answer that comes too late must not leave a microphone open.
  const isLate = { value: false };
  void asked.then((late) => {
    if (late.ok && (isLate.value || until.aborted)) late.track.stop();
  });
  const opened = await withDeadline(asked, ANSWER_DEADLINE_MS, null);
  isLate.value = opened === null;
  if (opened === null) return { kind: 'refused', refusal: 'dismissed' };
  if (!opened.ok) return { kind: 'refused', refusal: opened.refusal };
  const { stream, track } = opened;
  const port = await withDeadline(
    graph.connectCapture(stream).catch(() => null),
    AUDIO_DEADLINE_MS,
    null,
  );
  if (port === null || until.aborted) {
    track.stop();
    return { kind: 'refused', refusal: 'failed' };
  }
  const blocks = new FrameStream();
  port.addEventListener('message', ({ data }: MessageEvent<CaptureMessage>) =>
    blocks.push(data.block),
  );
  port.start();
  const close = (): void => {
    blocks.close();
    port.close();
    track.stop();
    graph.disconnectMicrophone();
  };
  until.addEventListener('abort', close, { once: true });
  track.addEventListener('ended', () => blocks.close(), { once: true });
  return {
    figures: {
      kind: 'open',
      label: track.label,
      captureHz: track.getSettings().sampleRate ?? null,
      contextHz: graph.rateHz,
    },
    blocks,
    close: () => {
      until.removeEventListener('abort', close);
      close();
    },
  };
}

/** Plays it as a reply is played. @returns the context's time of its first sample */
function playTestSound(
  speaker: MessagePort,
  item: number,
  signal: AbortSignal,
): Promise<number | null> {
  const post = (command: PlaybackCommand, transfer: Transferable[] = []): void =>
    speaker.postMessage(command, transfer);
  const samples = makeTestSound();
  const heard = new AbortController();
  const started = new Promise<number>((resolve) => {
    const onReport = ({ data }: MessageEvent<PlaybackReport>): void => {
      if (data.type === 'started' && data.item === item) resolve(data.contextTimeS);
    };
    const until = AbortSignal.any([signal, heard.signal]);
    speaker.addEventListener('message', onReport, { signal: until });
  });
  post({ type: 'begin', item, rateHz: SIGNAL_HZ });
  post({ type: 'push', item, samples }, [samples.buffer]);
  post({ type: 'complete', item });
  return withDeadline(started, AUDIO_DEADLINE_MS, null).finally(() => heard.abort());
}

/** @returns `otherwise` if the promise is not settled after `deadlineMs` */
async function withDeadline<T, Otherwise>(
  promise: Promise<T>,
  deadlineMs: number,
  otherwise: Otherwise,
): Promise<T | Otherwise> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Otherwise>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

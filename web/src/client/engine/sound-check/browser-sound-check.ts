import { relayUrl } from '@parley/shared/page-paths';
import { answerWithin } from '../../../lib/answer-within.ts';
import { localNowMs } from '../../messages/local-clock.ts';
import type { CaptureMessage, CapturedBlock } from '../../messages/capture-messages.ts';
import type { DetectorCheck } from '../../messages/detector-check.ts';
import type { PlaybackCommand, PlaybackReport } from '../../messages/playback-messages.ts';
import { AudioGraph, type TappableNode } from '../audio-graph.ts';
import type { MediaFiles } from '../media-files.ts';
import type { SoundCheckOptions } from '../media-engine.ts';
import { openMicrophone } from '../microphone.ts';
import { checkSound, type CheckMicrophone, type RefusedMicrophone } from './sound-check.ts';
import type { CheckEvent, RelayFigures } from './sound-check-events.ts';
import { makeTestSound, SIGNAL_HZ } from './test-chirp.ts';

/** A microphone that delivers nothing for so long has been taken away. */
const FRAME_DEADLINE_MS = 3_000;

/** Frames that wait while the page is busy: 20 s, more than any step takes. */
const MAX_WAITING_FRAMES = 640;

/** The first opens the connection and does not count. */
const ROUND_TRIPS = 6;

const DEADLINE_MS = 4_000;

interface RoundTripOptions {
  /** Origin of the relay; null if none is known. */
  readonly relay: string | null;
  readonly fetch: typeof fetch;
  now(): number;
}

/** The longest that the question for the microphone is left open. */
const ANSWER_DEADLINE_MS = 60_000;
/** The longest that worklets may take to load, and the voice to begin. */
const AUDIO_DEADLINE_MS = 10_000;
/** The detector is some megabytes; the rest of the check goes on meanwhile. */
const DETECTOR_DEADLINE_MS = 60_000;

interface BrowserCheckOptions extends SoundCheckOptions {
  readonly files: Pick<MediaFiles, 'worklets'>;
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
    files: options.files,
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
          answerWithin(DETECTOR_DEADLINE_MS, options.checkDetector(), { kind: 'failed' }),
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
  const opened = await answerWithin(ANSWER_DEADLINE_MS, asked, null);
  isLate.value = opened === null;
  if (opened === null) return { kind: 'refused', refusal: 'dismissed' };
  if (!opened.ok) return { kind: 'refused', refusal: opened.refusal };
  const { stream, track } = opened;
  const connected = graph.connectCapture(stream).catch(() => null);
  const port = await answerWithin(AUDIO_DEADLINE_MS, connected, null);
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
  return answerWithin(AUDIO_DEADLINE_MS, started, null).finally(() => heard.abort());
}

/** Asks the relay a few times for its health, one request after the other. Never rejects. */
export async function measureRoundTrips(
  { relay, fetch: fetchLike, now }: RoundTripOptions,
  signal: AbortSignal,
): Promise<RelayFigures> {
  const roundTripsMs: number[] = [];
  let failed = 0;
  for (let request = 0; request < ROUND_TRIPS && !signal.aborted; request += 1) {
    const startMs = now();
    try {
      if (relay === null) throw new Error('No relay is known.');
      // oxlint-disable-next-line no-await-in-loop -- side by side they would wait for each other
      const response = await fetchLike(relayUrl(relay, '/health'), {
        cache: 'no-store',
        signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
      });
      // oxlint-disable-next-line no-await-in-loop -- the answer counts when all of it is there
      await response.text();
      if (!response.ok) throw new Error(`The relay answered with status ${response.status}.`);
      if (request > 0) roundTripsMs.push(now() - startMs);
    } catch {
      failed += 1;
      // A relay that cannot be reached would be waited for six times.
      if (failed > 1) break;
    }
  }
  return { roundTripsMs, failed };
}

/** The frames of a microphone, to be read one after the other; ends when it is closed or dies. */
export class FrameStream implements AsyncIterableIterator<CapturedBlock, undefined> {
  readonly #waiting: CapturedBlock[] = [];
  #reader: ((result: IteratorResult<CapturedBlock, undefined>) => void) | undefined;
  #closed = false;

  push(block: CapturedBlock): void {
    if (this.#closed) return;
    if (this.#reader !== undefined) return this.#reader({ done: false, value: block });
    this.#waiting.push(block);
    if (this.#waiting.length > MAX_WAITING_FRAMES) this.#waiting.shift();
  }

  close(): void {
    this.#closed = true;
    this.#waiting.length = 0;
    this.#reader?.({ done: true, value: undefined });
  }

  /** Reads one frame at a time. */
  next(): Promise<IteratorResult<CapturedBlock, undefined>> {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return Promise.resolve({ done: false, value: waiting });
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.close(), FRAME_DEADLINE_MS);
      this.#reader = (result) => {
        clearTimeout(timer);
        this.#reader = undefined;
        resolve(result);
      };
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

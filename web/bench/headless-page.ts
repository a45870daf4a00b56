import { MediaCall, type MediaCallOptions } from '../src/client/media-worker/call/media-call.ts';
import type { SpeechDetector } from '@parley/shared/vad/speech-detector';
import { localNowMs } from '../src/client/messages/local-clock.ts';
import { FRAME_MS, FRAME_SAMPLES } from '@parley/shared/vad/speech-detector';
import type { CapturedBlock, CaptureMessage } from '../src/client/messages/capture-messages.ts';
import type { CaptureSource, MediaNotice } from '../src/client/messages/media-messages.ts';
import type { PlaybackCommand, PlaybackReport } from '../src/client/messages/playback-messages.ts';
import { PlaybackCore } from '../src/client/worklets/playback-core.ts';
import { rmsOf } from '@parley/shared/audio/level';
import { PCM16_SCALE, toPcm16 } from '@parley/shared/audio/pcm16';
import { writeMark, type SampleMark } from '@parley/relay/testing';
import type { LineChoice } from '@parley/shared/link/line-state';
import type { Room } from './room.ts';
import { tappedSocket, type TappedEvent } from './tapped-socket.ts';

const HZ = 16_000;
/** The assistant's voice is audible above this. */
const AUDIBLE_RMS = 0.004;
/** A reply pauses between sentences for less. */
const MAX_GAP_MS = 600;
const READY_DEADLINE_MS = 15_000;
const POLL_MS = 8;

/** Which of the prepared utterances is said, for the marks in the microphone's samples. */
type Said = Pick<SampleMark, 'run' | 'utterance'>;

export interface HeadlessPageOptions {
  readonly url: string;
  readonly decides: 'relay' | 'page';
  readonly detector: SpeechDetector;
  readonly room: Room;
  /** How speech is sent; `auto` if it is absent. Opus needs `installAudioEncoder`. */
  readonly line?: LineChoice;
  /** As it passes the socket, in either direction. @param atMs - `performance.now()` */
  readonly onEvent: (event: TappedEvent, atMs: number) => void;
  readonly onReport: (report: PlaybackReport, atMs: number) => void;
  readonly onSocket?: (protocols: readonly string[]) => void;
  /** The media worker's messages to the page, and the audio it hands to the player. */
  readonly onNotice?: (notice: MediaNotice) => void;
  readonly onPlayback?: (command: PlaybackCommand) => void;
}

/**
 * The page without a browser: its media worker's call, its player, and an audio clock of frames
 * instead of worklets. Runs in real time.
 */
export class HeadlessPage implements AsyncDisposable {
  /** The assistant's voice at the loudspeaker, `performance.now()`. */
  readonly voice: { startMs: number; endMs: number }[] = [];
  /** How late the latest frame came, at the most: a machine that is too busy. */
  lateMs = 0;
  readonly #options: HeadlessPageOptions;
  readonly #call: MediaCall;
  readonly #player: PlaybackCore;
  readonly #microphone = new MessageChannel();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #startedMs: number;
  #frames = 0;
  #utterance: (Said & { readonly at: number }) | undefined;
  #phase = 'idle';

  constructor(options: HeadlessPageOptions) {
    this.#options = options;
    const { url, decides, detector, onEvent, onReport } = options;
    const speaker = new MessageChannel();
    this.#player = new PlaybackCore(HZ, (report) => {
      onReport(report, performance.now());
      speaker.port1.postMessage(report);
    });
    speaker.port1.addEventListener('message', ({ data }: MessageEvent<PlaybackCommand>) => {
      options.onPlayback?.(data);
      this.#player.handle(data);
    });
    speaker.port1.start();
    const onTapped = (event: TappedEvent) => onEvent(event, performance.now());
    this.#call = new MediaCall({
      start: {
        type: 'start',
        baseUrl: url,
        credentials: { kind: 'guest', token: undefined, accessCode: undefined },
        choices: {
          voice: null,
          language: null,
          eagerness: 'medium',
          interruption: 'automatic',
          line: options.line ?? 'auto',
          speed: 1,
        },
        assistant: { instructions: '', tools: [] },
        conversationId: undefined,
        playback: speaker.port2,
      },
      timeZone: 'UTC',
      fetch: (input, init) => fetch(input, init),
      WebSocket: tappedSocket({
        onSent: onTapped,
        onReceived: onTapped,
        onOpening: (protocols) => options.onSocket?.(protocols),
        hidesTurnDetection: decides === 'page',
      }) as unknown as MediaCallOptions['WebSocket'],
      random: Math.random,
      now: localNowMs,
      notify: (notice) => {
        if (notice.type === 'phase') this.#phase = notice.phase;
        switch (notice.type) {
          case 'speak':
          case 'hush':
          case 'ask-model':
          case 'stop-model':
          case 'call-tool':
          case 'stop-tools':
          case 'renew-capture':
          case 'capture-heard':
          case 'hush-breath':
            return;
          default:
            options.onNotice?.(notice);
        }
      },
      tellFlight: () => {},
      onDetectorFailed: () => {
        throw new Error('The speech detector failed.');
      },
    });
    this.#call.setDetector(detector);
    const source: CaptureSource = { kind: 'worklet', port: this.#microphone.port2 };
    this.#call.handle({
      type: 'attach-capture',
      source,
      latencyMs: 0,
      isPriming: false,
      settings: {},
    });
    this.#startedMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), POLL_MS);
  }

  /** Waits until the call is open. @throws Error if that takes too long */
  async ready(): Promise<void> {
    await until(() => this.#phase === 'listening', READY_DEADLINE_MS, 'The call did not open.');
  }

  /** The person speaks as soon as possible. @returns when the first sample reaches the microphone */
  speak(samples: Int16Array, said: Said): number {
    const { room } = this.#options;
    const at = room.position;
    room.speak(samples, at);
    this.#utterance = { ...said, at };
    return this.#startedMs + (at * 1_000) / HZ;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#call.handle({ type: 'stop' });
    this.#microphone.port1.close();
  }

  /** All frames that are due: timers are late on a busy machine, audio is not. */
  #tick(): void {
    const passedMs = performance.now() - this.#startedMs;
    const due = Math.floor(passedMs / FRAME_MS);
    if (this.#phase === 'listening' || this.#utterance !== undefined) {
      this.lateMs = Math.max(this.lateMs, passedMs - (this.#frames + 1) * FRAME_MS);
    }
    while (this.#frames < due) this.#frame();
  }

  #frame(): void {
    const { room } = this.#options;
    const index = this.#frames * FRAME_SAMPLES;
    this.#frames += 1;
    const output = new Float32Array(FRAME_SAMPLES);
    // As worklets do it, 128 samples at a time.
    for (let at = 0; at < FRAME_SAMPLES; at += 128) {
      this.#player.render(output.subarray(at, at + 128), (index + at) / HZ);
    }
    const frameMs = this.#startedMs + (index * 1_000) / HZ;
    const isAudible = rmsOf(output) > AUDIBLE_RMS;
    if (isAudible) this.#heard(frameMs);
    const pcm = toPcm16(room.hear(output, isAudible));
    if (this.#utterance !== undefined) {
      const { run, utterance, at } = this.#utterance;
      writeMark(pcm, { run, utterance, offsetMs: ((index - at) * 1_000) / HZ });
    }
    const samples = Float32Array.from(pcm, (sample) => sample * PCM16_SCALE);
    const block: CapturedBlock = {
      samples,
      index,
      contextTimeS: index / HZ,
      sentContextTimeS: (index + FRAME_SAMPLES) / HZ,
    };
    const message: CaptureMessage = { block, sentAtMs: Date.now() };
    this.#microphone.port1.postMessage(message, [samples.buffer]);
  }

  #heard(frameMs: number): void {
    const last = this.voice.at(-1);
    const endMs = frameMs + FRAME_MS;
    if (last !== undefined && frameMs - last.endMs < MAX_GAP_MS) last.endMs = endMs;
    else this.voice.push({ startMs: frameMs, endMs });
  }
}

/** Waits for a condition. @throws Error with `problem` after `deadlineMs` */
export async function until(
  isTrue: () => boolean,
  deadlineMs: number,
  problem: string,
): Promise<void> {
  const untilMs = performance.now() + deadlineMs;
  while (!isTrue()) {
    if (performance.now() > untilMs) throw new Error(problem);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

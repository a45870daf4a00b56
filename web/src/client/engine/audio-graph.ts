import type { CaptureSource } from '../messages/media-messages.ts';
import type { MediaFiles } from './media-files.ts';
import type { OutputInstant } from '../messages/playback-messages.ts';

/** Two seconds of frames of 10 ms: longer than any stall after which a call is useful. */
const MAX_WAITING_FRAMES = 200;

/** Of `MediaStreamTrackProcessor`, which Chromium has for audio and the DOM types do not know. */
type TrackProcessor = new (options: {
  readonly track: MediaStreamTrack;
  /** Frames that may wait for a reader; the oldest are dropped. */
  readonly maxBufferSize: number;
}) => { readonly readable: ReadableStream<AudioData> };

/** A sample that leaves the speaker now cannot be dated so far ahead. */
const AHEAD_MS = 100;

/** A change of volume that is too quick to notice and too slow to click, seconds. */
const VOLUME_TIME_CONSTANT_S = 0.02;

/** A node of the graph that tests may listen to. */
export interface TappableNode {
  readonly role: 'playback' | 'microphone' | 'breath';
  readonly node: AudioNode;
}

export interface AudioGraphOptions {
  /** Whether tests listen to its nodes. */
  readonly isTapped: boolean;
  readonly files: Pick<MediaFiles, 'worklets'>;
  onNode(node: TappableNode): void;
  /** The system stops the sound, or lets it go on: a phone call, a locked screen, another app. */
  onPaused(isPaused: boolean): void;
  /** The voice cannot be played: the worklets could not be loaded, or failed. */
  onBroken(): void;
}

/**
 * The audio context and its worklets. Samples pass from worklet to media worker and back over
 * ports that are only handed through here.
 */
export class AudioGraph {
  readonly #context: AudioContext;
  readonly #volume: GainNode;
  readonly #modules: Promise<void>;
  readonly #options: AudioGraphOptions;
  readonly #released = new AbortController();
  #microphone:
    | {
        readonly stream: MediaStream;
        readonly node: AudioWorkletNode;
        source: MediaStreamAudioSourceNode;
      }
    | undefined;
  /** Kept so that it is not collected while it plays. */
  #playback: AudioWorkletNode | undefined;
  #isSilent = false;
  #breath = new AbortController();

  /**
   * To be called within a person's gesture, or the context stays silent.
   *
   * @param playback the worklet's end of the channel to the media worker
   */
  constructor(playback: MessagePort, options: AudioGraphOptions) {
    this.#options = options;
    this.#context = new AudioContext({ latencyHint: 'interactive' });
    this.#volume = new GainNode(this.#context);
    this.#volume.connect(this.#context.destination);
    this.#modules = this.#load(playback);
    this.#modules.catch(() => options.onBroken());
    this.#keepRunning();
  }

  /** What the voice is played at. */
  get rateHz(): number {
    return this.#context.sampleRate;
  }

  /** From the context to the ear, ms; an estimate if the browser does not measure it. */
  get outputLatencyMs(): number {
    // Safari has no outputLatency.
    const measured = this.#context.outputLatency as number | undefined;
    return (measured ?? this.#context.baseLatency) * 1_000;
  }

  /** Which of the context's samples leaves the speaker now, if the browser says so. */
  get outputInstant(): OutputInstant | undefined {
    const stamp = this.#context.getOutputTimestamp();
    return outputInstantOf(stamp, { ms: performance.now(), originMs: performance.timeOrigin });
  }

  /** @param volume 0–1 */
  setVolume(volume: number): void {
    const { currentTime } = this.#context;
    this.#isSilent = volume === 0;
    this.#volume.gain.setTargetAtTime(volume, currentTime, VOLUME_TIME_CONSTANT_S);
  }

  /** Plays on another device, if the browser can. @throws if it refuses the device */
  async setSpeaker(deviceId: string): Promise<void> {
    const context = this.#context as AudioContext & {
      setSinkId?: (sinkId: string) => Promise<void>;
    };
    await context.setSinkId?.(deviceId);
  }

  /**
   * Lets this stream be heard by the media worker: by its track's own frames if the browser hands
   * them out, because nothing waits in them, else through the graph.
   */
  async connectMicrophone(stream: MediaStream): Promise<CaptureSource> {
    const [track] = stream.getAudioTracks();
    const frames = track && framesOf(track);
    if (frames === undefined) {
      return { kind: 'worklet', port: await this.connectCapture(stream) };
    }
    this.disconnectMicrophone();
    if (this.#options.isTapped) {
      const node = new MediaStreamAudioSourceNode(this.#context, { mediaStream: stream });
      this.#options.onNode({ role: 'microphone', node });
    }
    return { kind: 'track', frames };
  }

  /** Connects this stream to the capture worklet. @returns where its frames come out */
  async connectCapture(stream: MediaStream): Promise<MessagePort> {
    await this.#modules;
    this.disconnectMicrophone();
    const source = new MediaStreamAudioSourceNode(this.#context, { mediaStream: stream });
    const node = new AudioWorkletNode(this.#context, 'parley-capture', {
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    const { port1, port2 } = new MessageChannel();
    node.port.postMessage(port1, [port1]);
    source.connect(node);
    // A node that leads nowhere is not run everywhere; its output is silence.
    node.connect(this.#context.destination);
    this.#microphone = { stream, node, source };
    this.#options.onNode({ role: 'microphone', node: source });
    return port2;
  }

  /**
   * Lets the browser's echo canceller learn how the microphone hears the speaker, by a breath that
   * the volume does not change: softer ones teach it nothing. Nothing is played to headphones, nor
   * if the volume is zero.
   *
   * Resolves once the breath's echo is over; if it is hushed or the graph is closed before, never.
   */
  async primeEchoCanceller(): Promise<void> {
    if (this.#isSilent) return;
    this.#breath = new AbortController();
    const { signal } = this.#breath;
    // Useless before a call.
    const { playBreath } = await import('./priming-breath.ts');
    if (this.#released.signal.aborted) return;
    const onNode = (node: AudioNode) => this.#options.onNode({ role: 'breath', node });
    await playBreath(this.#context, onNode, signal);
  }

  /** The person speaks: what is played meanwhile, a canceller that learns takes out of their words. */
  hushBreath(): void {
    this.#breath.abort();
  }

  /** Hears the same track by another source, in which nothing waits. */
  renewMicrophone(): void {
    if (this.#microphone === undefined) return;
    const { stream, node, source } = this.#microphone;
    const renewed = new MediaStreamAudioSourceNode(this.#context, { mediaStream: stream });
    source.disconnect();
    renewed.connect(node);
    this.#microphone.source = renewed;
    this.#options.onNode({ role: 'microphone', node: renewed });
  }

  disconnectMicrophone(): void {
    if (this.#microphone === undefined) return;
    const { source, node } = this.#microphone;
    node.port.postMessage('close', []);
    source.disconnect();
    node.disconnect();
    this.#microphone = undefined;
  }

  async close(): Promise<void> {
    this.#released.abort();
    this.disconnectMicrophone();
    this.#playback?.disconnect();
    // If the browser closed it already, that is not an error worth reporting.
    if (this.#context.state !== 'closed') await this.#context.close().catch(() => {});
  }

  async #load(playback: MessagePort): Promise<void> {
    const { audioWorklet } = this.#context;
    const { playback: voice, capture } = await this.#options.files.worklets();
    await Promise.all([audioWorklet.addModule(voice), audioWorklet.addModule(capture)]);
    if (this.#released.signal.aborted) return;
    const node = new AudioWorkletNode(this.#context, 'parley-playback', {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    node.port.postMessage(playback, [playback]);
    node.addEventListener('processorerror', () => this.#options.onBroken(), {
      signal: this.#released.signal,
    });
    node.connect(this.#volume);
    this.#playback = node;
    this.#options.onNode({ role: 'playback', node });
  }

  /**
   * A phone call, a screen lock or another app stops the context ("interrupted" on iOS). The page
   * starts it again as soon as the browser lets it, at the latest with the next touch.
   */
  #keepRunning(): void {
    let hasRun = false;
    const resume = () => {
      const { state } = this.#context;
      // One that has not begun yet is not paused.
      if (hasRun && state !== 'closed') this.#options.onPaused(state !== 'running');
      hasRun ||= state === 'running';
      if (state === 'running' || state === 'closed') return;
      this.#context.resume().catch(() => {});
    };
    const { signal } = this.#released;
    resume();
    this.#context.addEventListener('statechange', resume, { signal });
    document.addEventListener('visibilitychange', resume, { signal });
    document.addEventListener('pointerdown', resume, { signal });
    document.addEventListener('keydown', resume, { signal });
  }
}

/**
 * Reads an output timestamp of the Web Audio API.
 *
 * @param now.ms - `performance.now()` when it was taken
 * @param now.originMs - `performance.timeOrigin`
 * @returns undefined before the first sample, and if the browser is wrong: WebKit 2.50 adds the
 *   context's own time to that of the page, so that each answer would seem to be heard too late
 */
export function outputInstantOf(
  { contextTime = 0, performanceTime = 0 }: AudioTimestamp,
  now: { readonly ms: number; readonly originMs: number },
): OutputInstant | undefined {
  if (contextTime <= 0 || performanceTime <= 0) return undefined;
  if (performanceTime > now.ms + AHEAD_MS) return undefined;
  return { contextTimeS: contextTime, atMs: now.originMs + performanceTime };
}

/** The frames of an audio track as they are captured; undefined if the browser has none. */
function framesOf(track: MediaStreamTrack): ReadableStream<AudioData> | undefined {
  const { MediaStreamTrackProcessor } = globalThis as {
    readonly MediaStreamTrackProcessor?: TrackProcessor;
  };
  if (MediaStreamTrackProcessor === undefined) return undefined;
  try {
    return new MediaStreamTrackProcessor({ track, maxBufferSize: MAX_WAITING_FRAMES }).readable;
  } catch {
    // The browser's processor reads video alone.
    return undefined;
  }
}

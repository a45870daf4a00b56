import { AudioGraph, type TappableNode } from './audio-graph.ts';
import type { CallOptions, MediaEngine, MicrophoneResult } from './media-engine.ts';
import { MediaWorkerClient } from './media-worker-client.ts';
import type { MediaNotice } from './messages.ts';
import { openMicrophone } from './microphone.ts';

/** How often the distance to the ear is looked at: it changes with the device. */
const LATENCY_INTERVAL_MS = 1_000;
const LATENCY_STEP_MS = 2;

export interface BrowserMediaEngineOptions {
  /** Origin of the relay; the page's own by default. */
  readonly baseUrl?: string;
  /** Whether the browser may clean the microphone's signal up; yes by default. */
  readonly microphoneProcessing?: boolean;
  /** Given each node that carries the voice or the microphone, for tests to listen to. */
  readonly onNode?: (node: TappableNode) => void;
}

/** A call while it lasts. */
interface RunningCall {
  readonly graph: AudioGraph;
  readonly released: AbortController;
  microphone: { readonly stream: MediaStream; readonly track: MediaStreamTrack } | undefined;
  /** Counts requests, so that only the latest answer is used. */
  requests: number;
  microphoneId: string | undefined;
}

/**
 * The call's media in a browser.
 *
 * Two query parameters of the page serve tests: `?mic=raw` switches the microphone's processing
 * off, and with `?tap` a `parley:audio-node` event on the window carries each `TappableNode`.
 */
export function createMediaEngine(options: BrowserMediaEngineOptions = {}): MediaEngine {
  const query = new URLSearchParams(location.search);
  return new BrowserMediaEngine({
    baseUrl: options.baseUrl ?? location.origin,
    microphoneProcessing: options.microphoneProcessing ?? query.get('mic') !== 'raw',
    onNode:
      options.onNode ??
      ((node) => {
        if (!query.has('tap')) return;
        window.dispatchEvent(new CustomEvent('parley:audio-node', { detail: node }));
      }),
  });
}

class BrowserMediaEngine implements MediaEngine {
  readonly #options: Required<BrowserMediaEngineOptions>;
  readonly #listeners = new Set<(notice: MediaNotice) => void>();
  readonly #worker: MediaWorkerClient;
  #call: RunningCall | undefined;
  #muted = false;
  #held = false;
  #debug = false;
  #volume = 1;
  /** Ends that we asked for and were not told of yet: they are not those of the current call. */
  #stopping = 0;

  constructor(options: Required<BrowserMediaEngineOptions>) {
    this.#options = options;
    this.#worker = new MediaWorkerClient({
      onNotice: (notice) => {
        if (notice.type === 'closed') this.#onClosed();
        this.#tell(notice);
      },
      onCrash: () => this.#onCrash(),
    });
  }

  subscribe(listener: (notice: MediaNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  preload(): void {
    const load = () => this.#worker.post({ type: 'load' });
    // Safari has no idle callbacks.
    if ('requestIdleCallback' in globalThis) requestIdleCallback(load, { timeout: 2_000 });
    else setTimeout(load, 200);
  }

  async start(options: CallOptions): Promise<MicrophoneResult> {
    void this.stop();
    const { port1, port2 } = new MessageChannel();
    const call: RunningCall = {
      graph: new AudioGraph(port1, {
        onNode: (node) => this.#options.onNode(node),
        onBroken: () => this.#onUnplayable(call),
      }),
      released: new AbortController(),
      microphone: undefined,
      requests: 0,
      microphoneId: options.microphoneId,
    };
    this.#call = call;
    this.#worker.post(
      {
        type: 'start',
        baseUrl: this.#options.baseUrl,
        token: options.token,
        timeZone: options.timeZone,
        voice: options.voice,
        spoken: true,
        playback: port2,
      },
      [port2],
    );
    this.#worker.post({ type: 'set-muted', muted: this.#muted });
    if (this.#debug) this.#worker.post({ type: 'set-debug', enabled: true });
    call.graph.setVolume(this.#volume);
    this.#watch(call);
    if (options.speakerId !== undefined) void this.setSpeaker(options.speakerId).catch(() => {});
    const microphone = options.microphone
      ? this.#openMicrophone(call, options.microphoneId)
      : Promise.resolve<MicrophoneResult>({ ok: false, refusal: 'dismissed' });
    return microphone;
  }

  requestMicrophone(deviceId: string | undefined): Promise<MicrophoneResult> {
    const call = this.#call;
    if (call === undefined) return Promise.resolve({ ok: false, refusal: 'failed' });
    call.microphoneId = deviceId;
    return this.#openMicrophone(call, deviceId);
  }

  setMuted(muted: boolean): void {
    this.#muted = muted;
    this.#applyMute();
    if (this.#call !== undefined) this.#worker.post({ type: 'set-muted', muted });
  }

  async setSpeaker(deviceId: string): Promise<void> {
    await this.#call?.graph.setSpeaker(deviceId);
  }

  setVolume(volume: number): void {
    this.#volume = Math.min(1, Math.max(0, volume));
    this.#call?.graph.setVolume(this.#volume);
  }

  setVoice(voice: string): void {
    if (this.#call !== undefined) this.#worker.post({ type: 'set-voice', voice });
  }

  sendText(itemId: string, text: string): void {
    this.#worker.post({ type: 'send-text', itemId, text });
  }

  holdToTalk(held: boolean): void {
    this.#held = held;
    this.#applyMute();
    this.#worker.post({ type: 'hold-to-talk', held });
  }

  cancelResponse(): void {
    this.#worker.post({ type: 'cancel-response' });
  }

  setDebug(enabled: boolean): void {
    this.#debug = enabled;
    this.#worker.post({ type: 'set-debug', enabled });
  }

  async stop(): Promise<void> {
    if (this.#call === undefined) return;
    this.#stopping += 1;
    this.#worker.post({ type: 'stop' });
    await this.#release();
  }

  async #openMicrophone(
    call: RunningCall,
    deviceId: string | undefined,
  ): Promise<MicrophoneResult> {
    call.requests += 1;
    const request = call.requests;
    const opened = await openMicrophone({
      deviceId,
      processed: this.#options.microphoneProcessing,
    });
    if (!opened.ok) return opened;
    const { stream, track } = opened;
    const isStale = () => call.released.signal.aborted || call.requests !== request;
    try {
      if (isStale()) throw new Error('The call ended, or another microphone was chosen.');
      const port = await call.graph.connectMicrophone(stream);
      if (isStale()) throw new Error('The call ended while the microphone was connected.');
      stopTracks(call.microphone?.stream);
      call.microphone = { stream, track };
      this.#applyMute();
      // Chromium tells it; the DOM types do not know it.
      const { latency = 0 } = track.getSettings() as { readonly latency?: number };
      const latencyMs = latency * 1_000;
      this.#worker.post({ type: 'attach-capture', port, latencyMs }, [port]);
      const on = { once: true, signal: call.released.signal };
      track.addEventListener('ended', () => void this.#onMicrophoneLost(call, track), on);
      return { ok: true, deviceId: track.getSettings().deviceId ?? '', label: track.label };
    } catch {
      stopTracks(stream);
      return { ok: false, refusal: 'failed' };
    }
  }

  /** Unplugged, or taken away by the system: goes on with whatever microphone is left. */
  async #onMicrophoneLost(call: RunningCall, track: MediaStreamTrack): Promise<void> {
    if (call.microphone?.track !== track) return;
    call.microphone = undefined;
    call.graph.disconnectMicrophone();
    this.#worker.post({ type: 'detach-capture' });
    const result = await this.#openMicrophone(call, undefined);
    if (result.ok || call.released.signal.aborted) return;
    this.#tell({
      type: 'error',
      code: 'microphone_lost',
      message: 'The microphone was disconnected. Connect one, or type.',
    });
  }

  /** What the page has to notice on the worker's behalf. */
  #watch(call: RunningCall): void {
    const { signal } = call.released;
    const retry = () => {
      if (document.visibilityState === 'visible') this.#worker.post({ type: 'retry-now' });
    };
    window.addEventListener('online', retry, { signal });
    document.addEventListener('visibilitychange', retry, { signal });
    const onDevices = () => {
      // A chosen microphone that had been missing may be back.
      const missing = call.microphone === undefined && call.requests > 0;
      if (missing) void this.#openMicrophone(call, call.microphoneId);
    };
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    devices?.addEventListener('devicechange', onDevices, { signal });
    let toldMs = 0;
    const timer = setInterval(() => {
      const latencyMs = call.graph.outputLatencyMs;
      if (Math.abs(latencyMs - toldMs) < LATENCY_STEP_MS) return;
      toldMs = latencyMs;
      this.#worker.post({ type: 'output-latency', latencyMs });
    }, LATENCY_INTERVAL_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
  }

  #applyMute(): void {
    const track = this.#call?.microphone?.track;
    // The browser shows a microphone that is off as off.
    if (track !== undefined) track.enabled = !this.#muted || this.#held;
  }

  #onClosed(): void {
    if (this.#stopping > 0) this.#stopping -= 1;
    else void this.#release();
  }

  #onUnplayable(call: RunningCall): void {
    if (call.released.signal.aborted) return;
    this.#tell({
      type: 'error',
      code: 'audio_unavailable',
      message: 'This browser cannot play the voice. Answers are shown as text.',
    });
  }

  #onCrash(): void {
    this.#stopping = 0;
    // Without a call nothing was lost: the next one makes another worker.
    if (this.#call === undefined) return;
    void this.#release();
    const message = 'Something went wrong in this page. Please call again.';
    this.#tell({ type: 'error', code: 'internal_error', message });
    this.#tell({ type: 'phase', phase: 'ended' });
    this.#tell({
      type: 'closed',
      reason: { code: 1006, reason: 'worker_failed', retry: 'later', message },
    });
  }

  async #release(): Promise<void> {
    const call = this.#call;
    if (call === undefined) return;
    this.#call = undefined;
    this.#held = false;
    call.released.abort();
    stopTracks(call.microphone?.stream);
    await call.graph.close();
  }

  #tell(notice: MediaNotice): void {
    for (const listener of this.#listeners) listener(notice);
  }
}

function stopTracks(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

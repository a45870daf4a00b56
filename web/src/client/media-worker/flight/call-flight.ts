import { decodeAudioFrame } from '@parley/shared/audio-frame';
import { FlightRecorder } from '@parley/shared/flight/flight-recorder';
import type { ConnectionStatus, TrafficDirection } from '@parley/shared/link/connection-options';
import type {
  DebugEntry,
  MediaStats,
  FlightNotice,
  FlightRequest,
  MicrophoneSettings,
} from '../../messages/debug-messages.ts';
import type { MediaNotice } from '../../messages/media-messages.ts';
import type { PageRequest } from '../../messages/page-requests.ts';

/** The voice of a running call must not wait longer than this for the file to be written. */
const SLICE_MS = 4;

const STATS_INTERVAL_MS = 500;

export interface CallFlightOptions {
  now(): number;
  notify(notice: MediaNotice): void;
  /** undefined without a call. */
  stats(): Omit<MediaStats, 'atMs' | 'bytesSent'> | undefined;
}

/**
 * Hears of all that happens in a call: the flight recorder keeps it, and the debug panel shows it
 * while it is open.
 */
export class CallFlight {
  readonly #options: CallFlightOptions;
  readonly #recorder: FlightRecorder;
  #startMs: number;
  #bytesSent = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #panel: MessagePort | undefined;
  #microphone: MicrophoneSettings | null = null;

  constructor(options: CallFlightOptions) {
    this.#options = options;
    this.#startMs = options.now();
    this.#recorder = new FlightRecorder(this.#startMs, { client: 'page' });
  }

  /** A call begins: nothing of the one before is kept. */
  begin(atMs: number): void {
    this.#startMs = atMs;
    this.#bytesSent = 0;
    this.#recorder.restart(atMs);
  }

  traffic(atMs: number, direction: TrafficDirection, data: unknown): void {
    this.#recorder.traffic(atMs, direction, data);
    if (direction === 'sent') this.#bytesSent += wireBytes(data);
    if (this.#timer === undefined) return;
    const { name, seq } = describe(data);
    this.#show(atMs, direction, name, seq === undefined ? '' : `#${seq}`);
  }

  connection(atMs: number, status: ConnectionStatus): void {
    this.#recorder.connection(atMs, status);
    this.#show(atMs, 'socket', status.kind, 'attempt' in status ? `attempt ${status.attempt}` : '');
  }

  /** What the call decided by itself. */
  decision(atMs: number, source: 'vad' | 'playback', name: string, detail = ''): void {
    this.#recorder.note(atMs, { kind: 'decision', source, name, detail });
    this.#show(atMs, source, name, detail);
  }

  microphone(atMs: number, reported: object): void {
    const settings = shareable(reported);
    this.#microphone = settings;
    this.#recorder.note(atMs, { kind: 'microphone', settings });
  }

  /** The notices for the page. */
  notice(atMs: number, notice: MediaNotice | PageRequest): void {
    if (notice.type === 'levels') return this.#recorder.speech(atMs, notice.speechProbability);
    if (notice.type !== 'turn-measured') return;
    const { responseId: response_id, voiceToVoiceMs: voice_to_voice_ms, timeline } = notice.turn;
    this.#recorder.note(atMs, { kind: 'turn', response_id, voice_to_voice_ms, timeline });
  }

  /** @param panel - answers the requests of the panel, until another one or none takes its place */
  setDebug(enabled: boolean, panel: MessagePort | undefined): void {
    clearInterval(this.#timer);
    this.#panel?.close();
    this.#panel = panel;
    this.#timer = enabled ? setInterval(() => this.#sample(), STATS_INTERVAL_MS) : undefined;
    if (panel === undefined) return;
    panel.addEventListener('message', ({ data }: MessageEvent<FlightRequest>) =>
      this.#onRequest(data, panel),
    );
    panel.start();
    this.#tellStatus();
  }

  #show(atMs: number, source: DebugEntry['source'], name: string, detail: string): void {
    if (this.#timer === undefined) return;
    const entry = { atMs: atMs - this.#startMs, source, name, detail };
    this.#options.notify({ type: 'debug', entry });
  }

  #sample(): void {
    this.#tellStatus();
    const stats = this.#options.stats();
    if (stats === undefined) return;
    const atMs = this.#options.now() - this.#startMs;
    this.#options.notify({ type: 'stats', stats: { atMs, bytesSent: this.#bytesSent, ...stats } });
  }

  #onRequest(request: FlightRequest, panel: MessagePort): void {
    switch (request.type) {
      case 'set-audio-consent':
        this.#recorder.setAudioConsent(request.agreed);
        return this.#tellStatus();
      case 'save':
        void flightFile(this.#recorder).then((file) => tell(panel, { type: 'saved', file }));
    }
  }

  #tellStatus(): void {
    if (this.#panel === undefined) return;
    const { status } = this.#recorder;
    tell(this.#panel, { type: 'status', ...status, microphone: this.#microphone });
  }
}

/** Ids would identify the person's devices, and the person. */
const IDENTIFYING: readonly string[] = ['deviceId', 'groupId'];

function shareable(settings: object): MicrophoneSettings {
  return Object.fromEntries(
    Object.entries(settings).filter(
      ([name, value]) =>
        !IDENTIFYING.includes(name) && /^(string|number|boolean)$/.test(typeof value),
    ),
  ) as MicrophoneSettings;
}

function tell(panel: MessagePort, notice: FlightNotice): void {
  panel.postMessage(notice, []);
}

/** With the WebSocket's own header. */
function wireBytes(data: unknown): number {
  const length = typeof data === 'string' ? data.length : (data as Uint8Array).byteLength;
  return length + (length < 126 ? 6 : 8);
}

function describe(data: unknown): { readonly name: string; readonly seq?: number | undefined } {
  if (typeof data !== 'string') {
    const bytes = data instanceof Uint8Array ? data : new Uint8Array(data as ArrayBuffer);
    const result = decodeAudioFrame(bytes);
    return result.ok ? { name: 'audio', seq: result.frame.seq } : { name: result.fault };
  }
  try {
    const { type, seq } = JSON.parse(data) as { readonly type: string; readonly seq?: number };
    return { name: type, seq };
  } catch {
    return { name: 'unreadable' };
  }
}

/** The recording as a file, made in slices: a call may be running. */
async function flightFile(recorder: FlightRecorder): Promise<Blob> {
  const lines: string[] = [];
  let sliceMs = performance.now();
  for (const line of recorder.lines(new Date())) {
    lines.push(line, '\n');
    if (performance.now() - sliceMs < SLICE_MS) continue;
    await new Promise((resolve) => {
      setTimeout(resolve);
    });
    sliceMs = performance.now();
  }
  return new Blob(lines, { type: 'application/jsonl' });
}

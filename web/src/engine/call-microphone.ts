import type { AudioGraph } from './audio-graph.ts';
import type { MicrophoneResult } from './media-engine.ts';
import type { MediaCommand } from '../messages/media-messages.ts';
import { openMicrophone } from './microphone.ts';

export interface CallMicrophoneOptions {
  readonly graph: AudioGraph;
  /** Whether the browser may clean the signal up. */
  readonly processed: boolean;
  post(command: MediaCommand, transfer?: Transferable[]): void;
  /** It was opened, closed, lent or taken back. */
  onChanged(): void;
  /** It was taken away, and there is not another. */
  onLost(): void;
}

/** A call's microphone, from one device to the next. */
export class CallMicrophone {
  readonly #options: CallMicrophoneOptions;
  readonly #closed = new AbortController();
  #track: MediaStreamTrack | undefined;
  #deviceId: string | undefined;
  /** Counts requests, so that only the latest answer is used. */
  #requests = 0;
  #lent = false;

  constructor(options: CallMicrophoneOptions) {
    this.#options = options;
  }

  /** The open microphone's track. */
  get track(): MediaStreamTrack | undefined {
    return this.#track;
  }

  /** Whether it was left to the browser's own recogniser. */
  get isLent(): boolean {
    return this.#lent;
  }

  /** Opens `deviceId`, or the one that the system prefers, in place of the open one. */
  async open(deviceId: string | undefined): Promise<MicrophoneResult> {
    const { graph, processed, post } = this.#options;
    this.#deviceId = deviceId;
    this.#lent = false;
    this.#requests += 1;
    const request = this.#requests;
    const opened = await openMicrophone({ deviceId, processed });
    if (!opened.ok) return opened;
    const { stream, track } = opened;
    const isStale = () => this.#closed.signal.aborted || this.#requests !== request;
    try {
      if (isStale()) throw new Error('The call ended, or another microphone was chosen.');
      const port = await graph.connectMicrophone(stream);
      if (isStale()) throw new Error('The call ended while the microphone was connected.');
      this.#track?.stop();
      this.#track = track;
      // Chromium reports it; the DOM types do not know it.
      const { latency = 0 } = track.getSettings() as { readonly latency?: number };
      const latencyMs = latency * 1_000;
      post({ type: 'attach-capture', port, latencyMs }, [port]);
      const on = { once: true, signal: this.#closed.signal };
      track.addEventListener('ended', () => void this.#onTrackEnded(track), on);
      this.#options.onChanged();
      return { ok: true };
    } catch {
      track.stop();
      return { ok: false, refusal: 'failed' };
    }
  }

  /** Something was plugged in: a chosen microphone that had been missing may be back. */
  openIfMissing(): void {
    const missing = this.#track === undefined && this.#requests > 0 && !this.#lent;
    if (missing) void this.open(this.#deviceId);
  }

  /** Leaves it to the browser's own recogniser, or takes it back. */
  lend(lent: boolean): void {
    if (lent === this.#lent || this.#closed.signal.aborted) return;
    if (!lent) {
      void this.open(this.#deviceId);
      return;
    }
    if (this.#track === undefined) return;
    this.#lent = true;
    this.#letGo();
  }

  close(): void {
    this.#closed.abort();
    this.#track?.stop();
    this.#track = undefined;
  }

  /** Unplugged, or taken away by the system: goes on with any other that there is. */
  async #onTrackEnded(track: MediaStreamTrack): Promise<void> {
    if (this.#track !== track) return;
    this.#letGo();
    const chosen = this.#deviceId;
    const result = await this.open(undefined);
    // What was chosen is chosen again once it is back.
    this.#deviceId = chosen;
    if (!result.ok && !this.#closed.signal.aborted) this.#options.onLost();
  }

  #letGo(): void {
    this.#track?.stop();
    this.#track = undefined;
    this.#options.graph.disconnectMicrophone();
    this.#options.post({ type: 'detach-capture' });
    this.#options.onChanged();
  }
}

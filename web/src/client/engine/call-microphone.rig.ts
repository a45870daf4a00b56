import type { MediaCommand, MicrophoneResult } from '../messages/media-messages.ts';
import { CallMicrophone } from './call-microphone.ts';
import type { OpenedMicrophone } from './microphone.ts';

/** A browser whose answers are given one by one, and a call that keeps the microphone's books. */
export class Room {
  readonly tracks: FakeTrack[] = [];
  readonly results: MicrophoneResult[] = [];
  readonly posted: MediaCommand['type'][] = [];
  readonly requests: (string | undefined)[] = [];
  /** What is awaited: an answer of the browser or a worklet that loads. */
  readonly waiting: (() => void)[] = [];
  /** Ends each breath that was begun. */
  readonly breaths: (() => void)[] = [];
  readonly microphone: CallMicrophone;
  refusal: 'denied' | 'not-found' | null = null;
  /** Whether the browser cancels the echo. */
  isCancelled = true;
  /** What the system prefers, and what is plugged in. */
  system = 'desk';
  inputs = ['desk', 'headset'];
  isSilenced = false;
  isStill = false;
  switches = 0;
  openings = 0;
  mostOpenings = 0;
  connected: MediaStream | null = null;

  constructor() {
    this.microphone = new CallMicrophone({
      request: (deviceId) => this.#request(deviceId),
      graph: {
        connectMicrophone: async (stream) => {
          await this.#wait();
          this.connected = stream;
          return { kind: 'worklet', port: new MessageChannel().port1 };
        },
        disconnectMicrophone: () => (this.connected = null),
        primeEchoCanceller: () => new Promise((resolve) => this.breaths.push(resolve)),
      },
      post: ({ type }) => void this.posted.push(type),
      onChanged: () => {},
      listInputs: async () => [
        { deviceId: 'default', label: this.system },
        ...this.inputs.map((deviceId) => ({ deviceId, label: deviceId })),
      ],
      onSilenced: (isSilenced) => (this.isSilenced = isSilenced),
      onStill: (isStill) => (this.isStill = isStill),
      onSwitched: () => (this.switches += 1),
      onResult: (result) => this.results.push(result),
    });
  }

  get live(): readonly FakeTrack[] {
    return this.tracks.filter((track) => track.readyState === 'live');
  }

  /** Answers all that is awaited, and all that follows from it. */
  async settle(): Promise<void> {
    for (let round = 0; round < 40; round += 1) {
      this.waiting.shift()?.();
      await pause();
    }
  }

  async #request(deviceId: string | undefined): Promise<OpenedMicrophone> {
    this.requests.push(deviceId);
    this.openings += 1;
    this.mostOpenings = Math.max(this.mostOpenings, this.openings);
    await this.#wait();
    this.openings -= 1;
    if (this.refusal !== null) return { ok: false, refusal: this.refusal };
    const track = new FakeTrack(deviceId, this.isCancelled);
    this.tracks.push(track);
    const stream = { id: `stream of ${deviceId}` };
    return { ok: true, stream, track } as unknown as OpenedMicrophone;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

export class FakeTrack extends EventTarget {
  readonly deviceId: string | undefined;
  readonly isCancelled: boolean;
  readyState: MediaStreamTrackState = 'live';
  muted = false;
  enabled = true;

  constructor(deviceId: string | undefined, isCancelled: boolean) {
    super();
    this.isCancelled = isCancelled;
    this.deviceId = deviceId;
  }

  stop(): void {
    this.readyState = 'ended';
  }

  unplug(): void {
    if (this.readyState === 'ended') return;
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }

  getSettings(): MediaTrackSettings {
    const echoCancellation = this.isCancelled;
    return { echoCancellation, ...(this.deviceId !== undefined && { deviceId: this.deviceId }) };
  }
}

/** Lets what was answered take effect, through as many promises as lie between. */
export async function pause(): Promise<void> {
  for (let tick = 0; tick < 12; tick += 1) await Promise.resolve();
}

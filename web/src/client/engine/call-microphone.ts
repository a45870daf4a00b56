import type { AudioGraph } from './audio-graph.ts';
import type {
  CaptureSource,
  MediaCommand,
  MicrophoneRefusal,
  MicrophoneResult,
} from '../messages/media-messages.ts';
import { answerWithin } from '../../lib/answer-within.ts';
import type { OpenedMicrophone } from './microphone.ts';
import { SilentMicrophone } from './silent-microphone.ts';

type InputDevice = Pick<MediaDeviceInfo, 'deviceId' | 'label'>;

export interface CallMicrophoneOptions {
  readonly graph: Pick<
    AudioGraph,
    'connectMicrophone' | 'disconnectMicrophone' | 'primeEchoCanceller'
  >;
  /** Asks the browser; waits for the person's answer, however long that takes. */
  request(deviceId: string | undefined): Promise<OpenedMicrophone>;
  post(command: MediaCommand, transfer?: Transferable[]): void;
  /** The microphone was opened, closed, lent or taken back. */
  onChanged(): void;
  /** The inputs there are, the system's choice among them as `default` if the browser lists that. */
  listInputs(): Promise<readonly InputDevice[]>;
  /** The system silences it although it is open, or no longer does. */
  onSilenced(isSilenced: boolean): void;
  /** It is open and nothing comes from it, although it was asked for anew; or it is heard again. */
  onStill(isStill: boolean): void;
  /** Another one took its place without the person's doing. @param label '' if it has no name */
  onSwitched(label: string): void;
  /** What became of it without a request: it was lost, or came back. */
  onResult(result: MicrophoneResult): void;
}

/** A context that does not play must not keep people from interrupting for ever. */
const PRIMING_DEADLINE_MS = 5_000;
/** How long what is being said waits for another microphone; it ends then, and may begin anew. */
const SUCCESSOR_DEADLINE_MS = 2_000;

/** A device that is to be heard; another object is another wish, even for the same device. */
interface Wish {
  readonly deviceId: string | undefined;
}

/** Refusals that end when something is plugged in. A person who refused is not asked again. */
const CURABLE: ReadonlySet<MicrophoneRefusal> = new Set(['not-found', 'in-use', 'lost', 'failed']);

/**
 * A call's microphone, from one device to the next.
 *
 * One opening runs at a time, and the newest wish wins: a microphone opened for an older one is
 * released, and each request gets the result of the newest. WebKit, which reports a change of
 * devices in the very moment in which it grants the microphone, starts no second opening.
 */
export class CallMicrophone {
  readonly #options: CallMicrophoneOptions;
  readonly #closed = new AbortController();
  #track: MediaStreamTrack | undefined;
  /** What the person chose, which a stand-in does not change. */
  #chosen: string | undefined;
  /** undefined: not to be heard, because it is lent, refused or the call is over. */
  #wish: Wish | undefined;
  #opening: Promise<MicrophoneResult> | undefined;
  #isMissing = false;
  #lent = false;
  #silence = new SilentMicrophone();
  /** What the system's choice was called when the microphone was opened. */
  #defaultLabel: string | undefined;

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
  open(deviceId: string | undefined): Promise<MicrophoneResult> {
    this.#chosen = deviceId;
    this.#silence = new SilentMicrophone();
    this.#options.onStill(false);
    return this.#want(deviceId);
  }

  /**
   * Something was plugged in or out, or the system prefers another: a microphone that had been
   * missing may be back, and so may the chosen one; the system's choice is followed.
   */
  async devicesChanged(): Promise<void> {
    if (this.#opening !== undefined) return;
    if (this.#isMissing) {
      const result = await this.#want(this.#chosen);
      if (result.ok) this.#tell(result);
      return;
    }
    if (this.#track === undefined) return;
    const track = this.#track;
    const inputs = await this.#inputs();
    if (this.#track !== track || this.#opening !== undefined) return;
    const isListed = inputs.some(({ deviceId }) => deviceId === this.#chosen);
    const isBack = isListed && track.getSettings().deviceId !== this.#chosen;
    // Browsers that do not list the system's choice follow it by themselves.
    const label = labelOfDefault(inputs);
    const isMoved =
      this.#chosen === undefined && label !== undefined && label !== this.#defaultLabel;
    if (!isBack && !isMoved) return;
    const result = await this.#want(this.#chosen);
    if (result.ok) this.#tellSwitched();
  }

  /** For one more second nothing came from it, or sound comes again. */
  heard(what: 'still' | 'sound'): void {
    if (what === 'sound') {
      this.#silence.sound();
      return this.#options.onStill(false);
    }
    if (this.#opening !== undefined) return;
    const isOn = this.#track?.enabled === true && !this.#track.muted;
    if (!isOn) return this.#silence.restart();
    const remedy = this.#silence.still();
    if (remedy === 'reopen') void this.#reopen();
    if (remedy === 'report') this.#options.onStill(true);
  }

  /** Leaves it to the browser's own recogniser, or takes it back. */
  lend(lent: boolean): void {
    if (lent === this.#lent || this.#closed.signal.aborted) return;
    if (!lent) {
      void this.#want(this.#chosen).then((result) => result.ok || this.#tell(result));
      return;
    }
    if (this.#track === undefined) return;
    this.#lent = true;
    this.#wish = undefined;
    this.#letGo();
    this.#detach();
  }

  close(): void {
    this.#closed.abort();
    this.#wish = undefined;
    this.#letGo();
  }

  #want(deviceId: string | undefined): Promise<MicrophoneResult> {
    if (this.#closed.signal.aborted) return Promise.resolve({ ok: false, refusal: 'failed' });
    this.#lent = false;
    const isBeingOpened = this.#opening !== undefined && this.#wish?.deviceId === deviceId;
    if (!isBeingOpened || this.#wish === undefined) this.#wish = { deviceId };
    this.#opening ??= this.#openNewest();
    return this.#opening;
  }

  async #openNewest(): Promise<MicrophoneResult> {
    let result: MicrophoneResult = { ok: false, refusal: 'failed' };
    let wish: Wish | undefined;
    while (this.#wish !== undefined && this.#wish !== wish) {
      wish = this.#wish;
      // oxlint-disable-next-line no-await-in-loop -- one opening at a time
      result = await this.#openOne(wish);
    }
    this.#opening = undefined;
    if (this.#lent) return { ok: true };
    this.#isMissing = !result.ok && CURABLE.has(result.refusal);
    return result;
  }

  async #openOne(wish: Wish): Promise<MicrophoneResult> {
    const failed = { ok: false, refusal: 'failed' } as const;
    const opened = await this.#options.request(wish.deviceId).catch(() => failed);
    if (!opened.ok) return opened;
    const { stream, track } = opened;
    try {
      if (this.#wish !== wish) throw new Error('Another microphone is wanted by now, or none.');
      const source = await this.#options.graph.connectMicrophone(stream);
      // The track may have ended while it was connected, and says so only once.
      if (this.#wish === wish && track.readyState === 'live') {
        this.#attach(track, source);
        return { ok: true };
      }
      this.#abandon(track, source);
      return failed;
    } catch {
      track.stop();
      return failed;
    }
  }

  #attach(track: MediaStreamTrack, source: CaptureSource): void {
    this.#track?.stop();
    this.#track = track;
    // Chromium reports it; the DOM types do not know it.
    const settings: MediaTrackSettings & { readonly latency?: number } = track.getSettings();
    const latencyMs = (settings.latency ?? 0) * 1_000;
    const isPriming = settings.echoCancellation !== false;
    this.#options.post({ type: 'attach-capture', source, latencyMs, isPriming, settings }, [
      source.kind === 'worklet' ? source.port : source.frames,
    ]);
    if (isPriming) void this.#prime(track);
    const on = { once: true, signal: this.#closed.signal };
    track.addEventListener('ended', () => void this.#onTrackEnded(track), on);
    this.#watchSilence(track);
    this.#options.onChanged();
    void this.#inputs().then((inputs) => {
      this.#defaultLabel = labelOfDefault(inputs);
    });
  }

  /** Each track has an echo canceller of its own, which a muted one keeps. */
  async #prime(track: MediaStreamTrack): Promise<void> {
    const primed = this.#options.graph.primeEchoCanceller().catch(() => {});
    await answerWithin(PRIMING_DEADLINE_MS, primed, undefined);
    if (this.#track === track) this.#options.post({ type: 'capture-primed' });
  }

  #watchSilence(track: MediaStreamTrack): void {
    const look = (): void => {
      if (this.#track !== track) return;
      this.#silence.doubt();
      this.#options.onSilenced(track.muted);
    };
    const { signal } = this.#closed;
    track.addEventListener('mute', look, { signal });
    track.addEventListener('unmute', look, { signal });
    look();
  }

  /** Connected in vain; the one before it is disconnected by that. */
  #abandon(track: MediaStreamTrack, source: CaptureSource): void {
    // The frames of a track end with it.
    track.stop();
    if (source.kind === 'worklet') source.port.close();
    this.#letGo();
    this.#detach();
  }

  /** Unplugged, or taken away by the system: continues with any other microphone. */
  async #onTrackEnded(track: MediaStreamTrack): Promise<void> {
    if (this.#track !== track) return;
    // An opening that runs anyway replaces it, and its caller gets the result.
    const asked = this.#opening;
    const result = await this.#replace(undefined);
    if (asked !== undefined) return;
    if (result.ok) return this.#tellSwitched();
    this.#isMissing = true;
    this.#tell(result.refusal === 'not-found' ? { ok: false, refusal: 'lost' } : result);
  }

  async #reopen(): Promise<void> {
    const result = await this.#replace(this.#chosen);
    if (!result.ok) this.#tell(result);
  }

  /** The old one is let go first: browsers give the same source again while a track of it is open. */
  async #replace(deviceId: string | undefined): Promise<MicrophoneResult> {
    this.#letGo();
    // Until then the open utterance stays open, for the next microphone to continue.
    const deadline = setTimeout(() => this.#detach(), SUCCESSOR_DEADLINE_MS);
    const result = await (this.#opening ?? this.#want(deviceId));
    clearTimeout(deadline);
    this.#detach();
    return result;
  }

  #tell(result: MicrophoneResult): void {
    if (!this.#closed.signal.aborted) this.#options.onResult(result);
  }

  #letGo(): void {
    this.#track?.stop();
    this.#track = undefined;
    this.#options.graph.disconnectMicrophone();
    if (!this.#closed.signal.aborted) this.#options.onChanged();
  }

  /** The worker has no microphone any more, unless another one took its place. */
  #detach(): void {
    // The worker may be in another call by now.
    if (this.#closed.signal.aborted || this.#track !== undefined) return;
    this.#options.post({ type: 'detach-capture' });
  }

  #tellSwitched(): void {
    if (!this.#closed.signal.aborted) this.#options.onSwitched(this.#track?.label ?? '');
  }

  #inputs(): Promise<readonly InputDevice[]> {
    return this.#options.listInputs().catch(() => []);
  }
}

function labelOfDefault(inputs: readonly InputDevice[]): string | undefined {
  return inputs.find(({ deviceId }) => deviceId === 'default')?.label;
}

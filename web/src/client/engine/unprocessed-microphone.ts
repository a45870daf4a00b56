import type { MediaCommand } from '../messages/media-messages.ts';
import { openMicrophone, type OpenedMicrophone } from './microphone.ts';
import { framesOf } from './track-frames.ts';

export interface UnprocessedMicrophoneOptions {
  /** Opens this device without the browser's processing. */
  request(deviceId: string | undefined): Promise<OpenedMicrophone>;
  post(command: MediaCommand, transfer: Transferable[]): void;
}

/**
 * The call's microphone once more, without the browser's processing: what its echo canceller
 * suppresses of a person who speaks over our voice is in there.
 */
export class UnprocessedMicrophone {
  readonly #options: UnprocessedMicrophoneOptions;
  /** The processed track that is followed. */
  #processed: MediaStreamTrack | undefined;
  #track: MediaStreamTrack | undefined;
  #isOpen = false;

  constructor(options: UnprocessedMicrophoneOptions) {
    this.#options = options;
  }

  /**
   * @param processed - the call's track; undefined if it has none
   * @param isOpen - whether it is heard, or muted
   */
  follow(processed: MediaStreamTrack | undefined, isOpen: boolean): void {
    this.#isOpen = isOpen;
    if (processed !== this.#processed) {
      this.#processed = processed;
      this.#track?.stop();
      this.#track = undefined;
      if (processed !== undefined) void this.#open(processed);
    }
    // The browser shows a microphone as off once all its tracks are.
    if (this.#track !== undefined) this.#track.enabled = isOpen;
  }

  async #open(processed: MediaStreamTrack): Promise<void> {
    const { deviceId, echoCancellation } = processed.getSettings();
    // Where the browser cancels nothing, it suppresses nothing either.
    if (echoCancellation === false) return;
    const opened = await this.#options.request(deviceId).catch(() => undefined);
    if (opened?.ok !== true) return;
    const { track } = opened;
    const frames = this.#processed === processed ? framesOf(track) : undefined;
    if (frames === undefined || track.getSettings().deviceId !== deviceId) {
      return track.stop();
    }
    this.#track = track;
    track.enabled = this.#isOpen;
    const { latency = 0 } = track.getSettings() as { readonly latency?: number };
    const latencyMs = latency * 1_000;
    this.#options.post({ type: 'attach-unprocessed', frames, latencyMs }, [frames]);
  }
}

/** In this browser; undefined if it cannot hear one microphone in two ways at once. */
export function unprocessedMicrophone(
  post: UnprocessedMicrophoneOptions['post'],
): UnprocessedMicrophone | undefined {
  if (!isBearable()) return undefined;
  return new UnprocessedMicrophone({
    request: (deviceId) => openMicrophone({ deviceId, processed: false }),
    post,
  });
}

/**
 * In Firefox the unprocessed track takes the echo canceller from the other, in Safari it silences
 * it, and a phone has one way for all.
 */
function isBearable(): boolean {
  const { userAgentData } = navigator as { readonly userAgentData?: { readonly mobile: boolean } };
  return 'MediaStreamTrackProcessor' in globalThis && userAgentData?.mobile === false;
}

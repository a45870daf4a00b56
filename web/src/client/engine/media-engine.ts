import type { Assistant } from './call-tools.ts';
import type { BrowserHelp } from '../messages/page-requests.ts';
import type {
  CallChoices,
  ChangedChoices,
  Credentials,
  MediaNotice,
  MicrophoneResult,
} from '../messages/media-messages.ts';
import type { CheckEvent } from './sound-check/sound-check-events.ts';

export interface CallOptions extends CallChoices {
  /** Origin of the relay, e.g. `http://localhost:8787`. */
  readonly relay: string;
  readonly credentials: Credentials;
  /** What the browser is to do by itself. */
  readonly browserHelp: BrowserHelp;
  /** An earlier conversation to continue; undefined: a new one. */
  readonly conversationId: string | undefined;
  /** false: a typed call, the microphone is not asked for. */
  readonly microphone: boolean;
  readonly microphoneId: string | undefined;
  readonly speakerId: string | undefined;
}

export interface SoundCheckOptions {
  /** Origin of the relay; null if none is known. */
  readonly relay: string | null;
  readonly microphoneId: string | undefined;
  readonly speakerId: string | undefined;
  /** 0–1 */
  readonly volume: number;
}

/**
 * All of the call's media, as the page sees it: commands in, notices out, never a sample.
 * The store is given one of these; tests give it a scripted one.
 */
export interface MediaEngine {
  /** @returns its disposer */
  subscribe(listener: (notice: MediaNotice) => void): () => void;
  /** Begins fetching the worker and the VAD in idle time; safe to call often. */
  preload(): void;
  /**
   * Starts a call from within a person's gesture: asks for the microphone while everything else
   * loads. A refused microphone still leaves a call that can be typed to.
   */
  start(options: CallOptions): Promise<MicrophoneResult>;
  /** Asks (again) for the microphone within a running call. */
  requestMicrophone(deviceId: string | undefined): Promise<MicrophoneResult>;
  setMuted(muted: boolean): void;
  setSpeaker(deviceId: string): Promise<void>;
  /** 0–1 */
  setVolume(volume: number): void;
  choose(choices: ChangedChoices): void;
  /** Only with the person's consent. What the relay makes of it comes as a `session` notice. */
  setRecording(recording: boolean): void;
  /** For this call and later ones; what is left out stays. */
  setAssistant(assistant: Assistant): void;
  /** What the browser is to do by itself from now on. */
  setBrowserHelp(help: BrowserHelp): void;
  /** The account's token was renewed: the running call must not end with the old one. */
  setToken(token: string): void;
  sendText(itemId: string, text: string): void;
  /** `false` also ends what is said without a hold: the person has finished. */
  holdToTalk(held: boolean): void;
  /** Tries to reach the relay now instead of when the next attempt is due. */
  retryNow(): void;
  cancelResponse(): void;
  /** @param panel - by which the debug panel reaches the flight recorder */
  setDebug(enabled: boolean, panel?: MessagePort): void;
  /**
   * Checks what a call needs, from within a person's gesture. Ends when `signal` is aborted, and
   * leaves neither microphone nor audio open. Never throws.
   */
  checkSound(options: SoundCheckOptions, signal: AbortSignal): AsyncIterable<CheckEvent>;
  /** Ends the call and releases microphone, socket and audio. */
  stop(): Promise<void>;
  /** After `stop`: lets the worker go, too. All that comes after it does nothing. */
  end(): void;
}

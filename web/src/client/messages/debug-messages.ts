import type { LineState } from '@parley/shared/link/line-state';

/** Gauges sampled twice a second while the panel is open. */
export interface MediaStats {
  /** Since the call began. */
  readonly atMs: number;
  readonly rttMs: number | null;
  /** Sent but not yet acknowledged. */
  readonly unackedMs: number;
  /** Received but not yet played. */
  readonly jitterBufferMs: number;
  /** How much the jitter buffer wants before it starts. */
  readonly jitterTargetMs: number;
  readonly underruns: number;
  readonly chunksSent: number;
  /** Since the call began, with the headers of messages; of one socket. */
  readonly bytesSent: number;
  readonly line: LineState;
  readonly reconnects: number;
  /** How much softer than it is played the voice comes back; null until it is known. */
  readonly echoDb: number | null;
  readonly echoDelayMs: number | null;
}

export interface DebugEntry {
  /** Since the call began. */
  readonly atMs: number;
  readonly source: 'sent' | 'received' | 'vad' | 'socket' | 'playback';
  /** Event type or what happened. */
  readonly name: string;
  /** A few words; never audio. */
  readonly detail: string;
}

/** Without identifiers of devices. */
export type MicrophoneSettings = Readonly<Record<string, string | number | boolean>>;

/** What the debug panel asks of the flight recorder, over a port of its own. */
export type FlightRequest =
  /** Whether the microphone's audio is kept: only with the person's consent. */
  | { readonly type: 'set-audio-consent'; readonly agreed: boolean }
  /** The recording as a file. */
  | { readonly type: 'save' };

/** The flight recorder's messages to the panel. */
export type FlightNotice =
  /** Twice a second, and after each change of the consent. */
  | {
      readonly type: 'status';
      /** How much of the last call is kept. */
      readonly durationMs: number;
      readonly bytes: number;
      readonly hasAudioConsent: boolean;
      /** The settings of the microphone that was opened last, as the browser reports them. */
      readonly microphone: MicrophoneSettings | null;
    }
  | { readonly type: 'saved'; readonly file: Blob };

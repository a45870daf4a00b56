import type { AudioFrame } from '../protocol/audio-frame.ts';
import type { CloseReason } from '../protocol/close-codes.ts';
import type { ParleyError } from '../protocol/errors.ts';
import type { RelayEvent } from '../protocol/relay-events.ts';
import type { ClientError } from './client-error.ts';
import type { LineState } from './line-state.ts';
import type { LineWishes } from './line-watch.ts';
import type { WebSocketConstructor } from './relay-socket.ts';
import type { SessionApi, SessionRequest } from './session-api.ts';

export type ConnectionStatus =
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly attempt: number; readonly retryInMs: number }
  | { readonly kind: 'closed'; readonly reason: CloseReason };

export type TrafficDirection = 'sent' | 'received';

export interface RelayConnectionOptions {
  readonly api: SessionApi;
  /** What to ask of a new session. */
  request(): SessionRequest;
  /** Whether a session that cannot be resumed is followed by a new one. */
  readonly replacesSession: boolean;
  readonly WebSocket: WebSocketConstructor;
  readonly random: () => number;
  /** Absent: speech is always PCM16. */
  readonly line?: LineWishes;
  now(): number;
  onStatus(status: ConnectionStatus): void;
  onEvent(event: RelayEvent): void;
  onAudio(frame: AudioFrame): void;
  /** The session was not granted; it is tried again unless the status becomes `closed`. */
  onProblem(problem: ParleyError | ClientError): void;
  /** Replies of the old session will not go on. */
  onSessionLost?(): void;
  /** Each message on the socket, as it is: it must not be written to. */
  onTraffic?(direction: TrafficDirection, data: unknown): void;
  /** A message that is not in the protocol was ignored. */
  onMalformed?(fault: string): void;
  /** Another codec, for another reason, or another number of sockets. */
  onLine?(state: LineState): void;
}

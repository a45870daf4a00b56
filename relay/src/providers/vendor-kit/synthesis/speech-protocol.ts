import type { VendorSocket } from '../websocket/vendor-socket.ts';
import type { ClauseSpeech } from './clause-speech.ts';

/** What a protocol may do with its socket. */
export type SpokenSocket = Pick<VendorSocket, 'sendText' | 'failure'>;

/** One vendor's messages for speech over a socket, for one use of the socket. */
export interface SpeechProtocol {
  /** Whether no more clauses may be submitted here, though the rest of the others still comes. */
  readonly isFull?: boolean;
  submit(socket: SpokenSocket, clause: ClauseSpeech): void;
  /** Adds what a message holds to the clauses it is about. @throws ProviderError */
  receive(socket: SpokenSocket, message: string): void;
  /** The same for audio outside of messages. @throws ProviderError */
  receiveAudio?(socket: SpokenSocket, bytes: Uint8Array): void;
  /** Called once, before `cancel`: nothing more of what was submitted is received. */
  over?(): void;
  /** Nothing more is wanted. @returns whether the socket is as good as new for another reply */
  cancel(socket: SpokenSocket): boolean;
}

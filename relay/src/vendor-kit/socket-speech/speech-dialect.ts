import type { VendorSocket } from '../websocket/vendor-socket.ts';
import type { ClauseSpeech } from './clause-speech.ts';

/** What a dialect may do with its socket. */
export type SpokenSocket = Pick<VendorSocket, 'sendText' | 'failure'>;

/** How one vendor is told what to say over a socket, and how it answers. For one use of a socket. */
export interface SpeechDialect {
  /** Whether nothing more may be handed over here, though what was still comes. */
  readonly isFull?: boolean;
  /** Hands a clause over. */
  submit(socket: SpokenSocket, clause: ClauseSpeech): void;
  /** Adds what a message holds to the clauses it is about. @throws ProviderError */
  hear(socket: SpokenSocket, message: string): void;
  /** The same for audio outside of messages. @throws ProviderError */
  hearAudio?(socket: SpokenSocket, bytes: Uint8Array): void;
  /** Nothing more is wanted. @returns whether the socket is as good as new for someone else */
  leave(socket: SpokenSocket): boolean;
}

import { CLOSE_REASONS, type CloseReasonName } from '@parley/shared';

/** As much of a WebSocket as the outbox uses. */
export interface OutboxSocket {
  send(data: string | Uint8Array): void;
  /** Bytes handed over but not yet taken by the network. */
  readonly bufferedAmount: number;
}

/** As much of a WebSocket as a session uses. */
export interface SessionSocket extends OutboxSocket {
  close(code: number, reason: string): void;
  /** Cuts the connection without a goodbye. */
  terminate(): void;
  /** WebSocket ping frame: any client answers it, even one that is busy. */
  ping(): void;
}

export function closeSocket(socket: Pick<SessionSocket, 'close'>, reason: CloseReasonName): void {
  const entry = CLOSE_REASONS[reason];
  socket.close(entry.code, entry.reason);
}

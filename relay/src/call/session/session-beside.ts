import { AudioFrameKind, decodeAudioFrame, MAX_CLIENT_EVENT_BYTES } from '@parley/shared';
import { Allowance } from './inbox-allowances.ts';
import { closeSocket, type SessionSocket } from './session-socket.ts';

/** What takes the messages of a client. */
export interface BesideInbox {
  /** The newest message that arrived. */
  readonly lastSeq: number;
  receiveText(text: string): void;
  receiveAudio(bytes: Uint8Array): void;
}

/** One in which more waits is no longer quick, and gets nothing more until it has drained. */
const MAX_BUFFERED_BYTES = 64 * 1024;
const HEARTBEAT_MS = 15_000;
/** Heartbeats that may go without a sign of life. */
const MISSED_HEARTBEATS = 2;

/**
 * A second socket of a client whose line loses packets: it carries the same messages beside the
 * first, so that what one of the two delays comes by the other.
 *
 * Of what arrives on it, the very next message is taken, and a ping; all else the first one has
 * brought or will bring, for that one is whole. So this socket has no state to be resumed, and its
 * end means nothing for the call.
 */
export class SessionBeside {
  readonly #inbox: () => BesideInbox | undefined;
  #socket: SessionSocket | undefined;
  #missed = 0;
  #sinceHeartbeatMs = 0;
  /** Doubles are passed over without counting in the call's allowances, but not without end. */
  readonly #doubles = new Allowance({ capacity: 1_500, perSecond: 60 });

  /** @param inbox - undefined unless the client has resumed the session on its first socket */
  constructor(inbox: () => BesideInbox | undefined) {
    this.#inbox = inbox;
  }

  /**
   * One that still stands is replaced: its client has given it up.
   *
   * @returns false if there is no first socket
   */
  attach(socket: SessionSocket): boolean {
    if (this.#inbox() === undefined) return false;
    this.close();
    this.#socket = socket;
    this.#missed = 0;
    return true;
  }

  /** The socket is gone, if it is this one. */
  detach(socket: SessionSocket): void {
    if (this.#socket === socket) this.#socket = undefined;
  }

  /** Voice in PCM goes over the first socket alone: twice its bytes make a bad line worse. */
  send(data: string | Uint8Array): void {
    const socket = this.#socket;
    if (socket === undefined || socket.bufferedAmount > MAX_BUFFERED_BYTES) return;
    if (typeof data !== 'string' && data[0] === AudioFrameKind.downlink) return;
    socket.send(data);
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) closeSocket(socket, 'replaced');
  }

  heard(socket: SessionSocket): void {
    if (this.#socket === socket) this.#missed = 0;
  }

  receive(socket: SessionSocket, data: string | Uint8Array): void {
    const inbox = this.#inbox();
    if (this.#socket !== socket || inbox === undefined) return;
    this.#missed = 0;
    const isText = typeof data === 'string';
    const seq = isText ? seqOfEvent(data) : seqOfFrame(data);
    if (seq === 'ping' || seq === inbox.lastSeq + 1) {
      if (isText) inbox.receiveText(data);
      else inbox.receiveAudio(data);
    } else if (!this.#doubles.take()) {
      this.#socket = undefined;
      closeSocket(socket, 'rateLimited');
    }
  }

  /** Called about once a second. */
  check(elapsedMs: number): void {
    this.#doubles.refill(elapsedMs);
    this.#sinceHeartbeatMs += elapsedMs;
    if (this.#sinceHeartbeatMs < HEARTBEAT_MS) return;
    this.#sinceHeartbeatMs = 0;
    this.#missed += 1;
    if (this.#missed > MISSED_HEARTBEATS) this.#socket?.terminate();
    else this.#socket?.ping();
  }
}

function seqOfEvent(text: string): number | 'ping' | undefined {
  if (text.length > MAX_CLIENT_EVENT_BYTES) return undefined;
  try {
    const { type, seq } = JSON.parse(text) as { readonly type?: unknown; readonly seq?: unknown };
    if (type === 'ping') return 'ping';
    return typeof seq === 'number' ? seq : undefined;
  } catch {
    return undefined;
  }
}

function seqOfFrame(bytes: Uint8Array): number | undefined {
  const result = decodeAudioFrame(bytes);
  return result.ok ? result.frame.seq : undefined;
}

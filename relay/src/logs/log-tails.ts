import { LOG_LEVELS, type LogFilter, type LogNotice } from '@parley/shared';
import { outsideBoundaries } from '../lib/error-boundary.ts';
import type { LogTap } from '../lib/log-tap.ts';

/** Tails at the same time. */
export const MAX_TAILS = 8;
/** What may wait for one client to read it. */
const MAX_UNREAD_BYTES = 256 * 1024;
/** Lines that may wait to be handed to the tails: those of one turn of the event loop. */
const MAX_WAITING_CHARACTERS = 1024 * 1024;

/** As much of a WebSocket as a tail uses. */
export interface TailSocket {
  readonly bufferedAmount: number;
  /** @param sent - called once it is handed to the network */
  send(text: string, sent: () => void): void;
}

/** One client that follows the log. */
export interface LogTail extends Disposable {
  /** From now on only these lines. */
  show(filter: LogFilter): void;
  notify(notice: LogNotice): void;
}

/**
 * The clients that follow the log while it is written.
 *
 * Lines are looked at after the work that wrote them, not within it, and only while there is a
 * client. One that does not read loses lines and is told how many.
 */
export class LogTails {
  readonly #tap: LogTap;
  readonly #tails = new Set<Tail>();
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #leftOut = 0;
  #stopListening: (() => void) | undefined;

  constructor(tap: LogTap) {
    this.#tap = tap;
  }

  get isFull(): boolean {
    return this.#tails.size >= MAX_TAILS;
  }

  /** The caller disposes of it when the client is gone. */
  open(socket: TailSocket, filter: LogFilter): LogTail {
    const tail = new Tail(socket, filter, () => this.#close(tail));
    this.#tails.add(tail);
    this.#stopListening ??= this.#tap.listen((line) => this.#take(line));
    tail.notify({ filter });
    return tail;
  }

  #close(tail: Tail): void {
    this.#tails.delete(tail);
    if (this.#tails.size > 0) return;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  #take(line: string): void {
    if (this.#waitingCharacters + line.length > MAX_WAITING_CHARACTERS) {
      this.#leftOut++;
      return;
    }
    // The session that wrote the line does not answer for those who read it.
    if (this.#waiting.length === 0) outsideBoundaries(() => setImmediate(() => this.#handOut()));
    this.#waiting.push(line);
    this.#waitingCharacters += line.length;
  }

  #handOut(): void {
    const lines = this.#waiting;
    const leftOut = this.#leftOut;
    this.#waiting = [];
    this.#waitingCharacters = 0;
    this.#leftOut = 0;
    for (const line of lines) {
      const entry = entryOf(line);
      for (const tail of this.#tails) tail.offer(entry);
    }
    for (const tail of this.#tails) tail.missed(leftOut);
  }
}

/** A line of the log, and what filters ask of it. */
interface LogEntry {
  readonly line: string;
  /** Place in `LOG_LEVELS`. */
  readonly rank: number;
  readonly session: unknown;
  readonly tags: readonly unknown[];
}

function entryOf(line: string): LogEntry {
  const fields = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const { level, sessionId: session, tags } = fields;
  return {
    line: line.trimEnd(),
    rank: LOG_LEVELS.findIndex((name) => name === level),
    session,
    tags: Array.isArray(tags) ? tags : [],
  };
}

class Tail implements LogTail {
  readonly #socket: TailSocket;
  readonly #onClose: () => void;
  #filter: LogFilter;
  #dropped = 0;

  constructor(socket: TailSocket, filter: LogFilter, onClose: () => void) {
    this.#socket = socket;
    this.#filter = filter;
    this.#onClose = onClose;
  }

  show(filter: LogFilter): void {
    this.#filter = filter;
    this.notify({ filter });
  }

  notify(notice: LogNotice): void {
    this.#send(JSON.stringify(notice));
  }

  offer(entry: LogEntry): void {
    if (!matches(entry, this.#filter)) return;
    this.#tellDropped();
    if (this.#dropped > 0 || !this.#hasRoom(entry.line.length)) this.#dropped++;
    else this.#send(entry.line);
  }

  /** @param count - lines that no tail was offered */
  missed(count: number): void {
    this.#dropped += count;
    this.#tellDropped();
  }

  [Symbol.dispose](): void {
    this.#onClose();
  }

  #send(text: string): void {
    this.#socket.send(text, () => this.#tellDropped());
  }

  #hasRoom(bytes: number): boolean {
    return this.#socket.bufferedAmount + bytes <= MAX_UNREAD_BYTES;
  }

  /** Once half of what waited is read: otherwise the next line would be lost again. */
  #tellDropped(): void {
    if (this.#dropped === 0 || !this.#hasRoom(MAX_UNREAD_BYTES / 2)) return;
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.notify({ dropped });
  }
}

function matches({ rank, session, tags }: LogEntry, filter: LogFilter): boolean {
  const { level, session: wantedSession, tag } = filter;
  if (level !== undefined && rank > LOG_LEVELS.indexOf(level)) return false;
  if (wantedSession !== undefined && session !== wantedSession) return false;
  return tag === undefined || tags.includes(tag);
}

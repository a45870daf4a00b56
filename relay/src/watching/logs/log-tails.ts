import { LOG_LEVELS, MAX_EARLIER_LINES, type LogFilter, type LogNotice } from '@parley/shared';
import type { Clock } from '../../base/lib/clock.ts';
import { outsideBoundaries } from '../../base/lib/error-boundary.ts';
import type { LogTap } from '../../base/lib/log-tap.ts';

/** Tails at the same time. */
export const MAX_TAILS = 8;
/** What may wait for one client to read it. */
const MAX_UNREAD_BYTES = 256 * 1024;
/** Lines are handed to the tails together, which costs a busy relay a fraction: people read them. */
const HAND_OUT_MS = 100;
/** Lines that may wait for that. */
const MAX_WAITING_CHARACTERS = 1024 * 1024;
/** How each line begins. */
const LEVEL = /^\{"level":"(\w+)"/;

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
  /** A line of another relay's log, which has applied the filter. */
  pass(line: string): void;
  /** @param count - lines that the client was not offered */
  missed(count: number): void;
}

/**
 * The clients that follow the log while it is written.
 *
 * Lines are looked at a moment after the work that wrote them, not within it, and only while there
 * is a client; the last ones are kept for the next to begin with. A client that does not read loses
 * lines and gets their number.
 */
export class LogTails {
  readonly #clock: Clock;
  /** Id of this relay among others, which each line then names. */
  readonly #relay: string | undefined;
  readonly #tails = new Set<Tail>();
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #leftOut = 0;
  readonly #earlier: string[] = [];

  constructor(tap: LogTap, clock: Clock, relay?: string) {
    this.#clock = clock;
    this.#relay = relay;
    tap.listen((line) => this.#take(line));
  }

  get isFull(): boolean {
    return this.#tails.size >= MAX_TAILS;
  }

  /**
   * The caller disposes of it when the client is gone.
   *
   * @param last - of so many earlier lines at most it begins with those that the filter lets through
   */
  open(socket: TailSocket, filter: LogFilter, last = 0): LogTail {
    // Lines that wait are not for this one, nor, below, for a filter that comes later.
    this.#handOut();
    const tail = new Tail(socket, filter, {
      handOut: () => this.#handOut(),
      close: () => void this.#tails.delete(tail),
    });
    this.#tails.add(tail);
    tail.notify({ filter });
    const first = Math.max(0, this.#earlier.length - last);
    for (const line of this.#earlier.slice(first)) tail.offer(new LogEntry(line, this.#relay));
    return tail;
  }

  #take(line: string): void {
    if (this.#earlier.push(line) > MAX_EARLIER_LINES) this.#earlier.shift();
    if (this.#tails.size === 0) return;
    if (this.#waitingCharacters + line.length > MAX_WAITING_CHARACTERS) {
      this.#leftOut++;
      return;
    }
    // The session that wrote the line does not answer for its readers.
    if (this.#waiting.length === 0) {
      outsideBoundaries(() => this.#clock.after(HAND_OUT_MS, () => this.#handOut()));
    }
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
      const entry = new LogEntry(line, this.#relay);
      for (const tail of this.#tails) tail.offer(entry);
    }
    for (const tail of this.#tails) tail.missed(leftOut);
  }
}

/** A line of the log, and what filters ask of it. */
class LogEntry {
  /** Without its newline. */
  readonly line: string;
  /** Place in `LOG_LEVELS`. */
  readonly rank: number;
  readonly relay: string | undefined;
  #fields: Readonly<Record<string, unknown>> | undefined;

  constructor(line: string, relay: string | undefined) {
    this.line = line.trimEnd();
    if (relay !== undefined) this.line = `${this.line.slice(0, -1)},"relay":"${relay}"}`;
    this.relay = relay;
    const level = LEVEL.exec(line)?.[1];
    this.rank = LOG_LEVELS.findIndex((name) => name === level);
  }

  get session(): unknown {
    return this.#parsed['sessionId'];
  }

  get tags(): readonly unknown[] {
    const { tags } = this.#parsed;
    return Array.isArray(tags) ? tags : [];
  }

  /** Most tails show all lines, and need none of it. */
  get #parsed(): Readonly<Record<string, unknown>> {
    return (this.#fields ??= JSON.parse(this.line) as Readonly<Record<string, unknown>>);
  }
}

interface TailOwner {
  /** Offers the lines that wait to all tails. */
  handOut(): void;
  close(): void;
}

class Tail implements LogTail {
  readonly #socket: TailSocket;
  readonly #owner: TailOwner;
  #filter: LogFilter;
  #dropped = 0;

  constructor(socket: TailSocket, filter: LogFilter, owner: TailOwner) {
    this.#socket = socket;
    this.#filter = filter;
    this.#owner = owner;
  }

  show(filter: LogFilter): void {
    this.#owner.handOut();
    this.#filter = filter;
    this.notify({ filter });
  }

  notify(notice: LogNotice): void {
    this.#send(JSON.stringify(notice));
  }

  offer(entry: LogEntry): void {
    if (matches(entry, this.#filter)) this.pass(entry.line);
  }

  pass(line: string): void {
    this.#tellDropped();
    if (this.#dropped > 0 || !this.#hasRoom(line.length)) this.#dropped++;
    else this.#send(line);
  }

  missed(count: number): void {
    this.#dropped += count;
    this.#tellDropped();
  }

  [Symbol.dispose](): void {
    this.#owner.close();
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

function matches(entry: LogEntry, filter: LogFilter): boolean {
  const { level, session: wantedSession, tag, relay } = filter;
  if (relay !== undefined && relay !== 'all' && relay !== entry.relay) return false;
  if (level !== undefined && entry.rank > LOG_LEVELS.indexOf(level)) return false;
  if (wantedSession !== undefined && entry.session !== wantedSession) return false;
  return tag === undefined || entry.tags.includes(tag);
}

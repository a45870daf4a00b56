import { relayUrl } from '@parley/shared/page-paths';
import { createStore } from 'zustand/vanilla';
import {
  BEARER_SUBPROTOCOL_PREFIX,
  LOG_PATHS,
  MAX_EARLIER_LINES,
  LOG_SUBPROTOCOL,
  type LogFilter,
  LOG_LEVELS,
  logNoticeSchema,
  type LogLevel,
} from '@parley/shared';

/** A stack trace says what it has to say in this. */
const MAX_CHARACTERS = 2_000;

const MAX_MESSAGE_CHARACTERS = 500;

/** One message of the log's tail, as it is shown. */
type TailMessage =
  | {
      readonly kind: 'line';
      /** ISO 8601; empty if the line has none. */
      readonly at: string;
      readonly level: LogLevel;
      readonly message: string;
      /** All other fields, as `name=value`. */
      readonly fields: string;
    }
  /** So many lines were left out by the relay. */
  | { readonly kind: 'dropped'; readonly count: number };

export type TailEntry = TailMessage & { readonly id: number };

export interface TailState {
  readonly connection: 'connecting' | 'live' | 'lost';
  /** The oldest first, `MAX_ENTRIES` at most. */
  readonly entries: readonly TailEntry[];
}

/** As much of a WebSocket as a tail uses. */
export type LogFeedSocket = Pick<WebSocket, 'addEventListener' | 'send' | 'close'>;

export interface LogTailOptions {
  /** Origin of the relay and the token; null if there is none. May reject. */
  readonly access: () => Promise<{ readonly origin: string; readonly token: string } | null>;
  readonly openSocket: (url: string, protocols: string[]) => LogFeedSocket;
}

export const MAX_ENTRIES = 500;
/** A log may write thousands of lines a second; a screen shows ten times as many states. */
const FLUSH_MS = 100;
const CONNECT_DEADLINE_MS = 10_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 8_000;

export type LogFeed = ReturnType<typeof createLogTail>;

/** The relay's log, from its last lines on: what a filter lets through. Reconnects. */
export function createLogTail({ access, openSocket }: LogTailOptions) {
  const store = createStore<TailState>(() => ({ connection: 'connecting', entries: [] }));
  let filter: LogFilter = { level: 'info' };
  let socket: LogFeedSocket | null = null;
  let isLive = false;
  let retryMs = FIRST_RETRY_MS;
  let ids = 0;
  let seenUpTo = '';
  let waiting: TailMessage[] = [];
  let flushTimer: ReturnType<typeof setTimeout> | undefined;

  const flush = (): void => {
    flushTimer = undefined;
    const added = inOrder(waiting).map((message) => ({ ...message, id: (ids += 1) }));
    waiting = [];
    store.setState(({ entries }) => ({ entries: [...entries, ...added].slice(-MAX_ENTRIES) }));
  };
  const onMessage = ({ data }: MessageEvent): void => {
    const message = tailMessageOf(String(data));
    if (message === null || isSeen(message, seenUpTo)) return;
    // A page in the background is not given the time to flush.
    if (waiting.push(message) > MAX_ENTRIES && waiting.shift() !== undefined) ids += 1;
    flushTimer ??= setTimeout(flush, FLUSH_MS);
  };

  /** One connection, until it is lost. */
  const connect = async (signal: AbortSignal): Promise<void> => {
    const found = await access();
    if (found === null || signal.aborted) return;
    const lost = Promise.withResolvers<void>();
    const mine = openSocket(urlOf(found.origin, filter), [
      LOG_SUBPROTOCOL,
      BEARER_SUBPROTOCOL_PREFIX + base64Url(found.token),
    ]);
    socket = mine;
    const asked = filter;
    seenUpTo = latestAt(store.getState().entries);
    const deadline = setTimeout(() => mine.close(), CONNECT_DEADLINE_MS);
    const stop = (): void => mine.close();
    signal.addEventListener('abort', stop);
    mine.addEventListener('open', () => {
      clearTimeout(deadline);
      isLive = true;
      retryMs = FIRST_RETRY_MS;
      if (filter !== asked) mine.send(JSON.stringify(filter));
      store.setState({ connection: 'live' });
    });
    mine.addEventListener('message', onMessage);
    mine.addEventListener('close', () => lost.resolve());
    await lost.promise;
    clearTimeout(deadline);
    signal.removeEventListener('abort', stop);
    if (socket !== mine) return;
    socket = null;
    isLive = false;
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await connect(signal).catch(() => {});
      if (signal.aborted) return;
      store.setState({ connection: 'lost' });
      await pause(retryMs, signal);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
  };

  return {
    store,
    /** Follows the log until the disposer that is returned is called. */
    start(): () => void {
      const over = new AbortController();
      void run(over.signal);
      return () => {
        over.abort();
        clearTimeout(flushTimer);
        flushTimer = undefined;
      };
    },
    /** From now on only these lines; what is there stays. */
    show(next: LogFilter): void {
      filter = next;
      if (isLive) socket?.send(JSON.stringify(filter));
    },
    clear(): void {
      waiting = [];
      store.setState({ entries: [] });
    },
  };
}

/** The lines of several relays come one relay after the other; a notice stands where it came. */
function inOrder(messages: readonly TailMessage[]): readonly TailMessage[] {
  let at = '';
  const placed = messages.map((message) => {
    if (message.kind === 'line') at = message.at;
    return { at, message };
  });
  return placed
    .toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
    .map(({ message }) => message);
}

/** A relay that is connected again sends its last lines once more. */
function isSeen(message: TailMessage, seenUpTo: string): boolean {
  return message.kind === 'line' && message.at !== '' && message.at <= seenUpTo;
}

function latestAt(entries: readonly TailEntry[]): string {
  const line = entries.findLast((entry) => entry.kind === 'line');
  return line?.at ?? '';
}

function urlOf(origin: string, filter: LogFilter): string {
  const url = new URL(relayUrl(origin.replace(/^http/, 'ws'), LOG_PATHS.tail));
  for (const [name, value] of Object.entries({ ...filter, last: `${MAX_EARLIER_LINES}` })) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}

/** Tokens are ASCII. */
function base64Url(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = (): void => {
    clearTimeout(timer);
    resolve();
  };
  signal.addEventListener('abort', stop, { once: true });
  return promise.finally(() => signal.removeEventListener('abort', stop));
}

/** @returns null for what is not to be shown */
export function tailMessageOf(text: string): TailMessage | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  if ('msg' in parsed) return lineOf(parsed);
  const notice = logNoticeSchema.safeParse(parsed);
  return notice.success && 'dropped' in notice.data
    ? { kind: 'dropped', count: notice.data.dropped }
    : null;
}

function lineOf({ level, time, msg, ...rest }: Readonly<Record<string, unknown>>): TailMessage {
  const fields = Object.entries(rest).map(([name, value]) => `${name}=${valueText(value)}`);
  return {
    kind: 'line',
    at: typeof time === 'string' ? time : '',
    level: LOG_LEVELS.find((name) => name === level) ?? 'info',
    message: String(msg).slice(0, MAX_MESSAGE_CHARACTERS),
    fields: fields.join(' ').slice(0, MAX_CHARACTERS),
  };
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type ServerOptions, type WebSocket } from 'ws';
import { z } from 'zod/mini';
import {
  BEARER_SUBPROTOCOL_PREFIX,
  ERRORS,
  LOG_SUBPROTOCOL,
  logFilterSchema,
  logNoticeSchema,
  MAX_EARLIER_LINES,
  ParleyError,
  type ErrorCode,
  type LogFilter,
} from '@parley/shared';
import type { Clock } from '../base/lib/clock.ts';
import { Cork } from '../base/lib/cork.ts';
import { parseJson } from '../base/lib/json.ts';
import type { LogTap } from '../base/lib/log-tap.ts';
import type { Logger } from '../base/lib/logger.ts';
import { LimitReached } from '../people/limits/limit-reached.ts';
import type { PeerLogs } from '../replicas/peer-tails.ts';
import { LogTails, MAX_TAILS, type LogTail } from '../watching/logs/log-tails.ts';
import { closeSocket } from '../call/session/session-socket.ts';
import { administratorOf, type AdminAccess } from './admin-only.ts';

/** A filter is three short fields. */
const MAX_MESSAGE_BYTES = 4 * 1024;
/** How often a client must show that it is there, and an account that it still may. */
const CHECK_INTERVAL_MS = 30_000;
const CLOSE_TIMEOUT_MS = 5_000;

export type RefuseUpgrade = (
  request: IncomingMessage,
  socket: Duplex,
  code: ErrorCode,
  detail?: string,
) => void;

export interface LogSocketsOptions {
  readonly tap: LogTap;
  readonly access: AdminAccess;
  /** undefined: this relay is the only one. */
  readonly others?: PeerLogs | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Answers an upgrade that is refused. */
  readonly refuse: RefuseUpgrade;
}

interface Follower {
  readonly request: IncomingMessage;
  readonly authorization: string;
  /** What its address asks for. */
  readonly filter: LogFilter;
  readonly last: number | undefined;
  /** Of two pings in a row one must be answered. */
  unanswered: number;
}

/** The WebSockets on which administrators follow the log while it is written. */
export class LogSockets implements Disposable {
  readonly #options: LogSocketsOptions;
  readonly #server: WebSocketServer;
  readonly #tails: LogTails;
  readonly #followers = new Map<WebSocket, Follower>();
  #cancelCheck: (() => void) | undefined;
  #isStopped = false;

  constructor(options: LogSocketsOptions) {
    this.#options = options;
    this.#tails = new LogTails(options.tap, options.clock, options.others?.id);
    // `closeTimeout` is not in the published types yet.
    const serverOptions: ServerOptions & { readonly closeTimeout: number } = {
      noServer: true,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      closeTimeout: CLOSE_TIMEOUT_MS,
      handleProtocols: (offered) => (offered.has(LOG_SUBPROTOCOL) ? LOG_SUBPROTOCOL : false),
    };
    this.#server = new WebSocketServer(serverOptions);
    this.#server.on('wsClientError', (_error, socket, request) =>
      options.refuse(request, socket, 'invalid_request'),
    );
  }

  /** Upgrades a request whose host and origin may be here. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { refuse, logger } = this.#options;
    this.#admit(request)
      .then((admitted) => {
        if (socket.destroyed) return;
        this.#requireRoom();
        this.#server.handleUpgrade(request, socket, head, (webSocket) =>
          this.#follow(webSocket, { request, ...admitted, unanswered: 0 }, socket),
        );
      })
      .catch((err: unknown) => {
        if (err instanceof ParleyError) return refuse(request, socket, err.code, err.detail);
        logger.error({ err }, 'request failed unexpectedly');
        refuse(request, socket, 'internal_error');
      });
  };

  /** @throws ParleyError */
  async #admit(request: IncomingMessage) {
    const offered = (request.headers['sec-websocket-protocol'] ?? '')
      .split(',')
      .map((protocol) => protocol.trim());
    if (!offered.includes(LOG_SUBPROTOCOL)) {
      throw new ParleyError('invalid_request', { detail: `Offer ${LOG_SUBPROTOCOL}.` });
    }
    const authorization = authorizationOf(offered);
    await administratorOf(this.#options.access, request, authorization);
    const query = new URLSearchParams(request.url!.split('?')[1]);
    const { last, ...filter } = checked(openingSchema, Object.fromEntries(query));
    return { authorization, filter, last };
  }

  /** @throws ParleyError `draining`, `rate_limited` */
  #requireRoom(): void {
    if (this.#isStopped) throw new ParleyError('draining');
    if (!this.#tails.isFull) return;
    throw new ParleyError('rate_limited', {
      detail: `${MAX_TAILS} clients follow the log already.`,
    });
  }

  #follow(webSocket: WebSocket, follower: Follower, connection: Duplex): void {
    const { clock, others } = this.#options;
    const { authorization, filter, last } = follower;
    const cork = new Cork(connection);
    const tail = this.#tails.open(
      {
        get bufferedAmount() {
          return webSocket.bufferedAmount;
        },
        send(text, sent) {
          // The lines of one moment leave together.
          cork.hold();
          webSocket.send(text, sent);
        },
      },
      filter,
      last,
    );
    const peers = others?.tailsFor({ authorization, take: (text) => passOn(tail, text) });
    peers?.show(filter, last);
    this.#followers.set(webSocket, follower);
    this.#cancelCheck ??= clock.after(CHECK_INTERVAL_MS, () => this.#check());
    // The close that follows it says what an error means.
    webSocket.on('error', () => {});
    webSocket.on('pong', () => (follower.unanswered = 0));
    webSocket.on('message', (data: RawData) => {
      const shown = receive(tail, (data as Buffer).toString('utf8'));
      if (shown !== undefined) peers?.show(shown);
    });
    webSocket.on('close', () => {
      peers?.[Symbol.dispose]();
      tail[Symbol.dispose]();
      this.#followers.delete(webSocket);
    });
  }

  [Symbol.dispose](): void {
    this.#isStopped = true;
    this.#cancelCheck?.();
    for (const webSocket of this.#followers.keys()) closeSocket(webSocket, 'draining');
    this.#server.close();
  }

  #check(): void {
    const { access, clock } = this.#options;
    this.#cancelCheck = undefined;
    if (this.#followers.size === 0) return;
    this.#cancelCheck = clock.after(CHECK_INTERVAL_MS, () => this.#check());
    for (const [webSocket, follower] of this.#followers) {
      if (++follower.unanswered > 2) webSocket.terminate();
      else webSocket.ping();
      administratorOf(access, follower.request, follower.authorization).catch((err: unknown) => {
        // If others at its address guess tokens, that is not the client's fault.
        if (!(err instanceof LimitReached)) closeSocket(webSocket, 'signedOut');
      });
    }
  }
}

function authorizationOf(offered: readonly string[]): string {
  const encoded = offered
    .find((protocol) => protocol.startsWith(BEARER_SUBPROTOCOL_PREFIX))
    ?.slice(BEARER_SUBPROTOCOL_PREFIX.length);
  return `Bearer ${Buffer.from(encoded ?? '', 'base64url').toString('utf8')}`;
}

const openingSchema = z.extend(logFilterSchema, {
  last: z.optional(z.coerce.number().check(z.int(), z.gte(0), z.lte(MAX_EARLIER_LINES))),
});

/** @throws ParleyError `invalid_request` */
function checked<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new ParleyError('invalid_request', {
    detail: `${path.join('.') || 'filter'}: ${message}.`,
  });
}

/** What another relay shows of its log; its answers to filters are not for the client. */
function passOn(tail: LogTail, text: string): void {
  if (text.startsWith('{"level":')) return tail.pass(text);
  const notice = logNoticeSchema.safeParse(parseJson(text)).data;
  if (notice !== undefined && 'dropped' in notice) tail.missed(notice.dropped);
}

/** The client wants to see other lines from now on. @returns which, if that can be */
function receive(tail: LogTail, text: string): LogFilter | undefined {
  try {
    const filter = checked(logFilterSchema, JSON.parse(text));
    tail.show(filter);
    return filter;
  } catch (error) {
    const code: ErrorCode = error instanceof ParleyError ? error.code : 'malformed_json';
    const detail = error instanceof ParleyError ? ` ${error.detail}` : '';
    tail.notify({ error: { code, message: ERRORS[code].message + detail } });
    return undefined;
  }
}

import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type ServerOptions, type WebSocket } from 'ws';
import {
  API_PATHS,
  BESIDE_SUBPROTOCOL_PREFIX,
  CLOSE_REASONS,
  ERRORS,
  LOG_PATHS,
  MAX_AUDIO_FRAME_BYTES,
  RESUME_SUBPROTOCOL_PREFIX,
  SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
  type CloseReasonName,
  ParleyError,
} from '@parley/shared';
import { isOriginAllowed } from '../people/auth/origins.ts';
import type { OwnHosts } from '../people/auth/own-hosts.ts';
import type { RequestTraces } from '../watching/exporters/request-tracer.ts';
import { within } from '../base/lib/error-boundary.ts';
import { fingerprint, newId } from '../base/lib/ids.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { RefusalLog } from '../base/lib/refusal-log.ts';
import { LimitReached, type RequestLimit } from '../people/limits/limit-reached.ts';
import type { Admission } from '../call/session/admission.ts';
import type { SessionCreator } from '../call/session/session-creator.ts';
import type { SessionRegistry } from '../call/session/session-registry.ts';
import type { Session } from '../call/session/session.ts';
import { closeSocket, type SessionSocket } from '../call/session/session-socket.ts';
import { basePathOf, withoutBase } from './base-path.ts';
import { FOREIGN_HOST_DETAIL, MALFORMED_HOST_DETAIL } from './admission.ts';
import { LogSockets, type LogSocketsOptions, type RefuseUpgrade } from './log-sockets.ts';
import { ownOrigins, secureAddress } from './secure-transport.ts';
import { addresseeOf, MAX_LOGGED_CHARACTERS, problemBody } from './problem.ts';
import { endWith } from './server.ts';
import type { CallRouter, Shown } from '../replicas/call-router.ts';
import type { TrustedProxies } from './trusted-proxies.ts';
import { Cork } from '../base/lib/cork.ts';

/**
 * How long a client may take to answer a close. Data it has not taken in by then is freed, and a
 * relay that stops need not wait for it any longer.
 */
const CLOSE_TIMEOUT_MS = 5_000;

type Take = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** WebSockets of another protocol, at a path of their own. */
export interface OtherSockets {
  readonly path: string;
  /** Host, origin and transport are as they should be. */
  readonly upgrade: (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    refuse: RefuseUpgrade,
  ) => void;
  /** What its clients read of an error beside what Parley's do. */
  refusal(status: number): object;
}

export interface RealtimeOptions {
  readonly sessions: SessionCreator;
  readonly registry: SessionRegistry;
  /** Late answers of a relay that is late look like a bad line: it takes no second sockets then. */
  readonly admission: Pick<Admission, 'isOpen'>;
  readonly allowedOrigins: readonly string[];
  readonly publicUrl: string | undefined;
  readonly hosts: OwnHosts;
  readonly proxies: TrustedProxies;
  readonly logger: Logger;
  readonly refusals: RefusalLog;
  /** undefined: requests are not traced. */
  readonly traces?: RequestTraces | undefined;
  /** Finds calls that other relays hold; undefined: this relay is the only one. */
  readonly router?: Pick<CallRouter, 'route' | 'isFromPeer'> | undefined;
  /** Of other protocols than Parley's. */
  readonly others?: readonly OtherSockets[];
  /** The live tail of the log; undefined: there is none. */
  readonly logs?: Omit<LogSocketsOptions, 'refuse'> | undefined;
}

/**
 * Takes WebSockets from `server`, without the web framework in between: per message that costs a
 * third less.
 *
 * A foreign host or origin is refused before the upgrade. A bad ticket is refused after it, by
 * close code, because a browser does not show a page the reason of a refused upgrade.
 *
 * @returns what stops taking them
 */
export function acceptRealtime(server: Server, options: RealtimeOptions): () => void {
  const { allowedOrigins, publicUrl, hosts, proxies, refusals, traces, router } = options;
  const { others = [] } = options;
  const basePath = basePathOf(publicUrl);
  // `closeTimeout` is not in the published types yet.
  const socketOptions: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    // Speech does not compress, and deflate costs four times the rest of the work.
    perMessageDeflate: false,
    maxPayload: MAX_AUDIO_FRAME_BYTES,
    closeTimeout: CLOSE_TIMEOUT_MS,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  };
  const sockets = new WebSocketServer(socketOptions);

  const otherAt = (url: string) => others.find(({ path }) => path === url.split('?', 1)[0]);
  const refuse: RefuseUpgrade = (request, socket, code, detail) => {
    const requestId = newId('req');
    const { status } = ERRORS[code];
    const traceId = traces?.traceIdOf(requestId);
    const fields = { requestId, traceId, status, code, ...addresseeOf(request.headers) };
    if (refusals.write(proxies.clientAddress(request), fields, 'upgrade refused')) {
      const path = request.url!.split('?', 1)[0]!.slice(0, MAX_LOGGED_CHARACTERS);
      const beganAtMs = Date.now();
      traces?.refused({ requestId, method: 'GET', path, status, code, beganAtMs });
    }
    // Required of a server that does not speak the client's version (RFC 6455 §4.4).
    const version = ['Sec-WebSocket-Version: 13'];
    const { error } = problemBody(code, requestId, { detail, traceId });
    const more = otherAt(request.url!)?.refusal(status);
    endWith(socket, status, { error: { ...error, ...more } }, version);
  };
  const logs = options.logs && new LogSockets({ ...options.logs, refuse });
  // Not a WebSocket handshake: another version, no key, another protocol.
  sockets.on('wsClientError', (_error, socket, request) =>
    refuse(request, socket, 'invalid_request'),
  );

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const offered = offeredProtocols(request.headers);
    if (!offered.includes(SUBPROTOCOL)) return refuse(request, socket, 'invalid_request');
    const accept = () =>
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        connect(webSocket, request, socket, offered, options);
      });
    if (router === undefined) return accept();
    void router.route(request, socket, head, shownIn(offered)).then((route) => {
      if (route === 'here') accept();
      // Its client tries again.
      else if (route === 'elsewhere') refuse(request, socket, 'draining');
    });
  };

  const takers = new Map<string, Take>([[API_PATHS.realtime, upgrade]]);
  if (logs !== undefined) takers.set(LOG_PATHS.tail, logs.upgrade);
  for (const other of others) {
    takers.set(other.path, (...taken) => other.upgrade(...taken, refuse));
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    request.url = withoutBase(request.url!, basePath);
    // Not by `new URL`, which throws on targets such as `//`, outside of any request's handler.
    const take = takers.get(request.url.split('?', 1)[0]!);
    if (take === undefined) return refuse(request, socket, 'not_found');
    if (router?.isFromPeer(request) === true) return take(request, socket, head);
    const host = hosts.judge(request);
    if (host === 'malformed') {
      return refuse(request, socket, 'invalid_request', MALFORMED_HOST_DETAIL);
    }
    if (host === 'foreign') {
      return refuse(request, socket, 'host_not_allowed', FOREIGN_HOST_DETAIL);
    }
    const address = secureAddress(request, publicUrl, proxies);
    // Browsers follow no redirection of a WebSocket.
    if (address !== undefined) return refuse(request, socket, 'https_required', `Use ${address}.`);
    const own = ownOrigins(request, allowedOrigins, proxies);
    if (!isOriginAllowed(request.headers.origin, own, allowedOrigins)) {
      return refuse(request, socket, 'origin_not_allowed');
    }
    take(request, socket, head);
  };

  server.on('upgrade', onUpgrade);
  return () => {
    server.off('upgrade', onUpgrade);
    logs?.[Symbol.dispose]();
    sockets.close();
  };
}

function connect(
  webSocket: WebSocket,
  request: IncomingMessage,
  connection: Duplex,
  offered: readonly string[],
  options: RealtimeOptions,
): void {
  const { sessions, registry, admission, logger } = options;
  webSocket.on('error', (error) => logger.debug({ err: error }, 'socket failed'));
  const ticket = credential(offered, TICKET_SUBPROTOCOL_PREFIX);
  const resumeToken = credential(offered, RESUME_SUBPROTOCOL_PREFIX);
  const besideToken = credential(offered, BESIDE_SUBPROTOCOL_PREFIX);
  if (besideToken !== undefined) {
    const session = admission.isOpen ? registry.find(fingerprint(besideToken)) : undefined;
    if (session === undefined || !serveBeside(session, webSocket, connection)) {
      refuseConnection(webSocket, request, 'sessionGone', options);
    }
    return;
  }
  const isResuming = ticket === undefined && resumeToken !== undefined;
  const begin = (session: Session | undefined) => {
    if (session !== undefined) {
      return serve(session, webSocket, connection, isResuming ? 'resuming' : 'created');
    }
    refuseConnection(webSocket, request, isResuming ? 'sessionGone' : 'ticketInvalid', options);
  };
  const fail = (err: unknown) => {
    if (err instanceof ParleyError && err.code === 'draining') {
      return refuseConnection(webSocket, request, 'draining', options);
    }
    if (err instanceof LimitReached) {
      return refuseConnection(webSocket, request, 'ticketInvalid', options, err.limit);
    }
    logger.error({ err }, 'session could not be opened');
    closeSocket(webSocket, 'internal');
  };
  try {
    const resumeKey = isResuming ? fingerprint(resumeToken) : '';
    const opened = ticket === undefined ? registry.find(resumeKey) : sessions.open(ticket);
    if (!(opened instanceof Promise)) return begin(opened);
    // Without a listener messages would be lost.
    webSocket.pause();
    void opened
      .then(begin)
      .catch(fail)
      .finally(() => webSocket.resume());
  } catch (err) {
    fail(err);
  }
}

function refuseConnection(
  webSocket: WebSocket,
  request: IncomingMessage,
  refusal: CloseReasonName,
  { proxies, refusals }: Pick<RealtimeOptions, 'proxies' | 'refusals'>,
  limit?: RequestLimit,
): void {
  const { reason } = CLOSE_REASONS[refusal];
  refusals.write(
    proxies.clientAddress(request),
    { requestId: newId('req'), reason, limit },
    'connection refused',
  );
  closeSocket(webSocket, refusal);
}

function serve(
  session: Session,
  webSocket: WebSocket,
  connection: Duplex,
  how: 'created' | 'resuming',
): void {
  const socket = new SessionWebSocket(webSocket, connection);
  webSocket.on('message', (data: RawData, isBinary: boolean) => {
    // The default binary type delivers one Buffer, never fragments.
    if (!isBinary) {
      const text = (data as Buffer).toString('utf8');
      return within(session, () => session.receiveText(socket, text));
    }
    // The hot path starts nothing that goes on after it: what it throws, it throws here.
    try {
      session.receiveAudio(socket, data as Buffer);
    } catch (error) {
      session.failed(error);
    }
  });
  webSocket.on('pong', () => session.heard());
  webSocket.on('close', (code) => within(session, () => session.detach(socket, code)));
  within(session, () => session.attach(socket, how));
}

/** @returns false if the session does not take the socket */
function serveBeside(session: Session, webSocket: WebSocket, connection: Duplex): boolean {
  const { beside } = session;
  const socket = new SessionWebSocket(webSocket, connection);
  webSocket.on('message', (data: RawData, isBinary: boolean) => {
    const message = isBinary ? (data as Buffer) : (data as Buffer).toString('utf8');
    within(session, () => beside.receive(socket, message));
  });
  webSocket.on('pong', () => beside.heard(socket));
  webSocket.on('close', () => beside.detach(socket));
  return beside.attach(socket);
}

export function offeredProtocols(headers: IncomingHttpHeaders): readonly string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
}

function shownIn(offered: readonly string[]): Shown {
  const keyOf = (prefix: string) => {
    const token = credential(offered, prefix);
    return token === undefined ? undefined : fingerprint(token);
  };
  return {
    ticket: credential(offered, TICKET_SUBPROTOCOL_PREFIX),
    resumeKey: keyOf(RESUME_SUBPROTOCOL_PREFIX),
    besideKey: keyOf(BESIDE_SUBPROTOCOL_PREFIX),
  };
}

/** @returns what stands after `prefix` in the subprotocol that begins with it */
export function credential(offered: readonly string[], prefix: string): string | undefined {
  return offered.find((protocol) => protocol.startsWith(prefix))?.slice(prefix.length);
}

/** A client's WebSocket. Events come in bursts and leave together; voice does not wait for them. */
export class SessionWebSocket implements SessionSocket {
  readonly #webSocket: WebSocket;
  readonly #cork: Cork;

  /** @param connection - what `webSocket` runs over */
  constructor(webSocket: WebSocket, connection: Duplex) {
    this.#webSocket = webSocket;
    this.#cork = new Cork(connection);
  }

  get bufferedAmount(): number {
    return this.#webSocket.bufferedAmount;
  }

  send(data: string | Uint8Array): void {
    this.#cork.hold();
    this.#webSocket.send(data);
    if (typeof data !== 'string') this.#cork.hurry();
  }

  ping(): void {
    this.#webSocket.ping();
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  terminate(): void {
    this.#cork.release();
    this.#webSocket.terminate();
  }
}

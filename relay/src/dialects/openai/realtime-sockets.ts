import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { ParleyError } from '@parley/shared';
import type { SignIn } from '../../people/auth/sign-in.ts';
import type { Clock } from '../../base/lib/clock.ts';
import { within } from '../../base/lib/error-boundary.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { SessionCreator } from '../../call/session/session-creator.ts';
import type { Session } from '../../call/session/session.ts';
import { offeredProtocols, SessionWebSocket, type OtherSockets } from '../../http/realtime.ts';
import type { RefuseUpgrade } from '../../http/log-sockets.ts';
import { clientName } from '../../http/session-routes.ts';
import type { TrustedProxies } from '../../http/trusted-proxies.ts';
import { DetectorThreads } from '../calls/detector-threads.ts';
import { errorBody } from './errors.ts';
import { RealtimeCall } from './realtime-call.ts';
import {
  configOf,
  REALTIME_PATH,
  type RealtimeSessionConfig,
  type SessionUpdate,
} from './realtime-session.ts';

const SUBPROTOCOL = 'realtime';
const KEY_PREFIX = 'openai-insecure-api-key.';
/** Half a minute of PCM in base64. */
const MAX_MESSAGE_BYTES = 2 * 1024 * 1024;
/** How long a client may take to answer a close. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface RealtimeSocketsOptions {
  readonly sessions: Pick<SessionCreator, 'create' | 'open'>;
  readonly signIn: Pick<SignIn, 'identify' | 'clientSecrets'>;
  readonly proxies: TrustedProxies;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A call that may begin. */
interface Admitted {
  readonly session: Session;
  readonly conversationId: string;
  readonly config: RealtimeSessionConfig;
}

/** WebSockets of OpenAI's Realtime protocol; their hosts and origins were judged before. */
export class RealtimeSockets implements OtherSockets, AsyncDisposable {
  readonly path = REALTIME_PATH;
  readonly #options: RealtimeSocketsOptions;
  /** Of all protocols: its threads begin with the first call that is listened to here. */
  readonly detections: DetectorThreads;
  readonly #server: WebSocketServer;
  #refuse: RefuseUpgrade | undefined;

  constructor(options: RealtimeSocketsOptions) {
    this.#options = options;
    this.detections = new DetectorThreads({ clock: options.clock });
    // `closeTimeout` is not in the published types yet.
    const serverOptions: ServerOptions & { readonly closeTimeout: number } = {
      noServer: true,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      closeTimeout: CLOSE_TIMEOUT_MS,
      // The other ones that are offered hold the key, and are not repeated.
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    };
    this.#server = new WebSocketServer(serverOptions);
    this.#server.on('wsClientError', (_error, socket, request) =>
      this.#refuse?.(request, socket, 'invalid_request'),
    );
  }

  readonly upgrade = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    refuse: RefuseUpgrade,
  ): void => {
    this.#refuse = refuse;
    this.#admit(request)
      .then((admitted) => {
        let isTaken = false;
        if (!socket.destroyed) {
          this.#server.handleUpgrade(request, socket, head, (webSocket) => {
            isTaken = true;
            this.#serve(webSocket, socket, admitted);
          });
        }
        // It was no handshake, or its client is gone.
        if (!isTaken) within(admitted.session, () => admitted.session.close('normal'));
      })
      .catch((err: unknown) => {
        if (err instanceof ParleyError) return refuse(request, socket, err.code, err.detail);
        this.#options.logger.error({ err }, 'session could not be opened');
        refuse(request, socket, 'internal_error');
      });
  };

  refusal(status: number): object {
    const { type, param } = errorBody('', '', status).error;
    return { type, param };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await this.detections[Symbol.asyncDispose]();
  }

  /** @throws ParleyError */
  async #admit(request: IncomingMessage): Promise<Admitted> {
    const { sessions, signIn, proxies } = this.#options;
    const { searchParams } = new URL(request.url!, 'http://relay');
    if (searchParams.has('call_id')) {
      throw new ParleyError('not_found', { detail: 'Calls are not taken over by this relay.' });
    }
    const key = keyOf(request);
    const { identity, session: wished = '{}' } = signIn.clientSecrets.isOne(key)
      ? await signIn.clientSecrets.read(key)
      : { identity: await signIn.identify(`Bearer ${key}`) };
    const client = clientName(request.headers['user-agent']);
    const address = proxies.clientAddress(request);
    const created = await sessions.create({ identity, client, address }, {});
    const session = await sessions.open(created.ticket);
    if (session === undefined) throw new ParleyError('capacity_exhausted');
    const type = searchParams.get('intent') === 'transcription' ? 'transcription' : undefined;
    const config = configOf(
      { ...(type && { type }), ...(JSON.parse(wished) as SessionUpdate) },
      searchParams.get('model') ?? undefined,
    );
    return { session, conversationId: created.conversation_id, config };
  }

  #serve(webSocket: WebSocket, connection: Duplex, admitted: Admitted): void {
    const { clock, logger } = this.#options;
    const { detections } = this;
    const { session } = admitted;
    webSocket.on('error', (err) => logger.debug({ err }, 'socket failed'));
    const socket = new SessionWebSocket(webSocket, connection);
    const call = new RealtimeCall({ ...admitted, socket, detections, clock });
    webSocket.on('message', (data: Buffer) => within(session, () => call.receive(data.toString())));
    webSocket.on('pong', () => session.heard());
    webSocket.on('close', () => call[Symbol.dispose]());
    within(session, () => session.attach(call.client, 'created'));
  }
}

/** `''` if there is none. */
function keyOf({ headers }: IncomingMessage): string {
  const offered = offeredProtocols(headers).find((protocol) => protocol.startsWith(KEY_PREFIX));
  return offered?.slice(KEY_PREFIX.length) ?? headers.authorization?.replace(/^Bearer /i, '') ?? '';
}

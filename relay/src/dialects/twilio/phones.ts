import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { WebSocketServer, type WebSocket } from 'ws';
import { ParleyError, type ErrorCode } from '@parley/shared';
import { GUEST_ID_PREFIX, GUEST_PLAN, type Identity } from '../../people/auth/identity.ts';
import type { Config } from '../../base/config/config.ts';
import type { Clock } from '../../base/lib/clock.ts';
import { within } from '../../base/lib/error-boundary.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { isSameSecret } from '../../base/lib/same-secret.ts';
import type { SessionCreator } from '../../call/session/session-creator.ts';
import { closeSocket } from '../../call/session/session-socket.ts';
import { basePathOf } from '../../http/base-path.ts';
import type { RefuseUpgrade } from '../../http/log-sockets.ts';
import type { Dialect } from '../../http/problem.ts';
import { SessionWebSocket, type OtherSockets } from '../../http/realtime.ts';
import type { TrustedProxies } from '../../http/trusted-proxies.ts';
import type { SpeechDetections } from '../calls/speech-detection.ts';
import { PhoneCall, readPhoneMessage, type PhoneMessage } from './phone-call.ts';
import { isSignedByTwilio } from './signature.ts';

const VOICE_PATH = '/v1/twilio/voice';
const STREAM_PATH = '/v1/twilio/stream';
/** Twilio tells much of a call: its tokens alone have some kilobytes. */
const MAX_WEBHOOK_BYTES = 32 * 1024;
const MAX_MESSAGE_BYTES = 64 * 1024;
const CLOSE_TIMEOUT_MS = 5_000;
/** Twilio starts a stream as soon as its socket is open. */
const START_MS = 10_000;
/** Longer than any call. */
const IDENTITY_MS = 24 * 3_600_000;
const UNSIGNED =
  'The signature is not Twilio’s for this address: PUBLIC_URL has to be what stands in Twilio’s console.';
/** The caller hears a busy line, and may try again. */
const BUSY: ReadonlySet<ErrorCode> = new Set([
  ...(['capacity_exhausted', 'too_many_sessions', 'rate_limited'] as const),
  ...(['budget_exhausted', 'draining'] as const),
]);

type Start = Extract<PhoneMessage, { readonly event: 'start' }>['start'];

interface PhonesOptions {
  /** Of the account at Twilio. */
  readonly authToken: string;
  readonly publicUrl: string | undefined;
  readonly sessions: Pick<SessionCreator, 'create' | 'open'>;
  readonly proxies: TrustedProxies;
  readonly detections: SpeechDetections;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Adds telephones to the protocols of a relay, if it has an account at Twilio.
 *
 * @param parts - releases what they take
 */
export function withPhones(
  dialect: Dialect,
  options: Omit<PhonesOptions, 'authToken' | 'detections' | 'publicUrl'> & {
    readonly config: Pick<Config, 'publicUrl' | 'twilioAuthToken'>;
  },
  { detections }: Pick<PhonesOptions, 'detections'>,
  parts: AsyncDisposableStack,
): { readonly dialect: Dialect; readonly sockets: readonly OtherSockets[] } {
  const { twilioAuthToken: authToken, publicUrl } = options.config;
  if (authToken === undefined) return { dialect, sockets: [] };
  const phones = parts.use(new Phones({ ...options, authToken, publicUrl, detections }));
  dialect.routes.route('/', phones.routes);
  const maxBodyBytes = { ...dialect.maxBodyBytes, [VOICE_PATH]: MAX_WEBHOOK_BYTES };
  return { dialect: { ...dialect, maxBodyBytes }, sockets: [phones] };
}

/**
 * Telephones, by Twilio's Media Streams. Twilio asks what to do with a call, is told to open a
 * WebSocket with a ticket, and sends the caller's voice over that.
 */
class Phones implements OtherSockets, Disposable {
  readonly path = STREAM_PATH;
  readonly routes = new Hono<{ Bindings: HttpBindings }>();
  readonly #options: PhonesOptions;
  readonly #server: WebSocketServer;

  constructor(options: PhonesOptions) {
    this.#options = options;
    const serverOptions = {
      noServer: true,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      closeTimeout: CLOSE_TIMEOUT_MS,
    };
    this.#server = new WebSocketServer(serverOptions);
    // Signed, and no handshake: nobody reads why.
    this.#server.on('wsClientError', (_error, socket) => socket.destroy());
    this.routes.post(VOICE_PATH, async (c) => {
      const form = new URLSearchParams(await c.req.text());
      const { incoming } = c.env;
      if (!this.#isSigned(incoming, 'http', form)) {
        throw new ParleyError('forbidden', { detail: UNSIGNED });
      }
      const { language, voice } = c.req.query();
      return c.body(await this.#answer(incoming, form, { language, voice }), 200, {
        'Content-Type': 'text/xml',
      });
    });
  }

  readonly upgrade = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    refuse: RefuseUpgrade,
  ): void => {
    if (!this.#isSigned(request, 'ws')) return refuse(request, socket, 'forbidden', UNSIGNED);
    this.#server.handleUpgrade(request, socket, head, (webSocket) =>
      this.#serve(webSocket, socket),
    );
  };

  refusal(): object {
    return {};
  }

  [Symbol.dispose](): void {
    this.#server.close();
  }

  /** What Twilio is to do with a call, in its language TwiML. @throws ParleyError */
  async #answer(
    request: IncomingMessage,
    form: URLSearchParams,
    wish: { readonly language: string | undefined; readonly voice: string | undefined },
  ): Promise<string> {
    const { sessions, logger } = this.#options;
    const callSid = form.get('CallSid') ?? '';
    if (!/^CA[\da-f]{32}$/i.test(callSid)) {
      throw new ParleyError('invalid_request', { detail: 'CallSid: expected the id of a call.' });
    }
    const identity = this.#callerOf(form.get('From') ?? '');
    try {
      const { ticket } = await sessions.create(
        // Twilio's own addresses are those of all callers.
        { identity, client: 'twilio', address: identity.userId },
        // By which a call is found in Twilio's log.
        { ...wish, tags: [callSid.slice(2).toLowerCase()] },
      );
      const values = { ticket, seal: this.#seal(ticket, callSid) };
      const parameters = Object.entries(values).map(
        ([name, value]) => `<Parameter name="${name}" value="${value}"/>`,
      );
      const url = this.#address(request, 'ws', STREAM_PATH);
      return twiml(`<Connect><Stream url="${url}">${parameters.join('')}</Stream></Connect>`);
    } catch (error) {
      if (!(error instanceof ParleyError) || !BUSY.has(error.code)) throw error;
      logger.warn({ code: error.code, userId: identity.userId }, 'phone call refused');
      return twiml('<Reject reason="busy"/>');
    }
  }

  /** A guest by their number, which is kept nowhere; all that hide theirs are one. */
  #callerOf(number: string): Identity {
    const hash = createHmac('sha256', this.#options.authToken).update(`caller ${number}`);
    const userId = `${GUEST_ID_PREFIX}_tel_${hash.digest('base64url').slice(0, 22)}`;
    const expiresAtMs = Date.now() + IDENTITY_MS;
    return { userId, kind: 'guest', role: 'user', plan: GUEST_PLAN, expiresAtMs };
  }

  /** A ticket is good for the one call that it was issued for. */
  #seal(ticket: string, callSid: string): string {
    const { authToken } = this.#options;
    return createHmac('sha256', authToken)
      .update(`stream ${ticket} ${callSid}`)
      .digest('base64url');
  }

  #isSigned(request: IncomingMessage, scheme: 'http' | 'ws', form?: URLSearchParams): boolean {
    const signature = [request.headers['x-twilio-signature']].flat()[0];
    const url = this.#address(request, scheme, request.url!);
    return isSignedByTwilio(this.#options.authToken, signature, url, form);
  }

  /** Of this relay, as Twilio knows it. */
  #address(request: IncomingMessage, scheme: 'http' | 'ws', path: string): string {
    const { publicUrl, proxies } = this.#options;
    const origin =
      publicUrl === undefined
        ? `${proxies.protocol(request) ?? 'http'}://${request.headers.host}`
        : new URL(publicUrl).origin;
    return origin.replace(/^http/, scheme) + basePathOf(publicUrl).slice(0, -1) + path;
  }

  #serve(webSocket: WebSocket, connection: Duplex): void {
    const { clock, logger } = this.#options;
    let call: PhoneCall | undefined;
    let isStarted = false;
    const end = (reason: string) => {
      cancelStart();
      logger.warn({ reason, sessionId: call?.sessionId }, 'phone stream ended');
      if (call === undefined) closeSocket(webSocket, 'tooManyMalformed');
      else call.close('tooManyMalformed');
    };
    const cancelStart = clock.after(START_MS, () => end('it was not started'));
    const open = async (start: Start): Promise<void> => {
      cancelStart();
      // What comes meanwhile would be lost.
      webSocket.pause();
      try {
        call = await this.#open(start, webSocket, connection);
        if (call === undefined) end('its ticket is not valid');
      } catch (err) {
        logger.warn({ err }, 'phone call could not be opened');
        closeSocket(webSocket, 'ticketInvalid');
      }
      webSocket.resume();
    };
    webSocket.on('error', (err) => logger.debug({ err }, 'socket failed'));
    webSocket.on('message', (data: Buffer, isBinary) => {
      if (webSocket.readyState !== webSocket.OPEN) return;
      const message = isBinary ? undefined : readPhoneMessage(data.toString());
      if (message === undefined) return end('a message cannot be read');
      if (call !== undefined) return call.receive(message);
      if (message.event !== 'start') return;
      if (isStarted) return end('it was started twice');
      isStarted = true;
      void open(message.start);
    });
    webSocket.on('pong', () => call?.heard());
    webSocket.on('close', () => {
      cancelStart();
      call?.[Symbol.dispose]();
    });
  }

  /** @returns undefined if its ticket is unknown, used, expired or another call's */
  async #open(
    { streamSid, callSid, customParameters }: Start,
    webSocket: WebSocket,
    connection: Duplex,
  ): Promise<PhoneCall | undefined> {
    const { ticket = '', seal = '' } = customParameters;
    if (!isSameSecret(seal, this.#seal(ticket, callSid))) return undefined;
    const session = await this.#options.sessions.open(ticket);
    if (session === undefined) return undefined;
    const socket = new SessionWebSocket(webSocket, connection);
    const call = new PhoneCall({ ...this.#options, session, socket, streamSid });
    within(session, () => session.attach(call.client, 'created'));
    // Its line may have been lost meanwhile.
    if (webSocket.readyState !== webSocket.OPEN) call[Symbol.dispose]();
    return call;
  }
}

function twiml(verb: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${verb}</Response>`;
}

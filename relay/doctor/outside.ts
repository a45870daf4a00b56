import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import {
  API_PATHS,
  authOptionsSchema,
  CLOSE_REASONS,
  type CreateSessionResponse,
  decodeRelayEvent,
  errorResponseSchema,
  ParleyError,
  SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
} from '@parley/shared';
import { ClientError } from '@parley/shared/link/client-error';
import { requestJson } from '@parley/shared/link/relay-request';
import { SessionApi } from '@parley/shared/link/session-api';
import { relayUrl } from '@parley/shared/page-paths';
import { sleep, systemClock } from '../src/base/lib/clock.ts';
import { withDeadline } from '../src/base/lib/deadline.ts';
import { parseJson } from '../src/base/lib/json.ts';
import { noteOfNetwork } from '../src/providers/vendor-kit/http-client/failure-note.ts';

/** What was found out about one step of the way of a call, from its page on. */
export interface Step {
  readonly step: 'page' | 'server' | 'session' | 'websocket' | 'ping' | 'silence';
  /** null if it could not be tried. */
  readonly works: boolean | null;
  readonly ms: number;
  readonly detail: string;
  /** What to change, in a sentence or two; null if there is nothing to say. */
  readonly advice: string | null;
}

export interface OutsideOptions {
  /** Where people open the page, without a slash at the end. */
  readonly url: string;
  readonly token?: string | undefined;
  readonly accessCode?: string | undefined;
  readonly signal: AbortSignal;
}

/** Longest that one step may take; silence takes as long as the relay allows. */
const STEP_MS = 5_000;
/** How much longer than the heartbeat nothing is said. */
const SILENCE_MARGIN_MS = 1_000;
const BLOCKS = 'The blocks for nginx, Caddy and Traefik stand in docs/operations.md.';
const NGINX_LINES =
  'nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;';

/** Ends the way: what follows cannot work. */
class Fault extends Error {
  readonly advice: string | null;

  constructor(detail: string, advice: string | null = null) {
    super(detail);
    this.advice = advice;
  }
}

/** Takes the way of a call from outside, as its page does, and stops at the first step that fails. */
export async function* tryFromOutside(options: OutsideOptions): AsyncGenerator<Step> {
  let socket: WebSocket | undefined;
  let session: CreateSessionResponse | undefined;
  const ways: readonly [Step['step'], () => Promise<string | Omit<Step, 'step' | 'ms'>>][] = [
    ['page', () => tryPage(options)],
    ['server', () => tryServer(options)],
    [
      'session',
      async () => {
        const granted = await trySession(options);
        if (typeof granted === 'string') {
          const advice = 'Pass --token or --access-code to try a call.';
          return { works: null, detail: granted, advice };
        }
        session = granted;
        return `at ${granted.ws_url}`;
      },
    ],
    [
      'websocket',
      async () => {
        // Without a session the relay lets it open, and then refuses the ticket.
        const url = session?.ws_url ?? relayUrl(options.url, API_PATHS.realtime);
        socket = await openSocket(url.replace(/^http/, 'ws'), session?.ticket, options);
        return session === undefined ? 'opens; no call was begun' : 'opens';
      },
    ],
    ['ping', () => tryPing(socket!)],
    ['silence', () => trySilence(socket!, session!.limits.heartbeat_ms, options.signal)],
  ];
  try {
    for (const [step, way] of ways) {
      if (step === 'ping' && session === undefined) return;
      const beganMs = performance.now();
      const found = await way().catch((error: unknown) => {
        options.signal.throwIfAborted();
        if (!(error instanceof Fault)) throw error;
        return { works: false, detail: error.message, advice: error.advice };
      });
      const ms = Math.round(performance.now() - beganMs);
      const ended =
        typeof found === 'string' ? { works: true, detail: found, advice: null } : found;
      yield { step, ms, ...ended };
      if (ended.works === false) return;
    }
  } finally {
    socket?.close(1000);
  }
}

/** @throws Fault */
async function get(url: string, signal: AbortSignal): Promise<{ answer: Response; body: string }> {
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'text/html' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)]),
    });
    return { answer, body: await answer.text() };
  } catch (error) {
    throw new Fault(...networkFault(url, error));
  }
}

function networkFault(url: string, error: unknown): [detail: string, advice: string | null] {
  const { host, protocol } = new URL(url);
  switch (noteOfNetwork(error)) {
    case 'no such host':
      return [`There is no host of the name ${host}.`, 'Correct --url, or the name’s DNS entry.'];
    case 'connection refused':
      return [`No program listens at ${host}.`, 'Start the proxy, or correct --url.'];
    case 'certificate':
      return [
        'The certificate is not trusted, or is of another name.',
        'Give the proxy one that browsers know; for an authority of your own set NODE_EXTRA_CA_CERTS.',
      ];
    case 'not TLS':
    case 'not HTTP':
      return [`What listens at ${host} does not speak ${protocol.slice(0, -1)}.`, 'Correct --url.'];
    default:
      return [`${host} does not answer.`, 'Look for a firewall, and whether the proxy runs.'];
  }
}

async function tryPage({ url, signal }: OutsideOptions): Promise<string> {
  const address = `${url}/`;
  const { answer, body } = await get(address, signal);
  const location = answer.headers.get('location');
  if (answer.status >= 300 && answer.status < 400 && location !== null) {
    const target = new URL(location, address).href;
    const isLoop = target === address;
    throw new Fault(
      `The page is redirected to ${target}.`,
      isLoop
        ? 'The proxy says X-Forwarded-Proto: http of requests over https. Have it say $scheme.'
        : `Try --url ${target} if people are to come there.`,
    );
  }
  const { error } = errorResponseSchema.safeParse(parseJson(body)).data ?? {};
  if (error?.code === 'host_not_allowed') {
    throw new Fault('The relay does not know this name.', `Set PUBLIC_URL=${url}.`);
  }
  if (answer.status >= 500) {
    const advice = 'The relay is down, or the proxy looks for it at another address.';
    throw new Fault(`A proxy answers with status ${answer.status}.`, advice);
  }
  const script = /<script type="module"[^>]* src="([^"]+)"/.exec(body)?.[1];
  if (answer.status !== 200 || script === undefined || !body.includes('<title>Parley')) {
    const advice = 'The proxy leads elsewhere, or --url lacks the path that Parley stands below.';
    throw new Fault(`There is no page of Parley (status ${answer.status}).`, advice);
  }
  const { answer: loaded } = await get(new URL(script, address).href, signal);
  if (loaded.status === 200 && loaded.headers.get('content-type')?.includes('javascript') === true)
    return 'loads';
  throw new Fault('The page loads but not its script: it stays white.', `Set PUBLIC_URL=${url}/.`);
}

async function tryServer({ url, signal }: OutsideOptions): Promise<string> {
  try {
    const request = { method: 'GET', path: API_PATHS.auth, signal } as const;
    const options = await requestJson({ baseUrl: url, fetch }, request, authOptionsSchema);
    if (options.is_secure || url.startsWith('http:')) return 'answers';
    const advice = `Set PUBLIC_URL=${url} and TRUSTED_PROXIES, and have the proxy send X-Forwarded-Proto.`;
    throw new Fault('The relay does not know that people come over https.', advice);
  } catch (error) {
    if (!(error instanceof ParleyError || error instanceof ClientError)) throw error;
    throw new Fault(error.message, `The proxy must pass on all below ${url}/. ${BLOCKS}`);
  }
}

/** @returns a sentence if people need more than an address to call */
async function trySession(options: OutsideOptions): Promise<CreateSessionResponse | string> {
  const { url, token, accessCode, signal } = options;
  const { origin } = new URL(url);
  const api = new SessionApi({
    baseUrl: url,
    // As its page: the relay then gives an address that the page may use.
    fetch: (address, init) => fetch(address, { ...init, headers: { ...init.headers, origin } }),
    ...{ token, accessCode, replacesToken: false },
  });
  try {
    const session = await api.createSession({ voice: undefined, timeZone: undefined }, signal);
    const expected = origin.replace(/^http/, 'ws');
    if (new URL(session.ws_url).origin === expected) return session;
    const advice = `Set PUBLIC_URL=${url}, and have the proxy keep the outer Host.`;
    throw new Fault(`The WebSocket is to be at ${session.ws_url}, not at ${expected}.`, advice);
  } catch (error) {
    if (!(error instanceof ParleyError || error instanceof ClientError)) throw error;
    const isAsked = token === undefined && accessCode === undefined;
    const { code, message } = error;
    if (isAsked && ['unauthorized', 'forbidden', 'access_code_wrong'].includes(code))
      return message;
    const isAddress = code === 'origin_not_allowed' || code === 'host_not_allowed';
    throw new Fault(message, isAddress ? `Set PUBLIC_URL=${url}.` : null);
  }
}

/** @throws Fault */
async function openSocket(
  url: string,
  ticket: string | undefined,
  { url: page, signal }: OutsideOptions,
): Promise<WebSocket> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(STEP_MS)]);
  const protocols = [SUBPROTOCOL, TICKET_SUBPROTOCOL_PREFIX + (ticket ?? 'none')];
  const { origin } = new URL(page);
  const socket = new WebSocket(url, protocols, { origin, perMessageDeflate: false });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.on('message', () => resolve());
  socket.on('unexpected-response', (_request, response) => {
    void refusedFault(response).then(reject, reject);
  });
  socket.on('error', (error) => reject(new Fault(...networkFault(url, error))));
  socket.on('close', (code) => {
    if (code === CLOSE_REASONS.ticketInvalid.code && ticket === undefined) return resolve();
    const detail = `The WebSocket opens and is closed at once, with code ${code}.`;
    reject(new Fault(detail, `The proxy must leave WebSockets open. ${BLOCKS}`));
  });
  bounded.addEventListener('abort', () => {
    const detail = `The WebSocket does not open within ${STEP_MS / 1_000} s.`;
    reject(new Fault(detail, `The proxy holds it back. ${BLOCKS} ${NGINX_LINES}`));
  });
  try {
    await promise;
    return socket;
  } catch (error) {
    socket.terminate();
    throw error;
  }
}

async function refusedFault(response: IncomingMessage): Promise<Fault> {
  const { statusCode: status = 0, headers } = response;
  const body = await text(response.setTimeout(STEP_MS, () => response.destroy())).catch(() => '');
  const code = errorResponseSchema.safeParse(parseJson(body)).data?.error.code;
  const passes = `The proxy must pass WebSockets on as they are. ${BLOCKS} ${NGINX_LINES}`;
  switch (code) {
    case 'upgrade_required':
      return new Fault('A proxy drops WebSockets: it leaves out their Upgrade header.', passes);
    case 'https_required':
      return new Fault(
        'The proxy says X-Forwarded-Proto: http of a WebSocket over https.',
        'Have it say the same as of requests (nginx: $scheme).',
      );
    case undefined:
      break;
    default:
      return new Fault(`The relay refuses the WebSocket, with ${code}.`, passes);
  }
  if (status >= 300 && status < 400) {
    const detail = `The proxy redirects the WebSocket to ${headers.location}.`;
    return new Fault(
      detail,
      'Browsers follow no such redirection: it must be passed on at its address.',
    );
  }
  return new Fault(`A proxy refuses the WebSocket with status ${status}.`, passes);
}

async function tryPing(socket: WebSocket): Promise<string> {
  const answered = Promise.withResolvers<string>();
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) return;
    const decoded = decodeRelayEvent(data.toString());
    if (decoded.kind === 'event' && decoded.event.type === 'pong') answered.resolve('answered');
  });
  socket.send(JSON.stringify({ type: 'ping', client_ms: performance.now(), last_seq: 0 }));
  const late = () =>
    new Fault('A ping is not answered.', `The proxy holds messages back. ${BLOCKS}`);
  const first = Promise.race([answered.promise, lost(socket)]);
  return withDeadline(first, STEP_MS, systemClock, late);
}

/** A proxy may end connections sooner than the relay says something by itself. */
async function trySilence(
  socket: WebSocket,
  heartbeatMs: number,
  signal: AbortSignal,
): Promise<string> {
  const silenceMs = heartbeatMs + SILENCE_MARGIN_MS;
  await Promise.race([sleep(systemClock, silenceMs, signal), lost(socket)]);
  return `is borne for ${Math.round(silenceMs / 1_000)} s`;
}

async function lost(socket: WebSocket): Promise<never> {
  const beganMs = performance.now();
  const [code] = (await once(socket, 'close')) as [number];
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  throw new Fault(
    `The connection was closed after ${seconds} s in which nothing passed, with code ${code}.`,
    'Have the proxy bear a minute of silence (nginx: proxy_read_timeout 60s), or set HEARTBEAT_S lower.',
  );
}

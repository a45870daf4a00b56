import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { duplexPair } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import type { StatusCode } from 'hono/utils/http-status';
import { LRUCache } from 'lru-cache';
import { WebSocket } from 'ws';
import { API_PATHS, openPollRequestSchema, ParleyError } from '@parley/shared';
import { PollReceiver, PollSender, readAfter } from '@parley/shared/poll-batch';
import { sleep, type Clock } from '../base/lib/clock.ts';
import { OVER } from '../base/lib/deadline.ts';
import { newSecret } from '../base/lib/ids.ts';
import type { Replicas } from '../replicas/replicas.ts';
import { RateCounter } from '../people/limits/rate-counter.ts';
import { bodyOf } from './requests.ts';

/** A client that asks for nothing during this time is gone. */
const IDLE_MS = 30_000;
/** A request for more is answered by then, with nothing if there is nothing. */
const HOLD_MS = 20_000;
const OPEN_MS = 5_000;
/** Another relay answers within that, the time that it holds a request included. */
const PASSED_ON_MS = HOLD_MS + 5_000;
/** How long a relay that stops waits for the last requests. */
const GOODBYE_MS = 1_000;
/** Above this the rest waits in the session's own socket, with the limits of any other. */
const HIGH_WATER_BYTES = 256 * 1024;
/** Each belongs to a session, or is about to be refused one. */
const MAX_POLLS = 2_000;
/** Of one poll. They are not among those of the address: a call makes some ten a second. */
const RATE = { count: 200, perMs: 4_000 };
/** Of the client's request, for the checks that a WebSocket gets. */
const KEPT_HEADERS = ['host', 'origin', 'x-forwarded-for', 'x-forwarded-proto'] as const;

export interface PollsOptions {
  readonly clock: Clock;
  /** undefined: this relay is the only one. */
  readonly replicas?: Pick<Replicas, 'id' | 'peers'> | undefined;
}

/**
 * Calls over plain requests, for clients whose WebSockets a proxy drops. Behind the requests of
 * each stands a WebSocket of the relay to itself, in memory: checks, tickets, resumption, other
 * relays and limits are those of any WebSocket.
 */
export class Polls implements AsyncDisposable {
  /** Reads the handshakes; whoever upgrades WebSockets listens to it. It never listens itself. */
  readonly handshakes: Server = createServer();
  readonly #clock: Clock;
  readonly #replicas: PollsOptions['replicas'];
  readonly #polls = new Map<string, Poll>();
  /** Tokens of polls that another relay has been seen to hold. */
  readonly #elsewhere = new LRUCache<string, true>({ max: MAX_POLLS });
  readonly #rates: RateCounter;

  constructor({ clock, replicas }: PollsOptions) {
    this.#clock = clock;
    this.#replicas = replicas;
    this.#rates = new RateCounter({ clock, maxKeys: MAX_POLLS });
  }

  /** Whether a request is of a poll that is known to be open, so that its rate is bounded by it. */
  isOfPoll({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    const token = tokenOf(headers.authorization);
    return this.#polls.has(token) || this.#elsewhere.has(token);
  }

  /** @returns its token @throws ParleyError `capacity_exhausted`, `draining` */
  async open(request: IncomingMessage, protocols: readonly string[]): Promise<string> {
    if (this.#polls.size >= MAX_POLLS) throw new ParleyError('capacity_exhausted');
    const socket = this.#connect(request, protocols);
    const opened = Promise.withResolvers<void>();
    // The relay takes no calls, or the one that holds this call cannot be reached now.
    const refuse = (cause: unknown) => opened.reject(new ParleyError('draining', { cause }));
    socket.once('open', opened.resolve);
    socket.on('error', refuse);
    const token = `${this.#replicas?.id ?? ''}.${newSecret()}`;
    const poll = new Poll(socket, this.#clock, () => this.#polls.delete(token));
    this.#polls.set(token, poll);
    await opened.promise.catch((error: unknown) => {
      poll[Symbol.dispose]();
      throw error;
    });
    return token;
  }

  /**
   * Answers a request of a poll; another relay does if it holds it.
   *
   * @throws ParleyError `not_found`, `rate_limited`; `draining` if the other relay cannot be reached
   */
  async answer(
    c: Context<{ Bindings: HttpBindings }>,
    here: (poll: Poll, body: Uint8Array) => Response | Promise<Response>,
  ): Promise<Response> {
    const token = tokenOf(c.req.header('authorization'));
    if (this.#rates.waitMs(token, RATE) > 0) throw new ParleyError('rate_limited');
    const poll = this.#polls.get(token);
    const peer = this.#replicas?.peers.find(({ id }) => token.startsWith(`${id}.`));
    if (poll === undefined && peer === undefined) throw new ParleyError('not_found');
    this.#rates.count(token, RATE);
    const body = new Uint8Array(await c.req.arrayBuffer());
    if (poll !== undefined) return here(poll, body);
    const answer = await passOn(c, peer!.peerUrl, body);
    if (answer.ok) this.#elsewhere.set(token, true);
    else this.#elsewhere.delete(token);
    return answer;
  }

  /** Clients that ask soon hear why the relay has closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const polls = [...this.#polls.values()];
    const over = new AbortController();
    const late = sleep(this.#clock, GOODBYE_MS, over.signal);
    await Promise.race([Promise.all(polls.map(({ hasHeard }) => hasHeard.promise)), late]);
    over.abort(OVER);
    for (const poll of polls) poll[Symbol.dispose]();
  }

  #connect(request: IncomingMessage, protocols: readonly string[]): WebSocket {
    const [near, far] = duplexPair();
    // Neither side of a pair notices that the other is destroyed.
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
    const { remoteAddress, encrypted } = request.socket as TLSSocket;
    this.handshakes.emit('connection', Object.assign(far, { remoteAddress, encrypted }));
    return new WebSocket(`ws://relay${API_PATHS.realtime}`, [...protocols], {
      createConnection: () => near,
      perMessageDeflate: false,
      handshakeTimeout: OPEN_MS,
      headers: Object.fromEntries(
        KEPT_HEADERS.flatMap((name) => {
          const value = request.headers[name];
          return value === undefined ? [] : [[name, value]];
        }),
      ),
    });
  }
}

/** One client's way over requests. */
class Poll implements Disposable {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #onGone: () => void;
  readonly #sender = new PollSender();
  readonly #receiver = new PollReceiver();
  /** Resolves when the client has been answered with the close, or is gone. */
  readonly hasHeard = Promise.withResolvers<void>();
  #isClosed = false;
  #isWriting = false;
  #answer: (() => void) | undefined;
  #cancelIdle = () => {};

  constructor(socket: WebSocket, clock: Clock, onGone: () => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#onGone = onGone;
    socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer;
      this.#send(isBinary ? bytes : bytes.toString('utf8'));
      if (this.#sender.bytes > HIGH_WATER_BYTES) socket.pause();
    });
    socket.on('close', (closeCode) => {
      this.#isClosed = true;
      this.#send({ closeCode });
    });
    this.#asked();
  }

  /** Takes what the client sends. @throws ParleyError `invalid_request`, `rate_limited` */
  receive(batch: Uint8Array): void {
    this.#asked();
    if (this.#socket.bufferedAmount > HIGH_WATER_BYTES) throw new ParleyError('rate_limited');
    const messages = this.#receiver.take(batch);
    if (messages === undefined) throw new ParleyError('invalid_request');
    for (const message of messages) {
      if (this.#isClosed) return;
      if (typeof message === 'string' || message instanceof Uint8Array) this.#socket.send(message);
      else this.#close(message.closeCode);
    }
  }

  /**
   * What the client has not had, as soon as there is something. A newer request ends an older one.
   *
   * @throws ParleyError `invalid_request`
   */
  async next(request: Uint8Array, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    this.#answer?.();
    const after = readAfter(request);
    if (after === undefined || !this.#sender.confirm(after))
      throw new ParleyError('invalid_request');
    if (this.#sender.bytes <= HIGH_WATER_BYTES) this.#socket.resume();
    if (this.#sender.bytes === 0) {
      this.#cancelIdle();
      const waiting = Promise.withResolvers<void>();
      const answer = (this.#answer = () => waiting.resolve());
      const cancel = this.#clock.after(HOLD_MS, answer);
      signal.addEventListener('abort', answer);
      await waiting.promise;
      cancel();
      signal.removeEventListener('abort', answer);
      if (this.#answer !== answer) return this.#sender.batch().bytes;
      this.#answer = undefined;
    }
    this.#asked();
    if (this.#isClosed) this.hasHeard.resolve();
    return this.#sender.batch().bytes;
  }

  /** The client is gone. */
  [Symbol.dispose](): void {
    this.#cancelIdle();
    this.hasHeard.resolve();
    this.#onGone();
    this.#socket.terminate();
    this.#answer?.();
  }

  /** What comes in one go is answered together. */
  #send(message: Parameters<PollSender['push']>[0]): void {
    this.#sender.push(message);
    if (this.#answer === undefined || this.#isWriting) return;
    this.#isWriting = true;
    setImmediate(() => {
      this.#isWriting = false;
      this.#answer?.();
    });
  }

  #close(code: number): void {
    // A client may send what is not a code.
    try {
      this.#socket.close(code);
    } catch {
      this.#socket.terminate();
    }
  }

  #asked(): void {
    this.#cancelIdle();
    this.#cancelIdle = this.#clock.after(IDLE_MS, () => this[Symbol.dispose]());
  }
}

/** The requests behind which a poll stands. */
export function pollRoutes(polls: Polls): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post(API_PATHS.polls, async (c) => {
    const { protocols } = await bodyOf(c, openPollRequestSchema);
    return c.json({ poll_token: await polls.open(c.env.incoming, protocols) }, 201);
  });
  app.post(API_PATHS.pollUp, (c) =>
    polls.answer(c, (poll, batch) => {
      poll.receive(batch);
      return c.body(null, 204);
    }),
  );
  app.post(API_PATHS.pollDown, (c) => {
    // Proxies are to change nothing, and to hold nothing back.
    c.header('Cache-Control', 'no-store, no-transform');
    c.header('X-Accel-Buffering', 'no');
    c.header('Content-Type', 'application/octet-stream');
    return polls.answer(c, async (poll, request) =>
      c.body(await poll.next(request, c.req.raw.signal)),
    );
  });
  return app;
}

/** Asks another relay. The token is all that it needs: the page's origin has been checked here. */
function passOn(
  c: Context<{ Bindings: HttpBindings }>,
  peerUrl: string,
  body: Uint8Array,
): Promise<Response> {
  const { host, authorization } = c.env.incoming.headers;
  const target = new URL(c.req.path, peerUrl);
  const headers = { host, authorization, 'content-length': body.length };
  const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(PASSED_ON_MS)]);
  return new Promise((resolve, reject) => {
    // Its client asks again, or elsewhere.
    const fail = (cause: NodeJS.ErrnoException) =>
      reject(new ParleyError(cause.code === 'ECONNREFUSED' ? 'not_found' : 'draining', { cause }));
    const ask = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const asked = ask(target, { method: 'POST', headers, signal }, (answer) => {
      const status = answer.statusCode as StatusCode;
      buffer(answer).then((bytes) => {
        resolve(c.newResponse(bytes.length === 0 ? null : bytes, status));
      }, fail);
    });
    asked.on('error', fail);
    asked.end(body);
  });
}

function tokenOf(authorization: string | undefined): string {
  return authorization?.replace(/^Bearer /i, '') ?? '';
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  API_PATHS,
  AudioFrameKind,
  decodeAudioFrame,
  decodeClientEvent,
  encodeAudioFrame,
  RESUME_SUBPROTOCOL_PREFIX,
  SUBPROTOCOL,
  type AudioFrame,
  type ClientEvent,
  type ClientEventOf,
  type ClientEventType,
  type RelayEventOf,
  type RelayEventType,
  type SessionDescription,
} from '@parley/shared';
import { TEST_LIMITS, TEST_SESSION } from '@parley/shared/link/session.fake';
import type { PageServer } from './page-server.ts';

const FRAME_MS = 100;

export type Received =
  | { readonly kind: 'event'; readonly atMs: number; readonly event: ClientEvent }
  | { readonly kind: 'audio'; readonly atMs: number; readonly frame: AudioFrame };

/**
 * A relay that speaks the protocol and nothing else: it hears what it is sent, says what the test
 * lets it say, and loses connections on request.
 */
export class TestRelay {
  /** All that arrived, in order. Sequence numbers that came again are in `repeated`. */
  readonly received: Received[] = [];
  readonly repeated: number[] = [];
  connections = 0;
  /** Whether the test says when turns are over and what interrupts a reply; else the page does. */
  decides = false;
  /** Whether it takes Opus. */
  takesOpus = false;
  #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => SUBPROTOCOL });
  #socket: WebSocket | undefined;
  #origin = '';
  readonly #startMs = performance.now();
  readonly #sent: { seq: number; data: string | Uint8Array }[] = [];
  #seq = 0;
  #inputSeq = 0;
  #item = 0;
  /** How often a reply was cut off. */
  #interruptions = 0;
  #watchers: (() => void)[] = [];

  /** Answers requests below `/api`; to be handed to `servePage`. */
  readonly api = (request: IncomingMessage, response: ServerResponse): void => {
    const answer = (body: object) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    };
    if (request.url === API_PATHS.guest) answer({ token: 'guest', expires_in_s: 3_600 });
    else if (request.url === API_PATHS.sessions) {
      answer({
        session_id: 'session',
        ticket: 'ticket',
        resume_token: 'token',
        limits: TEST_LIMITS,
        ws_url: `${this.#origin.replace('http', 'ws')}${API_PATHS.realtime}`,
      });
    } else {
      response.statusCode = 404;
      response.end();
    }
  };

  listen({ server, origin }: PageServer): void {
    this.#origin = origin;
    server.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const offered = request.headers['sec-websocket-protocol'] ?? '';
        this.#connect(webSocket, offered.includes(RESUME_SUBPROTOCOL_PREFIX));
      });
    });
  }

  get nowMs(): number {
    return performance.now() - this.#startMs;
  }

  /** The audio frames that arrived, of one utterance or of all. */
  frames(utterance?: number): readonly (AudioFrame & { readonly atMs: number })[] {
    return this.received.flatMap((entry) =>
      entry.kind === 'audio' && (utterance ?? entry.frame.item) === entry.frame.item
        ? [{ ...entry.frame, atMs: entry.atMs }]
        : [],
    );
  }

  events<T extends ClientEventType>(type: T): readonly ClientEventOf<T>[] {
    return this.received.flatMap((entry) =>
      entry.kind === 'event' && entry.event.type === type ? [entry.event as ClientEventOf<T>] : [],
    );
  }

  /** Resolves as soon as `condition` holds; asked whenever something arrives. */
  async until(what: string, condition: () => boolean, deadlineMs = 20_000): Promise<void> {
    if (condition()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error(`Waited in vain for ${what}.`)), deadlineMs);
    const watcher = () => {
      if (condition()) resolve();
    };
    this.#watchers.push(watcher);
    await promise.finally(() => {
      clearTimeout(timer);
      this.#watchers = this.#watchers.filter((other) => other !== watcher);
    });
  }

  /**
   * Speaks `samples` as one reply, each frame up to `aheadMs` before it is due. With `goesOn` the
   * reply is not said to be done: more of it comes without a voice.
   *
   * @returns the reply's id; `sent` resolves when its last frame was sent or it was cancelled
   */
  reply(
    samples: Int16Array,
    rateHz: number,
    options: { readonly aheadMs: number; readonly goesOn?: boolean },
  ): { readonly id: string; readonly sent: Promise<void> } {
    if (this.connections === 0) throw new Error('There is no session to speak in yet.');
    this.#item += 1;
    const item = this.#item;
    const id = `response-${item}`;
    this.event('response.created', {
      response_id: id,
      item,
      trigger: 'request',
      utterance: null,
      audio: { sample_rate: rateHz },
    });
    const spoken = this.#speak(item, samples, rateHz, options.aheadMs);
    const sent = spoken.then((cancelled) => {
      if (options.goesOn !== true) this.done(id, cancelled ? 'cancelled' : 'completed');
    });
    return { id, sent };
  }

  done(id: string, status: 'completed' | 'cancelled'): void {
    this.event('response.done', {
      response_id: id,
      status,
      usage: { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 },
      timeline: {},
      error: null,
    });
  }

  event<T extends RelayEventType>(type: T, body: Omit<RelayEventOf<T>, 'type' | 'seq'>): void {
    this.#seq += 1;
    this.#send(this.#seq, JSON.stringify({ type, seq: this.#seq, ...body }));
  }

  /** The turn is over. */
  commit({ utterance, audio_end_ms }: ClientEventOf<'input_audio_buffer.speech_paused'>): void {
    this.event('input_audio_buffer.committed', { utterance, audio_end_ms });
  }

  /** Whether what began with `interrupts` does interrupt. */
  decide(speech: ClientEventOf<'input_audio_buffer.speech_started'>, interrupted: boolean): void {
    if (interrupted) this.#interruptions += 1;
    const { utterance, interrupts } = speech;
    if (interrupts === undefined) throw new Error(`Utterance ${utterance} holds no reply.`);
    const { response_id } = interrupts;
    this.event('response.interruption_decided', { response_id, utterance, interrupted });
  }

  /** Cuts the connection as a lost network does: without a goodbye. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** @returns whether it was cut off by speech */
  async #speak(
    item: number,
    samples: Int16Array,
    rateHz: number,
    aheadMs: number,
  ): Promise<boolean> {
    const startMs = this.nowMs;
    const before = this.#interruptions;
    const length = Math.round((FRAME_MS * rateHz) / 1_000);
    let cancelled = false;
    for (let from = 0; from < samples.length && !cancelled; from += length) {
      const dueMs = startMs + (from * 1_000) / rateHz - aheadMs;
      while (this.nowMs < dueMs) {
        await new Promise((resolve) => {
          setTimeout(resolve, Math.max(1, dueMs - this.nowMs));
        });
      }
      cancelled = this.#interruptions > before;
      if (cancelled) break;
      this.#seq += 1;
      const header = {
        kind: AudioFrameKind.downlink,
        last: from + length >= samples.length,
        item,
        seq: this.#seq,
        timestampMs: Math.round(this.nowMs),
      };
      this.#send(this.#seq, encodeAudioFrame(header, samples.subarray(from, from + length)));
    }
    return cancelled;
  }

  #connect(socket: WebSocket, resuming: boolean): void {
    this.connections += 1;
    this.#socket = undefined;
    socket.on('message', (data: Buffer, isBinary) => {
      this.#receive(socket, data, isBinary);
      for (const watcher of this.#watchers) watcher();
    });
    if (!resuming) {
      this.#seq = 0;
      this.#inputSeq = 0;
      this.#sent.length = 0;
      this.#socket = socket;
      this.event('session.created', { session: this.#session, server_ms: this.nowMs });
    }
  }

  #receive(socket: WebSocket, data: Buffer, isBinary: boolean): void {
    const atMs = this.nowMs;
    if (isBinary) {
      const result = decodeAudioFrame(data);
      if (!result.ok) throw new Error(`A frame was malformed: ${result.fault}`);
      const { frame } = result;
      if (!this.#isNew(frame.seq)) return;
      this.received.push({
        kind: 'audio',
        atMs,
        frame: { ...frame, samples: frame.samples.slice(), opus: copyOf(frame) },
      });
      if (frame.last || frame.seq % 10 === 0) this.#acknowledge();
      return;
    }
    const result = decodeClientEvent(data.toString());
    if (result.kind !== 'event') throw new Error(`An event was ${result.kind}: ${data.toString()}`);
    const { event } = result;
    if (event.type === 'session.resume') return this.#resume(socket, event.last_seq);
    if (event.type === 'ping') {
      this.event('pong', { client_ms: event.client_ms, server_ms: this.nowMs });
      return;
    }
    if (!this.#isNew(event.seq ?? 0)) return;
    this.received.push({ kind: 'event', atMs, event });
    const isSpeech = event.type === 'input_audio_buffer.speech_started';
    if (isSpeech && event.interrupts === undefined) this.#interruptions += 1;
    this.#acknowledge();
  }

  get #session(): SessionDescription {
    return {
      ...TEST_SESSION,
      ...(this.decides && { turn_detection: { eagerness: 'medium' } }),
      ...(this.takesOpus && { audio_codecs: ['pcm16', 'opus'] }),
    };
  }

  #resume(socket: WebSocket, lastSeq: number): void {
    this.#socket = socket;
    for (const { seq, data } of this.#sent) {
      if (seq > lastSeq) socket.send(data);
    }
    this.event('session.resumed', {
      session: this.#session,
      server_ms: this.nowMs,
      last_input_seq: this.#inputSeq,
    });
  }

  #isNew(seq: number): boolean {
    if (seq <= this.#inputSeq) {
      this.repeated.push(seq);
      return false;
    }
    if (seq !== this.#inputSeq + 1) throw new Error(`${this.#inputSeq} was followed by ${seq}.`);
    this.#inputSeq = seq;
    return true;
  }

  #acknowledge(): void {
    this.event('input_audio_buffer.ack', { input_seq: this.#inputSeq });
  }

  #send(seq: number, data: string | Uint8Array): void {
    this.#sent.push({ seq, data });
    this.#socket?.send(data);
  }
}

function copyOf({ opus }: AudioFrame): AudioFrame['opus'] {
  return opus && { ...opus, packet: opus.packet.slice() };
}

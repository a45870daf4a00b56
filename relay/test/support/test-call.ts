import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import {
  AudioFrameKind,
  decodeAudioFrame,
  decodeRelayEvent,
  encodeAudioFrame,
  RESUME_SUBPROTOCOL_PREFIX,
  SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
  UPLINK_CHUNK_SAMPLES,
  type ClientEvent,
  type ClientEventOf,
  type CreateSessionResponse,
} from '@parley/shared';
import type { OpusAudio, SpeechAudio } from '@parley/shared/audio/opus-packet';
import { createSession } from './api.ts';
import { Inbound } from './inbound.ts';

/** A client event before it is numbered. */
export type Unsequenced = ClientEvent extends infer E
  ? E extends { seq?: number | undefined }
    ? Omit<E, 'seq'>
    : never
  : never;

type Interrupts = ClientEventOf<'input_audio_buffer.speech_started'>['interrupts'];

/**
 * A client of the public protocol: numbers what it sends, keeps it, and after a lost connection
 * sends again what did not arrive.
 */
export class TestCall implements AsyncDisposable {
  readonly grant: CreateSessionResponse;
  readonly inbound = new Inbound();
  readonly #sent: { readonly seq: number; readonly data: string | Uint8Array }[] = [];
  #nextSeq = 1;
  #socket: WebSocket;
  #closed: Promise<number>;

  private constructor(grant: CreateSessionResponse, protocol: string, options: ClientOptions) {
    this.grant = grant;
    [this.#socket, this.#closed] = this.#connect(protocol, options);
  }

  /** Signs in, asks for a session, opens it and waits for `session.created`. */
  static async start(
    relayUrl: string,
    options: ClientOptions = {},
    grant?: CreateSessionResponse,
  ): Promise<TestCall> {
    const granted = grant ?? (await createSession(relayUrl));
    const call = new TestCall(granted, TICKET_SUBPROTOCOL_PREFIX + granted.ticket, options);
    await call.inbound.next('session.created');
    return call;
  }

  /** The code with which the present connection was closed. */
  get closed(): Promise<number> {
    return this.#closed;
  }

  get socket(): WebSocket {
    return this.#socket;
  }

  get lastSeq(): number {
    return this.inbound.seqs.at(-1) ?? 0;
  }

  /** Sends what may be malformed, unnumbered. */
  raw(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  send(event: Unsequenced): void {
    const seq = this.#nextSeq++;
    this.#transmit(seq, JSON.stringify({ ...event, seq }));
  }

  sendFrame(utterance: number, audio: SpeechAudio, last = false): void {
    const seq = this.#nextSeq++;
    const header = { kind: AudioFrameKind.uplink, last, item: utterance, seq, timestampMs: 0 };
    this.#transmit(seq, encodeAudioFrame(header, audio));
  }

  /** @param interrupts - the reply that it is said over */
  startSpeech(utterance: number, interrupts?: Interrupts): void {
    this.send({
      type: 'input_audio_buffer.speech_started',
      utterance,
      audio_start_ms: 0,
      ...(interrupts && { interrupts }),
    });
  }

  stopSpeech(utterance: number): void {
    this.send({
      type: 'input_audio_buffer.speech_stopped',
      utterance,
      audio_end_ms: 1,
      sent_ms: 2,
    });
  }

  /** A whole utterance, as chunks as large as they may be. */
  speak(utterance: number, samples: Int16Array, interrupts?: Interrupts): void {
    this.startSpeech(utterance, interrupts);
    for (let start = 0; start < samples.length; start += UPLINK_CHUNK_SAMPLES) {
      const end = start + UPLINK_CHUNK_SAMPLES;
      this.sendFrame(utterance, samples.subarray(start, end), end >= samples.length);
    }
    this.stopSpeech(utterance);
  }

  /** A whole utterance in Opus. */
  speakOpus(utterance: number, frames: readonly OpusAudio[]): void {
    this.startSpeech(utterance);
    for (const frame of frames) this.sendFrame(utterance, frame, frame === frames.at(-1));
    this.stopSpeech(utterance);
  }

  type(text: string): void {
    this.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });
  }

  /** The network goes away. What is sent from here on is lost. */
  async cut(): Promise<void> {
    this.#socket.terminate();
    await this.#closed;
  }

  /** Opens another connection to the session, without a word. */
  async reopen(options: ClientOptions = {}): Promise<void> {
    const protocol = RESUME_SUBPROTOCOL_PREFIX + this.grant.resume_token;
    [this.#socket, this.#closed] = this.#connect(protocol, options);
    await Promise.race([once(this.#socket, 'open'), this.#closed]);
  }

  /** Asks to resume the session, on a connection that was reopened. */
  askToResume(changes: Readonly<Record<string, unknown>> = {}): void {
    const { session_id, resume_token } = this.grant;
    const last_seq = this.lastSeq;
    const event = { type: 'session.resume', session_id, resume_token, last_seq };
    this.raw(JSON.stringify({ ...event, ...changes }));
  }

  /** Resumes after a lost connection, as docs/protocol.md asks of clients. */
  async resume(): Promise<void> {
    await this.reopen();
    this.askToResume();
    this.sendAgainAfter((await this.inbound.next('session.resumed')).last_input_seq);
  }

  sendAgainAfter(arrived: number): void {
    for (const { seq, data } of this.#sent) if (seq > arrived) this.#socket.send(data);
  }

  async hangUp(): Promise<void> {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1000);
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }

  #transmit(seq: number, data: string | Uint8Array): void {
    this.#sent.push({ seq, data });
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(data);
  }

  #connect(protocol: string, options: ClientOptions): [WebSocket, Promise<number>] {
    const socket = new WebSocket(this.grant.ws_url, [SUBPROTOCOL, protocol], {
      perMessageDeflate: false,
      ...options,
    });
    socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer;
      if (isBinary) {
        const result = decodeAudioFrame(bytes);
        if (!result.ok) throw new Error(`The relay sent a bad frame: ${result.fault}`);
        const { frame } = result;
        this.inbound.add({ kind: 'audio', frame: { ...frame, samples: frame.samples.slice() } });
      } else {
        const result = decodeRelayEvent(bytes.toString('utf8'));
        if (result.kind !== 'event') throw new Error(`The relay sent ${bytes.toString('utf8')}`);
        this.inbound.add({ kind: 'event', event: result.event });
      }
    });
    // The close that follows it says what an error means.
    socket.on('error', () => {});
    const closed = new Promise<number>((resolve) => {
      socket.on('close', (code) => {
        if (this.#socket === socket) this.inbound.closed(code);
        resolve(code);
      });
    });
    return [socket, closed];
  }
}

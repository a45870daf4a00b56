import type { WebSocket } from 'ws';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { toneFor, type Behaviour } from '../kit/simulator.ts';
import { breakSocket, type SimulatorServer } from '../kit/simulator-server.ts';
import { constantsOf, readClientMessage, timedWords, type Generation } from './sonic-messages.ts';

/** A context is over this long after its last audio. */
const EXPIRY_MS = 1_000;
const IDLE_MS = 5 * 60_000;
const PIECE_S = 0.2;

interface Context {
  readonly id: string;
  readonly constants: string;
  readonly rateHz: number;
  /** Flushes asked for. */
  flushes: number;
  /** Audio so far. */
  seconds: number;
  waiting: number;
  isEnding: boolean;
  isCancelled: boolean;
  hasAnswered: boolean;
  work: Promise<void>;
  cancelExpiry: () => void;
}

/** One socket of `/tts/websocket`. What is asked of a context is done in order. */
export class SonicSession {
  readonly #server: SimulatorServer;
  readonly #socket: WebSocket;
  readonly #behaviour: Behaviour;
  readonly #closed = new AbortController();
  readonly #contexts = new Map<string, Context>();
  readonly #past = new Set<string>();
  #isBroken = false;
  #cancelIdle = () => {};

  constructor(server: SimulatorServer, socket: WebSocket, behaviour: Behaviour) {
    this.#server = server;
    this.#socket = socket;
    this.#behaviour = behaviour;
    socket.on('close', () => {
      this.#cancelIdle();
      this.#closed.abort();
      for (const context of this.#contexts.values()) context.cancelExpiry();
    });
    socket.on('message', (data, isBinary) => {
      if (!this.#isBroken) this.#take(isBinary ? '' : (data as Buffer).toString('utf8'));
    });
    this.#awaitRequest();
  }

  #take(text: string): void {
    this.#awaitRequest();
    const message = readClientMessage(text);
    if (message === undefined) {
      this.#refuse('invalid_request', 'The message has another shape.');
    } else if ('cancel' in message) {
      const context = this.#contexts.get(message.context_id);
      if (context === undefined) return;
      context.isCancelled = true;
      this.#forget(context);
    } else this.#generate(message);
  }

  #generate(request: Generation): void {
    const { context_id: id, transcript } = request;
    const goesOn = request.continue === true;
    const context = this.#contexts.get(id) ?? this.#begin(request);
    if (this.#past.has(id) || context.isEnding) {
      return this.#refuse('context_expired', 'The context is over.', id);
    }
    if (context.constants !== constantsOf(request)) {
      return this.#refuse('invalid_request', 'Only the text may differ within a context.', id);
    }
    if (request.flush === true && (transcript !== '' || !goesOn)) {
      return this.#refuse('invalid_request', 'A flush has no text and goes on.', id);
    }
    if (transcript === '' && goesOn && request.flush !== true) {
      return this.#refuse('invalid_request', 'The transcript is empty.', id);
    }
    if (transcript !== '') {
      const flushId = context.flushes + 1;
      this.#then(context, () => this.#speak(context, request, flushId));
    }
    if (request.flush === true) {
      const flushId = (context.flushes += 1);
      this.#then(context, () =>
        this.#send(context, {
          type: 'flush_done',
          flush_done: true,
          flush_id: flushId,
          done: false,
        }),
      );
    }
    if (!goesOn) {
      context.isEnding = true;
      this.#then(context, () => this.#end(context));
    }
  }

  #begin(request: Generation): Context {
    const context: Context = {
      id: request.context_id,
      constants: constantsOf(request),
      rateHz: request.output_format.sample_rate,
      flushes: 0,
      seconds: 0,
      waiting: 0,
      isEnding: false,
      isCancelled: false,
      hasAnswered: false,
      work: Promise.resolve(),
      cancelExpiry: () => {},
    };
    if (!this.#past.has(context.id)) this.#contexts.set(context.id, context);
    return context;
  }

  #then(context: Context, work: () => Promise<void> | void): void {
    context.waiting += 1;
    context.cancelExpiry();
    context.work = context.work.then(async () => {
      if (!context.isCancelled && !this.#closed.signal.aborted) await work();
      context.waiting -= 1;
      if (context.waiting === 0 && this.#contexts.has(context.id) && !this.#closed.signal.aborted) {
        context.cancelExpiry = systemClock.after(EXPIRY_MS, () => this.#end(context));
      }
    });
  }

  async #speak(context: Context, request: Generation, flushId: number): Promise<void> {
    const { rateHz } = context;
    const text = request.transcript.trim();
    const samples = await (this.#behaviour.speak ?? toneFor)(text, rateHz);
    await sleep(systemClock, this.#behaviour.firstAudioDelayMs ?? 0, this.#closed.signal);
    if (!context.hasAnswered) {
      context.hasAnswered = true;
      const { plan } = this.#server;
      const fault = plan.take('first-use', ['slow', 'stall', 'malformed', 'abrupt-close']);
      if (fault?.kind === 'slow') await sleep(systemClock, fault.delayMs, this.#closed.signal);
      this.#isBroken ||= breakSocket(this.#socket, fault);
    }
    const startS = context.seconds;
    context.seconds += samples.length / rateHz;
    const piece = Math.round(PIECE_S * rateHz);
    for (let at = 0; at < samples.length; at += piece) {
      if (this.#isBroken || context.isCancelled || this.#closed.signal.aborted) return;
      const { buffer, byteOffset, byteLength } = samples.subarray(at, at + piece);
      const data = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
      const sent = this.#send(context, {
        type: 'chunk',
        data,
        done: false,
        step_time: 12.3,
        flush_id: flushId,
      });
      if (at === 0) {
        this.#isBroken = breakSocket(this.#socket, this.#server.plan.take('mid-stream'));
        if (request.add_timestamps === true) {
          void this.#send(context, {
            type: 'timestamps',
            done: false,
            word_timestamps: timedWords(text, startS, samples.length / rateHz),
            flush_id: flushId,
          });
        }
      }
      // No faster than it is read; and others have their turn.
      await sent;
    }
  }

  #end(context: Context): void {
    void this.#send(context, { type: 'done', done: true });
    this.#forget(context);
  }

  #forget(context: Context): void {
    context.cancelExpiry();
    this.#contexts.delete(context.id);
    this.#past.add(context.id);
  }

  #refuse(code: string, message: string, contextId?: string): void {
    this.#server.complain(message);
    const error = {
      type: 'error',
      done: true,
      title: 'Invalid request',
      message,
      error_code: code,
      status_code: 400,
      request_id: '6c9c7b0e-5f0f-4b52-8a1e-0f6a3b1d7a10',
      ...(contextId === undefined ? {} : { context_id: contextId }),
    };
    this.#socket.send(JSON.stringify(error));
  }

  #awaitRequest(): void {
    this.#cancelIdle();
    this.#cancelIdle = systemClock.after(IDLE_MS, () => this.#socket.close(1000));
  }

  /** Resolves once the network has taken it. */
  #send(context: Context, message: object): Promise<void> {
    if (this.#isBroken || this.#closed.signal.aborted) return Promise.resolve();
    const text = JSON.stringify({ ...message, status_code: 206, context_id: context.id });
    return new Promise((resolve) => this.#socket.send(text, () => resolve()));
  }
}

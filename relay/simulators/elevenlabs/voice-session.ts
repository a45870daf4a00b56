import type { WebSocket } from 'ws';
import { z } from 'zod';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { parseJson } from '../../src/base/lib/json.ts';
import { toneFor } from '../kit/simulator.ts';
import { breakSocket } from '../kit/simulator-server.ts';
import type { QueryRules, SessionParts } from './session.ts';

const FLAG = /^(true|false)$/;

export const VOICE_QUERY: QueryRules = {
  model_id: /^eleven_[a-z0-9_]+$/,
  language_code: /^[a-z]{2,3}$/,
  output_format: /^pcm_(8000|16000|22050|24000|44100)$/,
  inactivity_timeout: /^([1-9]\d?|1[0-7]\d|180)$/,
  sync_alignment: FLAG,
  auto_mode: FLAG,
  enable_logging: FLAG,
  enable_ssml_parsing: FLAG,
  apply_text_normalization: /^(auto|on|off)$/,
};

const message = z.strictObject({
  text: z.string().optional(),
  context_id: z.string().min(1).optional(),
  flush: z.boolean().optional(),
  close_context: z.boolean().optional(),
  close_socket: z.boolean().optional(),
  voice_settings: z.record(z.string(), z.unknown()).optional(),
  generation_config: z.record(z.string(), z.unknown()).optional(),
});

type Message = z.infer<typeof message>;

const MAX_CONTEXTS = 5;
const DEFAULT_INACTIVITY_S = 20;
const DEFAULT_CONTEXT = 'default';
const PIECE_S = 0.2;

interface Context {
  /** What has not been spoken yet. */
  text: string;
  isClosing: boolean;
  hasAnswered: boolean;
  speaking: Promise<void>;
}

/** One socket of `multi-stream-input`. Its contexts are spoken side by side. */
export class VoiceSession {
  readonly #parts: SessionParts;
  readonly #rateHz: number;
  readonly #closed = new AbortController();
  readonly #contexts = new Map<string, Context>();
  #isBroken = false;
  #cancelIdle = () => {};

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { socket, query } = parts;
    this.#rateHz = Number((query.get('output_format') ?? 'pcm_24000').split('_')[1]);
    socket.on('close', () => {
      this.#cancelIdle();
      this.#closed.abort();
    });
    socket.on('message', (data, isBinary) =>
      this.#take((data as Buffer).toString('utf8'), isBinary),
    );
    this.#awaitText();
  }

  get #socket(): WebSocket {
    return this.#parts.socket;
  }

  #take(text: string, isBinary: boolean): void {
    if (this.#isBroken) return;
    this.#awaitText();
    const { data } = isBinary ? { data: undefined } : message.safeParse(parseJson(text));
    if (data === undefined)
      return this.#refuse('invalid_message', 'The message has another shape.');
    if (data.close_socket === true) return this.#socket.close(1000);
    const id = data.context_id ?? DEFAULT_CONTEXT;
    const context = this.#contexts.get(id) ?? this.#begin(id, data);
    if (context === undefined) return;
    if (context.isClosing) return this.#refuse('invalid_message', `The context ${id} is closing.`);
    if (data.close_context !== true) context.text += data.text ?? '';
    if (data.flush === true) this.#speak(id, context);
    if (data.close_context === true) this.#close(id, context);
  }

  #begin(id: string, data: Message): Context | undefined {
    if (data.text === undefined || data.close_context === true) {
      this.#refuse('invalid_message', `There is no context ${id}.`);
      return undefined;
    }
    if (!data.text.endsWith(' ')) {
      this.#refuse('invalid_message', 'The text of a new context must end with a space.');
      return undefined;
    }
    if (this.#contexts.size >= MAX_CONTEXTS) {
      this.#refuse(
        'max_active_conversations',
        `Maximum simultaneous contexts per WebSocket connection exceeded (${MAX_CONTEXTS}). Please close an existing context before opening a new one.`,
      );
      return undefined;
    }
    const context: Context = {
      text: '',
      isClosing: false,
      hasAnswered: false,
      speaking: Promise.resolve(),
    };
    this.#contexts.set(id, context);
    return context;
  }

  #speak(id: string, context: Context): void {
    const text = context.text.trim();
    context.text = '';
    if (text !== '') context.speaking = context.speaking.then(() => this.#say(id, context, text));
  }

  #close(id: string, context: Context): void {
    context.isClosing = true;
    void context.speaking.then(() => {
      this.#contexts.delete(id);
      void this.#send({ audio: null, isFinal: true, contextId: id });
    });
  }

  async #say(id: string, context: Context, text: string): Promise<void> {
    const { server, behaviour } = this.#parts;
    const samples = await (behaviour.speak ?? toneFor)(text, this.#rateHz);
    await sleep(systemClock, behaviour.firstAudioDelayMs ?? 0, this.#closed.signal);
    if (!context.hasAnswered) {
      context.hasAnswered = true;
      const fault = server.plan.take('first-use', ['slow', 'stall', 'malformed', 'abrupt-close']);
      if (fault?.kind === 'slow') await sleep(systemClock, fault.delayMs, this.#closed.signal);
      this.#isBroken ||= breakSocket(this.#socket, fault);
    }
    const chars = [...text];
    const piece = Math.round(PIECE_S * this.#rateHz);
    const pieces = Math.max(1, Math.ceil(samples.length / piece));
    for (let n = 0; n < pieces; n += 1) {
      if (this.#isBroken || this.#closed.signal.aborted) return;
      const audio = samples.subarray(n * piece, (n + 1) * piece);
      const own = chars.slice(
        Math.round((n * chars.length) / pieces),
        Math.round(((n + 1) * chars.length) / pieces),
      );
      const sent = this.#send(this.#spoken(id, audio, own));
      if (n === 0) this.#isBroken = breakSocket(this.#socket, server.plan.take('mid-stream'));
      // No faster than it is read; and others have their turn.
      await sent;
    }
  }

  /** Times count from the start of the audio they come with. */
  #spoken(contextId: string, audio: Int16Array, chars: readonly string[]): object {
    const ms = (audio.length * 1_000) / this.#rateHz / Math.max(1, chars.length);
    const alignment = {
      chars,
      charStartTimesMs: chars.map((_, n) => Math.round(n * ms)),
      charDurationsMs: chars.map((_, n) => Math.round((n + 1) * ms) - Math.round(n * ms)),
    };
    const isTimed = this.#parts.query.get('sync_alignment') === 'true';
    return {
      audio: Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength).toString('base64'),
      isFinal: null,
      alignment: isTimed ? alignment : null,
      normalizedAlignment: isTimed ? alignment : null,
      contextId,
    };
  }

  #refuse(error: string, words: string): void {
    this.#parts.server.complain(words);
    void this.#send({ message: words, error, code: 1008 });
    this.#socket.close(1008, words.slice(0, 100));
  }

  #awaitText(): void {
    const seconds = Number(this.#parts.query.get('inactivity_timeout') ?? DEFAULT_INACTIVITY_S);
    this.#cancelIdle();
    this.#cancelIdle = systemClock.after(seconds * 1_000, () => this.#socket.close(1008));
  }

  /** Resolves once the network has taken it. */
  #send(content: object): Promise<void> {
    if (this.#isBroken || this.#closed.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#socket.send(JSON.stringify(content), () => resolve()));
  }
}

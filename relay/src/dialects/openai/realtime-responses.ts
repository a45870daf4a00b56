import type { RealtimeResponse, RealtimeResponseUsage } from 'openai/resources/realtime/realtime';
import type { RelayEventOf, Usage } from '@parley/shared';
import type { ClauseTiming } from '@parley/shared/heard-words';
import { newId } from '../../base/lib/ids.ts';
import { OutgoingAudio } from '../calls/call-audio.ts';
import type { ServerEvent } from './realtime-events.ts';
import {
  messageItem,
  type RealtimeItem,
  type RealtimeItems,
  type SpokenItem,
} from './realtime-items.ts';
import type { RealtimeSessionConfig } from './realtime-session.ts';

/** Of a reply that stands still for its client's functions: a few seconds of voice. */
const MAX_HELD = 64;

type Metadata = Readonly<Record<string, string>> | null;
type StatusDetails = NonNullable<RealtimeResponse['status_details']>;

/** What the client is being sent. */
interface OpenResponse {
  readonly id: string;
  readonly metadata: Metadata;
  readonly output: RealtimeItem[];
  message?: Message | undefined;
}

interface Message {
  readonly itemId: string;
  readonly index: number;
  readonly spoken: SpokenItem | undefined;
  text: string;
}

/** A reply of Parley. It becomes one response, and another one after each call of a function. */
interface Reply {
  readonly id: string;
  /** Of its audio frames. */
  readonly number: number;
  readonly sampleRateHz: number;
  /** undefined: it is written only. */
  readonly voice: OutgoingAudio | undefined;
  /** Of audio that came. */
  audioMs: number;
  /** Where the timing of each clause is kept. */
  readonly timings: Map<number, { readonly of: ClauseTiming[]; readonly at: number }>;
}

export interface ResponsesOptions {
  readonly emit: (event: ServerEvent) => void;
  readonly items: RealtimeItems;
  readonly config: RealtimeSessionConfig;
  readonly conversationId: string;
}

/**
 * Replies of Parley as OpenAI's responses, in the order of events that its clients rely on.
 *
 * With OpenAI a response ends when a function is called, and the client asks for another one when it
 * has the output. With Parley the reply goes on. So the response is ended here, and what the reply
 * says meanwhile is held until the client asks.
 */
export class RealtimeResponses {
  readonly #options: ResponsesOptions;
  #open: OpenResponse | undefined;
  #reply: Reply | undefined;
  /** What came while the client was to ask for the next response. */
  #held: (() => void)[] = [];
  /** Of the response that was asked for last. */
  #metadata: Metadata = null;
  /** The client wants no more of the reply. */
  #isCancelled = false;

  constructor(options: ResponsesOptions) {
    this.#options = options;
  }

  /** The client is being sent a response. */
  get isActive(): boolean {
    return this.#open !== undefined;
  }

  /** A reply goes on when the client has run its functions, and asks for a response. */
  get isSuspended(): boolean {
    return this.#reply !== undefined && this.#open === undefined;
  }

  /** @returns whether this names the response that is being sent, or no response in particular */
  isOpen(id: string | undefined): boolean {
    return this.#open !== undefined && (id === undefined || id === this.#open.id);
  }

  /** The client has asked for a response. */
  requested(metadata: Metadata): void {
    this.#metadata = metadata;
    if (this.isSuspended) this.#resume();
  }

  /** What is suspended never goes on. */
  cancelled(): void {
    this.#isCancelled = true;
    if (this.isSuspended) this.#reply = undefined;
  }

  begin({ response_id: id, item: number, audio }: RelayEventOf<'response.created'>): void {
    const { output } = this.#options.config;
    const sampleRateHz = audio?.sample_rate ?? 0;
    this.#held = [];
    this.#isCancelled = false;
    this.#reply = {
      ...{ id, number, sampleRateHz, audioMs: 0, timings: new Map() },
      voice: audio === null ? undefined : new OutgoingAudio(output.format.type, sampleRateHz),
    };
    this.#begin();
  }

  words(event: RelayEventOf<'response.output_audio_transcript.delta'>): void {
    const { delta, clause, from_character: repeats } = event;
    if (delta === '' || clause === undefined || repeats !== undefined) return;
    const reply = this.#reply;
    if (reply?.id !== event.response_id) return;
    if (this.#open === undefined) return this.#hold(() => this.words(event));
    const message = this.#messageOf(this.#open, reply);
    const text = message.text === '' ? delta.trimStart() : delta;
    message.text += text;
    const place = this.#placeOf(this.#open, message);
    if (message.spoken === undefined) {
      return this.#emit({ type: 'response.output_text.delta', ...place, delta: text });
    }
    const { clauses } = message.spoken;
    reply.timings.set(clause, { of: clauses, at: clauses.length });
    const startMs = event.audio_start_ms ?? reply.audioMs;
    clauses.push({ text: text.trim(), startMs, audioMs: 0, wordEndsMs: [] });
    this.#emit({ type: 'response.output_audio_transcript.delta', ...place, delta: text });
  }

  timed(event: RelayEventOf<'response.output_audio_transcript.timed'>): void {
    const reply = this.#reply;
    if (reply?.id !== event.response_id) return;
    if (this.isSuspended) return this.#hold(() => this.timed(event));
    const { of, at } = reply.timings.get(event.clause) ?? {};
    if (of === undefined || at === undefined) return;
    const { audio_start_ms: startMs, audio_ms: audioMs, word_ends_ms: wordEndsMs } = event;
    of[at] = { ...of[at]!, startMs, audioMs, wordEndsMs };
  }

  /**
   * @param number - of the reply that the frame belongs to
   * @returns its length, ms
   */
  voice(number: number, samples: Int16Array): number {
    const reply = this.#reply;
    if (reply?.number !== number || reply.voice === undefined || samples.length === 0) return 0;
    const lengthMs = (samples.length / reply.sampleRateHz) * 1_000;
    if (this.#open === undefined) {
      this.#hold(() => this.voice(number, samples));
      return lengthMs;
    }
    const message = this.#messageOf(this.#open, reply);
    reply.audioMs += lengthMs;
    message.spoken!.audioMs += lengthMs;
    this.#sendAudio(this.#open, message, reply.voice.give(samples));
    return lengthMs;
  }

  /** The language model calls a function of the client: the response ends with it. */
  called(event: RelayEventOf<'response.function_call_arguments.done'>): void {
    if (this.#reply === undefined) return;
    const open = this.#open ?? this.#begin();
    const { call_id, name, arguments: input } = event;
    this.#endMessage(open, 'completed');
    const call = { type: 'function_call', object: 'realtime.item', name, call_id } as const;
    const item = { id: newId('item'), ...call, status: 'in_progress', arguments: '' } as const;
    const index = this.#addOutput(open, item);
    const place = { response_id: open.id, item_id: item.id, output_index: index, call_id };
    const done = { ...item, status: 'completed', arguments: input } as const;
    this.#emit({ type: 'response.function_call_arguments.delta', ...place, delta: input });
    this.#emit({
      ...{ type: 'response.function_call_arguments.done', ...place },
      ...{ name, arguments: input },
    });
    this.#endOutput(open, index, done);
    this.#end(open, 'completed', { type: 'completed' });
  }

  ended({ response_id: id, status, usage, error }: RelayEventOf<'response.done'>): void {
    const reply = this.#reply;
    if (reply?.id !== id) return;
    // A function that was not run in time: what the model made of that is said unasked.
    if (this.isSuspended && this.#held.length > 0 && status !== 'cancelled') this.#resume();
    this.#held = [];
    this.#reply = undefined;
    const open = this.#open;
    if (open === undefined) return;
    if (open.message?.spoken !== undefined && status !== 'cancelled') {
      this.#sendAudio(open, open.message, reply.voice!.end());
    }
    this.#endMessage(open, status === 'completed' ? 'completed' : 'incomplete');
    const reason = this.#isCancelled ? 'client_cancelled' : 'turn_detected';
    this.#end(
      open,
      status,
      {
        type: status,
        ...(status === 'cancelled' && { reason }),
        ...(error !== null && { error: { type: 'server_error', code: error.code } }),
      },
      usageOf(usage),
    );
  }

  /** A response without anything in it, for a client that asked when all was said. */
  answerEmpty(metadata: Metadata): void {
    this.#metadata = metadata;
    this.#end(this.#begin(), 'completed', { type: 'completed' });
  }

  #begin(): OpenResponse {
    const open: OpenResponse = { id: newId('resp'), metadata: this.#metadata, output: [] };
    this.#metadata = null;
    this.#open = open;
    this.#emit({ type: 'response.created', response: this.#describe(open, 'in_progress') });
    return open;
  }

  #resume(): void {
    this.#begin();
    const held = this.#held;
    this.#held = [];
    for (const go of held) go();
  }

  #hold(go: () => void): void {
    this.#held.push(go);
    if (this.#held.length > MAX_HELD) this.#resume();
  }

  #messageOf(open: OpenResponse, reply: Reply): Message {
    if (open.message !== undefined) return open.message;
    const isSpoken = reply.voice !== undefined;
    const spoken = isSpoken
      ? { responseId: reply.id, startMs: reply.audioMs, audioMs: 0, clauses: [] }
      : undefined;
    const item = messageItem(newId('item'), 'in_progress', []);
    const index = this.#addOutput(open, item, spoken);
    open.message = { itemId: item.id, index, spoken, text: '' };
    this.#emit({
      ...{ type: 'response.content_part.added', ...this.#placeOf(open, open.message) },
      part: isSpoken ? { type: 'audio', transcript: '' } : { type: 'text', text: '' },
    });
    return open.message;
  }

  #endMessage(open: OpenResponse, status: 'completed' | 'incomplete'): void {
    const { message } = open;
    if (message === undefined) return;
    open.message = undefined;
    const place = this.#placeOf(open, message);
    const { itemId, index, spoken, text } = message;
    if (spoken === undefined) {
      const part = { type: 'text', text } as const;
      this.#emit({ type: 'response.output_text.done', ...place, text });
      this.#emit({ type: 'response.content_part.done', ...place, part });
    } else {
      const part = { type: 'audio', transcript: text } as const;
      this.#emit({ type: 'response.output_audio.done', ...place });
      this.#emit({ type: 'response.output_audio_transcript.done', ...place, transcript: text });
      this.#emit({ type: 'response.content_part.done', ...place, part });
    }
    const content =
      spoken === undefined
        ? ({ type: 'output_text', text } as const)
        : ({ type: 'output_audio', transcript: text } as const);
    this.#endOutput(open, index, messageItem(itemId, status, [content]));
  }

  #sendAudio(open: OpenResponse, message: Message, delta: string): void {
    if (delta === '') return;
    this.#emit({ type: 'response.output_audio.delta', ...this.#placeOf(open, message), delta });
  }

  /** @returns its index */
  #addOutput(open: OpenResponse, item: RealtimeItem, spoken?: SpokenItem): number {
    const index = open.output.length;
    open.output.push(item);
    const place = { response_id: open.id, output_index: index };
    this.#emit({ type: 'response.output_item.added', ...place, item });
    const previous_item_id = this.#options.items.add(item, spoken);
    this.#emit({ type: 'conversation.item.added', previous_item_id, item });
    return index;
  }

  #endOutput(open: OpenResponse, index: number, item: RealtimeItem): void {
    open.output[index] = item;
    const { items } = this.#options;
    items.replace(item);
    const previous_item_id = items.before(item.id);
    this.#emit({ type: 'conversation.item.done', previous_item_id, item });
    const place = { response_id: open.id, output_index: index };
    this.#emit({ type: 'response.output_item.done', ...place, item });
  }

  #end(
    open: OpenResponse,
    status: 'completed' | 'cancelled' | 'failed',
    details: StatusDetails,
    usage: RealtimeResponseUsage = usageOf(NO_USAGE),
  ): void {
    this.#open = undefined;
    const response = { ...this.#describe(open, status), status_details: details, usage };
    this.#emit({ type: 'response.done', response });
    // How much a caller may still ask is not counted in OpenAI's units.
    this.#emit({ type: 'rate_limits.updated', rate_limits: [] });
  }

  #describe(open: OpenResponse, status: NonNullable<RealtimeResponse['status']>): RealtimeResponse {
    const { config, conversationId } = this.#options;
    const { format, voice } = config.output;
    const isSpoken = this.#reply === undefined ? config.isSpoken : this.#reply.voice !== undefined;
    return {
      object: 'realtime.response',
      id: open.id,
      status,
      output: [...open.output],
      conversation_id: conversationId,
      output_modalities: [isSpoken ? 'audio' : 'text'],
      max_output_tokens: 'inf',
      audio: {
        output: {
          format: format as NonNullable<
            NonNullable<RealtimeResponse['audio']>['output']
          >['format'] &
            object,
          voice: typeof voice === 'string' ? voice : voice.id,
        },
      },
      metadata: open.metadata,
    };
  }

  #placeOf(open: OpenResponse, { itemId, index }: Message) {
    return { response_id: open.id, item_id: itemId, output_index: index, content_index: 0 };
  }

  #emit(event: ServerEvent): void {
    this.#options.emit(event);
  }
}

const NO_USAGE = { llm_input_tokens: 0, llm_output_tokens: 0 };

function usageOf({
  llm_input_tokens: input_tokens,
  llm_output_tokens: output_tokens,
}: Pick<Usage, 'llm_input_tokens' | 'llm_output_tokens'>): RealtimeResponseUsage {
  return {
    total_tokens: input_tokens + output_tokens,
    input_tokens,
    output_tokens,
    input_token_details: { text_tokens: input_tokens, audio_tokens: 0, cached_tokens: 0 },
    output_token_details: { text_tokens: output_tokens, audio_tokens: 0 },
  };
}

import {
  AudioFrameKind,
  closeReasonOf,
  decodeAudioFrame,
  encodeAudioFrame,
  ERRORS,
  type ClientEvent,
  type RelayEvent,
  type RelayEventOf,
} from '@parley/shared';
import type { Clock } from '../../base/lib/clock.ts';
import { within } from '../../base/lib/error-boundary.ts';
import { newId } from '../../base/lib/ids.ts';
import type { Session } from '../../call/session/session.ts';
import type { SessionSocket } from '../../call/session/session-socket.ts';
import { errorBody, invalid, RequestFault } from './errors.ts';
import {
  readClientEvent,
  type ClientEvent as RealtimeEvent,
  type ClientEventOf,
  type CreatedItem,
  type ServerEvent,
} from './realtime-events.ts';
import { RealtimeInput } from './realtime-input.ts';
import { itemOf, RealtimeItems, textOf, type Item } from './realtime-items.ts';
import { RealtimeResponses } from './realtime-responses.ts';
import type { RealtimeSessionConfig } from './realtime-session.ts';
import { RealtimeTranscripts } from './realtime-transcripts.ts';
import type { SpeechDetections } from './speech-detection.ts';

/** What the relay keeps for a resumption is forgotten this often: no client of this kind resumes. */
const ACKNOWLEDGE_EVERY = 50;
/** Outputs of functions that may wait for a response to be asked for. */
const MAX_OUTPUTS = 32;
/** Of an answer to nothing: models are told that what stands in brackets was said by no one. */
const NOTHING_SAID = '[The call has begun. Nothing was said yet.]';

export interface RealtimeCallOptions {
  readonly session: Session;
  /** The client's. */
  readonly socket: SessionSocket;
  readonly config: RealtimeSessionConfig;
  readonly conversationId: string;
  readonly detections: SpeechDetections;
  readonly clock: Clock;
}

/**
 * A client of OpenAI's Realtime protocol. For the session it is a client like any other, in memory:
 * it speaks Parley's own protocol with it, and knows nothing that another client could not know.
 */
export class RealtimeCall implements SessionSocket, Disposable {
  readonly #options: RealtimeCallOptions;
  readonly #items = new RealtimeItems();
  readonly #responses: RealtimeResponses;
  readonly #transcripts: RealtimeTranscripts;
  #input: RealtimeInput | undefined;
  #described: RelayEventOf<'session.created'>['session'] | undefined;
  #expiresAtS = 0;
  /** The session clock's zero. */
  #beganAtMs = 0;
  #seq = 0;
  #acknowledgedSeq = 0;
  /** The client's event that is being taken. */
  #cause: string | undefined;
  /** What the session was last told to be. */
  #wish = '';
  /** One response is to be other than the session. */
  #isOverridden = false;
  #hasQuestion = false;
  #outputs: { readonly call_id: string; readonly output: string }[] = [];
  #playingUntilMs = 0;
  #isClosed = false;

  constructor(options: RealtimeCallOptions) {
    this.#options = options;
    const { config, conversationId } = options;
    const emit = (event: ServerEvent) => this.#emit(event);
    this.#responses = new RealtimeResponses({ emit, items: this.#items, config, conversationId });
    this.#transcripts = new RealtimeTranscripts({ emit, items: this.#items, config });
  }

  get bufferedAmount(): number {
    return this.#options.socket.bufferedAmount;
  }

  ping(): void {
    this.#options.socket.ping();
  }

  /** The session is over. */
  close(code: number, reason: string): void {
    if (code !== 1000) {
      const { message } = closeReasonOf(code);
      this.#emit({ type: 'error', error: { type: 'server_error', code: reason, message } });
    }
    this.#isClosed = true;
    this.#options.socket.close(code, reason);
  }

  terminate(): void {
    this.#isClosed = true;
    this.#options.socket.terminate();
  }

  /** The client is gone. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#input?.[Symbol.dispose]();
    const { session } = this.#options;
    within(session, () => session.detach(this, 1000));
  }

  /** What the session sends. */
  send(data: string | Uint8Array): void {
    if (typeof data === 'string') {
      const event = JSON.parse(data) as RelayEvent;
      this.#received(event.seq);
      return this.#told(event);
    }
    const result = decodeAudioFrame(data);
    if (!result.ok) return;
    const { item, seq, samples } = result.frame;
    this.#received(seq);
    const lengthMs = this.#responses.voice(item, samples);
    // The client plays what it is sent, one after the other.
    const beginsAtMs = Math.max(this.#options.clock.now(), this.#playingUntilMs);
    if (lengthMs > 0) this.#playingUntilMs = beginsAtMs + lengthMs;
  }

  /** What the client sends. */
  receive(text: string): void {
    if (this.#isClosed) return;
    const { event, eventId } = readClientEvent(text);
    this.#cause = eventId;
    try {
      if (event instanceof RequestFault) throw event;
      this.#take(event);
    } catch (error) {
      if (!(error instanceof RequestFault)) throw error;
      this.#refuse(error);
    } finally {
      this.#cause = undefined;
    }
  }

  #take(event: RealtimeEvent): void {
    switch (event.type) {
      case 'session.update': {
        this.#options.config.update(event.session);
        this.#apply();
        return this.#emit({ type: 'session.updated', session: this.#describe() });
      }
      case 'input_audio_buffer.append':
        return this.#append(event.audio);
      case 'input_audio_buffer.commit':
        if (this.#input?.commit() !== undefined) return;
        throw new RequestFault(
          400,
          'input_audio_buffer_commit_empty',
          'There is less than 100 ms of audio to commit.',
        );
      case 'input_audio_buffer.clear':
        this.#input?.clear();
        return this.#emit({ type: 'input_audio_buffer.cleared' });
      case 'output_audio_buffer.clear':
        return;
      case 'conversation.item.create':
        return this.#create(event.item);
      case 'conversation.item.retrieve':
        return this.#emit({
          type: 'conversation.item.retrieved',
          item: this.#itemNamed(event.item_id),
        });
      case 'conversation.item.delete':
        this.#itemNamed(event.item_id);
        return this.#delete(event.item_id);
      case 'conversation.item.truncate':
        return this.#truncate(event);
      case 'response.create':
        return this.#respond(event.response ?? {});
      case 'response.cancel':
        return this.#cancel(event.response_id);
    }
  }

  #append(audio: string): void {
    const input = this.#input;
    input?.setPlaying(this.#options.clock.now() < this.#playingUntilMs);
    if (input?.append(audio) !== false) return;
    const { message } = ERRORS.utterance_too_long;
    throw new RequestFault(400, 'utterance_too_long', message, 'audio');
  }

  #create(created: CreatedItem): void {
    const id = created.id ?? newId('item');
    if (this.#items.find(id) !== undefined) {
      throw invalid('item.id', 'There is an item with this id already.');
    }
    const item = itemOf(created, id);
    if (item.type === 'function_call_output') this.#output(item.call_id, item.output);
    else if (item.type === 'message') this.#remember(item, created);
    const previous_item_id = this.#items.add(item);
    this.#emit({ type: 'conversation.item.added', previous_item_id, item });
    this.#emit({ type: 'conversation.item.done', previous_item_id, item });
  }

  #remember(item: Extract<Item, { type: 'message' }>, created: CreatedItem): void {
    const text = textOf(created);
    if (item.role !== 'assistant') this.#hasQuestion = true;
    const role = item.role === 'assistant' ? 'assistant' : 'user';
    this.#ask(remembered(item.id, role, item.role === 'system' ? `[${text}]` : text));
  }

  /** One that the client is to ask a response for waits for that. */
  #output(call_id: string, output: string): void {
    this.#outputs.push({ call_id, output });
    if (this.#outputs.length > MAX_OUTPUTS) this.#outputs.shift();
    if (this.#responses.isActive) this.#handOutputs();
  }

  #handOutputs(): void {
    const outputs = this.#outputs;
    this.#outputs = [];
    for (const output of outputs) {
      this.#ask({
        type: 'conversation.item.create',
        item: { type: 'function_call_output', ...output },
      });
    }
  }

  #delete(id: string): void {
    const { responseId = id } = this.#items.spoken(id) ?? {};
    this.#items.delete(id);
    this.#ask({
      type: 'conversation.item.delete',
      item_id: this.#transcripts.parleyIdOf(id) ?? responseId,
    });
    this.#emit({ type: 'conversation.item.deleted', item_id: id });
  }

  #truncate(event: ClientEventOf<'conversation.item.truncate'>): void {
    const { item_id, content_index, audio_end_ms } = event;
    this.#itemNamed(item_id);
    const cut = this.#items.truncate(item_id, audio_end_ms);
    if (cut === undefined) {
      throw invalid('item_id', 'Only what the assistant has said aloud can be truncated.');
    }
    const { responseId: response_id, playedMs } = cut;
    this.#ask({ type: 'conversation.item.truncate', response_id, audio_end_ms: playedMs });
    this.#emit({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
  }

  #respond(response: NonNullable<ClientEventOf<'response.create'>['response']>): void {
    const { conversation = 'auto', input = [], metadata = null, ...changes } = response;
    if (this.#options.config.isTranscription) {
      throw invalid('type', 'A session of transcription gives no responses.');
    }
    if (conversation !== 'auto' || input.length > 0) {
      throw new RequestFault(
        400,
        'unsupported',
        'This relay answers the conversation alone: conversation "none" and input are not taken.',
        conversation === 'auto' ? 'response.input' : 'response.conversation',
      );
    }
    if (this.#responses.isActive) {
      throw new RequestFault(
        400,
        'conversation_already_has_active_response',
        'There is a response already. Wait for response.done, or cancel it.',
      );
    }
    const isSuspended = this.#responses.isSuspended;
    this.#responses.requested(metadata);
    if (isSuspended) return this.#handOutputs();
    if (Object.keys(changes).length > 0) this.#apply(changes);
    if (!this.#hasQuestion) this.#ask(remembered(newId('item'), 'user', NOTHING_SAID));
    this.#hasQuestion = true;
    this.#ask({ type: 'response.create' });
  }

  #cancel(id: string | undefined): void {
    if (!this.#responses.isOpen(id)) {
      throw new RequestFault(400, 'response_cancel_not_active', 'There is no such response now.');
    }
    this.#responses.cancelled();
    this.#ask({ type: 'response.cancel' });
  }

  #told(event: RelayEvent): void {
    switch (event.type) {
      case 'session.created':
        return this.#begin(event);
      case 'session.updated':
        this.#described = event.session;
        return;
      case 'input_audio_buffer.committed':
        return this.#input?.ended(event.utterance, undefined);
      case 'conversation.item.input_audio_transcription.delta':
        return this.#transcripts.delta(event);
      case 'conversation.item.input_audio_transcription.completed':
        return this.#transcripts.completed(event);
      case 'conversation.item.input_audio_transcription.failed':
        return this.#transcripts.failed(event);
      case 'response.created':
        this.#responses.begin(event);
        if (this.#isOverridden) queueMicrotask(() => this.#apply());
        return;
      case 'response.output_audio_transcript.delta':
        return this.#responses.words(event);
      case 'response.output_audio_transcript.timed':
        return this.#responses.timed(event);
      case 'response.function_call_arguments.done':
        return this.#responses.called(event);
      case 'response.done':
        if (event.status === 'cancelled') this.#playingUntilMs = 0;
        return this.#responses.ended(event);
      case 'error': {
        const { code, message } = event;
        return this.#refuse(new RequestFault(400, code, message));
      }
      default:
        // Of no meaning to these clients: acknowledgements, budgets, which provider works.
        return;
    }
  }

  #begin({ session, server_ms: serverMs }: RelayEventOf<'session.created'>): void {
    const { clock, detections } = this.#options;
    this.#described = session;
    this.#beganAtMs = clock.now() - serverMs;
    this.#expiresAtS = Math.floor((Date.now() + session.limits.session_duration_ms) / 1_000);
    this.#input = new RealtimeInput({
      detections,
      maxUtteranceMs: session.limits.utterance_ms,
      nowMs: () => clock.now() - this.#beganAtMs,
      send: (event) => this.#ask(event),
      sendAudio: (utterance, samples, startMs, last) =>
        this.#sendAudio(utterance, samples, startMs, last),
      onStarted: (utterance, startMs) => this.#started(utterance, startMs),
      onEnded: (utterance, lengthMs, endMs) => this.#ended(utterance, lengthMs, endMs),
    });
    this.#emit({ type: 'session.created', session: this.#describe() });
    // Not within the session's own beginning.
    queueMicrotask(() => this.#apply());
  }

  /** @param response - what one response has in place of the session's */
  #apply(response?: Parameters<RealtimeSessionConfig['wish']>[1]): void {
    const { config } = this.#options;
    if (this.#described === undefined || this.#isClosed) return;
    this.#input?.set(config.inputFormat, config.turnDetection !== null);
    this.#isOverridden = response !== undefined;
    const session = config.wish(this.#described, response);
    const wish = JSON.stringify(session);
    if (wish === this.#wish) return;
    this.#wish = wish;
    this.#ask({ type: 'session.update', session });
  }

  #started(utterance: number, startMs: number): void {
    const { config } = this.#options;
    this.#transcripts.started(utterance, startMs);
    const detection = config.turnDetection;
    const isInterrupting = detection === null || detection.interrupt_response !== false;
    if (!isInterrupting) return;
    this.#playingUntilMs = 0;
    // What is answered by itself also interrupts by itself.
    const isAutomatic = detection !== null && detection.create_response !== false;
    if (!isAutomatic) this.#ask({ type: 'response.cancel' });
  }

  #ended(utterance: number, lengthMs: number, endMs: number | undefined): void {
    this.#hasQuestion = true;
    this.#transcripts.ended(utterance, lengthMs, endMs);
  }

  #itemNamed(id: string): Item {
    const item = this.#items.find(id);
    if (item === undefined) {
      throw new RequestFault(400, 'item_not_found', 'There is no item with this id.', 'item_id');
    }
    return item;
  }

  #describe() {
    const { session, config } = this.#options;
    return config.describe({ id: session.id, expiresAtS: this.#expiresAtS });
  }

  #received(seq: number): void {
    if (seq - this.#acknowledgedSeq < ACKNOWLEDGE_EVERY) return;
    this.#acknowledgedSeq = seq;
    queueMicrotask(() => {
      if (!this.#isClosed) this.#ask({ type: 'ping', client_ms: 0, last_seq: seq });
    });
  }

  #ask(event: ClientEvent): void {
    const { session } = this.#options;
    // A ping has no place in the sequence.
    const numbered = event.type === 'ping' ? event : { ...event, seq: ++this.#seq };
    session.receiveText(this, JSON.stringify(numbered));
  }

  #sendAudio(item: number, samples: Int16Array, startMs: number, last: boolean): void {
    const header = { kind: AudioFrameKind.uplink, last, item, seq: ++this.#seq };
    const timestampMs = Math.round(startMs);
    this.#options.session.receiveAudio(this, encodeAudioFrame({ ...header, timestampMs }, samples));
  }

  #refuse({ status, code, message, param }: RequestFault): void {
    const { error } = errorBody(code, message, status, param);
    const event_id = this.#cause ?? null;
    this.#emit({ type: 'error', error: { ...error, event_id } });
  }

  #emit(event: ServerEvent): void {
    if (this.#isClosed) return;
    this.#options.socket.send(JSON.stringify({ event_id: newId('event'), ...event }));
  }
}

/** A message that is not answered before the client asks for it. */
function remembered(id: string, role: 'user' | 'assistant', text: string): ClientEvent {
  return {
    type: 'conversation.item.create',
    create_response: false,
    item: { id, type: 'message', role, content: [{ type: 'input_text', text }] },
  };
}

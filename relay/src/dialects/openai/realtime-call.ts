import { closeReasonOf, ERRORS, type RelayEvent, type RelayEventOf } from '@parley/shared';
import type { Clock } from '../../base/lib/clock.ts';
import { newId } from '../../base/lib/ids.ts';
import { Allowance } from '../../call/session/inbox-allowances.ts';
import type { Session } from '../../call/session/session.ts';
import type { SessionSocket } from '../../call/session/session-socket.ts';
import { SessionClient } from '../calls/session-client.ts';
import type { SpeechDetections } from '../calls/speech-detection.ts';
import { SpokenInput } from '../calls/spoken-input.ts';
import { errorBody, invalid, RequestFault } from './errors.ts';
import { readClientEvent, type DialectEvent, type ServerEvent } from './realtime-events.ts';
import { RealtimeItems } from './realtime-items.ts';
import { RealtimeConversation } from './realtime-conversation.ts';
import { RealtimeResponses } from './realtime-responses.ts';
import type { RealtimeSessionConfig, ResponseChanges } from './realtime-session.ts';
import { RealtimeTranscripts } from './realtime-transcripts.ts';

/** Of instructions, tools and what else is wished, as JSON: the session takes a little more. */
const MAX_WISH_CHARACTERS = 64_000;

/** Of PCM at 24 kHz, and of telephone audio at 8 kHz. */
const BASE64_CHARACTERS_PER_MS = { pcm: 64, telephone: 32 / 3 } as const;

/** A client that takes in less of its answers is too slow, as for the session itself. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

export interface RealtimeCallOptions {
  readonly session: Session;
  /** The client's. */
  readonly socket: SessionSocket;
  readonly config: RealtimeSessionConfig;
  readonly conversationId: string;
  readonly detections: SpeechDetections;
  readonly clock: Clock;
}

/** A client of OpenAI's Realtime protocol. */
export class RealtimeCall implements Disposable {
  /** Its other side, which the session knows. */
  readonly client: SessionClient;
  readonly #options: RealtimeCallOptions;
  readonly #conversation: RealtimeConversation;
  readonly #responses: RealtimeResponses;
  readonly #transcripts: RealtimeTranscripts;
  #input: SpokenInput | undefined;
  #described: RelayEventOf<'session.created'>['session'] | undefined;
  #expiresAtS = 0;
  /** The client's event that is being taken. */
  #cause: string | undefined;
  /** What the session was last told to be. */
  #wish = '';
  /** One response is to be other than the session. */
  #isOverridden = false;
  #playingUntilMs = 0;
  // What the session itself is not sent, it cannot bound.
  readonly #messages = new Allowance({ capacity: 6_000, perSecond: 120 });
  readonly #mistakes = new Allowance({ capacity: 50, perSecond: 1 });
  /** ms, as much as the session takes of speech. */
  readonly #audio = new Allowance({ capacity: 70_000, perSecond: 1_010 });
  #refilledAtMs: number;

  constructor(options: RealtimeCallOptions) {
    this.#options = options;
    const { session, socket, config, conversationId, clock } = options;
    this.#refilledAtMs = clock.now();
    this.client = new SessionClient({
      ...{ session, socket, clock },
      onEvent: (event) => this.#told(event),
      onAudio: ({ item, samples }) => this.#voice(item, samples),
      onClosing: (code, reason) => {
        if (code === 1000) return;
        this.#refuse(new RequestFault(500, reason, closeReasonOf(code).message));
      },
    });
    const emit = (event: ServerEvent) => this.#emit(event);
    const common = { emit, items: new RealtimeItems(), config };
    const responses = new RealtimeResponses({ ...common, conversationId });
    const transcripts = new RealtimeTranscripts(common);
    this.#responses = responses;
    this.#transcripts = transcripts;
    this.#conversation = new RealtimeConversation({
      ...{ ...common, responses, transcripts },
      ask: this.client.ask,
      change: (changes) => this.#apply(changes),
    });
  }

  /** The client is gone. */
  [Symbol.dispose](): void {
    this.#input?.[Symbol.dispose]();
    this.client[Symbol.dispose]();
  }

  /** What the client sends. */
  receive(text: string): void {
    if (this.client.isClosed) return;
    const { session, clock } = this.#options;
    const nowMs = clock.now();
    this.#messages.refill(nowMs - this.#refilledAtMs);
    this.#mistakes.refill(nowMs - this.#refilledAtMs);
    this.#audio.refill(nowMs - this.#refilledAtMs);
    this.#refilledAtMs = nowMs;
    if (!this.#messages.take()) return session.close('rateLimited');
    // The session sees only what it sends itself.
    if (this.client.bufferedAmount > MAX_BUFFERED_BYTES) return session.close('slowConsumer');
    const { event, eventId } = readClientEvent(text);
    this.#cause = eventId;
    try {
      if (event instanceof RequestFault) throw event;
      this.#take(event);
    } catch (error) {
      if (!(error instanceof RequestFault)) throw error;
      this.#refuse(error);
      if (!this.#mistakes.take()) session.close('tooManyMalformed');
    } finally {
      this.#cause = undefined;
    }
  }

  #take(event: DialectEvent): void {
    switch (event.type) {
      case 'session.update': {
        const takeBack = this.#options.config.update(event.session);
        if (this.#apply()) this.#emit({ type: 'session.updated', session: this.#describe() });
        else takeBack();
        return;
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
      default:
        return this.#conversation.take(event);
    }
  }

  #voice(item: number, samples: Int16Array): void {
    const lengthMs = this.#responses.voice(item, samples);
    // The client plays what it is sent, one after the other.
    const beginsAtMs = Math.max(this.#options.clock.now(), this.#playingUntilMs);
    if (lengthMs > 0) this.#playingUntilMs = beginsAtMs + lengthMs;
  }

  #append(audio: string): void {
    const input = this.#input;
    const isPcm = this.#options.config.inputFormat === 'audio/pcm';
    const perMs = BASE64_CHARACTERS_PER_MS[isPcm ? 'pcm' : 'telephone'];
    if (!this.#audio.take(Math.ceil(audio.length / perMs))) {
      throw new RequestFault(429, 'rate_limited', ERRORS.rate_limited.message, 'audio');
    }
    input?.setPlaying(this.#options.clock.now() < this.#playingUntilMs);
    if (input?.append(audio) !== false) return;
    const { message } = ERRORS.utterance_too_long;
    throw new RequestFault(400, 'utterance_too_long', message, 'audio');
  }

  #told(event: RelayEvent): void {
    switch (event.type) {
      case 'session.created':
        return this.#begin(event);
      case 'session.updated':
        this.#described = event.session;
        return;
      case 'input_audio_buffer.committed':
        return this.#input?.endedByRelay(event.utterance, event.audio_end_ms);
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

  #begin({ session }: RelayEventOf<'session.created'>): void {
    const { detections } = this.#options;
    this.#described = session;
    this.#expiresAtS = Math.floor((Date.now() + session.limits.session_duration_ms) / 1_000);
    this.#input = new SpokenInput({
      detections,
      maxUtteranceMs: session.limits.utterance_ms,
      nowMs: () => this.client.nowMs,
      send: this.client.ask,
      sendAudio: this.client.sendAudio,
      onStarted: (utterance, startMs) => this.#started(utterance, startMs),
      onFailed: ({ code, message }) => this.#refuse(new RequestFault(500, code, message)),
      onEnded: (utterance, lengthMs, endMs) => this.#ended(utterance, lengthMs, endMs),
    });
    this.#emit({ type: 'session.created', session: this.#describe() });
    // Not within the session's own beginning.
    queueMicrotask(() => this.#apply());
  }

  /**
   * @param response - what one response has in place of the session's
   * @returns false if the session does not take it, which the client then knows
   */
  #apply(response?: ResponseChanges): boolean {
    const { config } = this.#options;
    if (this.#described === undefined || this.client.isClosed) return true;
    const session = config.wish(this.#described, response);
    const wish = JSON.stringify(session);
    if (wish.length > MAX_WISH_CHARACTERS) {
      this.#refuse(invalid('session.tools', 'Instructions and tools are too long together.'));
      return false;
    }
    if (wish !== this.#wish && !this.client.ask({ type: 'session.update', session })) return false;
    this.#wish = wish;
    this.#isOverridden = response !== undefined;
    this.#input?.set(config.inputFormat, config.turnDetection !== null);
    return true;
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
    if (!isAutomatic) this.client.ask({ type: 'response.cancel' });
  }

  #ended(utterance: number, lengthMs: number, endMs: number | undefined): void {
    this.#conversation.spoken();
    this.#transcripts.ended(utterance, lengthMs, endMs);
  }

  #describe() {
    const { session, config } = this.#options;
    return config.describe({ id: session.id, expiresAtS: this.#expiresAtS });
  }

  #refuse({ status, code, message, param }: RequestFault): void {
    const { error } = errorBody(code, message, status, param);
    const event_id = this.#cause ?? null;
    this.#emit({ type: 'error', error: { ...error, event_id } });
  }

  #emit(event: ServerEvent): void {
    if (this.client.isClosed) return;
    this.#options.socket.send(JSON.stringify({ event_id: newId('event'), ...event }));
  }
}

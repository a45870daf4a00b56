import { SPEECH_HZ } from '@parley/shared/audio/pcm16';
import type { Owned } from '../../../call/stages/provider.ts';
import type {
  Transcriber,
  TranscriptEvent,
  Transcription,
} from '../../../call/stages/transcriber/transcriber.ts';
import {
  createSocketTranscriber,
  type UtteranceOptions,
} from '../../vendor-kit/transcription/socket-transcriber.ts';
import { ModelList } from '../../vendor-kit/http-client/model-list.ts';
import { VendorHttp } from '../../vendor-kit/http-client/vendor-http.ts';
import { openVendorSession } from '../../vendor-kit/websocket/vendor-session.ts';
import type { VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/vendor-url.ts';
import { readRealtimeEvent, type RealtimeEvent } from './openai-events.ts';
import {
  adapterOf,
  authorization,
  isoLanguage,
  modelListOf,
  type OpenAiAdapterOptions,
} from './openai-server.ts';
import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import { SocketUtterance } from '../../vendor-kit/transcription/socket-utterance.ts';
import type { SocketLease } from '../../vendor-kit/websocket/socket-pool.ts';

/** The only rate the API takes. */
const REALTIME_HZ = 24_000;

/** Less is refused with `input_audio_buffer_commit_empty`. */
const MIN_COMMIT_SAMPLES = REALTIME_HZ / 10;

type State =
  | { readonly kind: 'listening' }
  /** Committed; the item that holds the audio has a name once the server has said so. */
  | { readonly kind: 'finalizing'; readonly itemId?: string };

/** A session ends after 60 minutes, and the utterance that begins last must still fit in. */
const MAX_AGE_MS = 50 * 60_000;

/**
 * OpenAI's Realtime API as a recogniser: a transcription session per socket, without its own turn
 * detection, in which each utterance is committed by hand. Audio goes up as the person speaks, and
 * models that stream answer with words meanwhile.
 */
export function createOpenAiRealtimeTranscriber(options: OpenAiAdapterOptions): Owned<Transcriber> {
  const { server, model, languages, context } = options;
  const adapter = adapterOf(server, 'transcriber', context);
  const models = new ModelList(new VendorHttp(adapter), modelListOf(server), context.clock);
  const settledItems = new WeakMap<VendorSocket, string>();
  const transcriber = createSocketTranscriber({
    name: server.name,
    languages,
    context,
    pool: { isReused: true, maxAgeMs: MAX_AGE_MS },
    connect: (language, signal) =>
      openVendorSession({
        ...adapter,
        // A transcription session names its purpose here, and its model only in its settings.
        url: asSocketUrl(onBase(server.baseUrl, 'realtime', { intent: 'transcription' })),
        headers: authorization(server),
        clock: context.clock,
        signal,
        firstMessage: sessionUpdate(model, isoLanguage(language)),
        isReady(message, socket) {
          const event = readRealtimeEvent(message);
          if (event.type === 'session-failed')
            throw socket.failure(event.fault, { note: event.note });
          if (event.type === 'malformed') throw socket.failure('malformed');
          return event.type === 'session-ready';
        },
      }),
    begin: (lease, utterance) => new RealtimeUtterance(lease, utterance, settledItems),
    modelFor: () => model,
  });
  return {
    ...transcriber,
    probe: (signal) => models.check(signal),
    async [Symbol.asyncDispose]() {
      await Promise.all([transcriber[Symbol.asyncDispose](), models[Symbol.asyncDispose]()]);
    },
  };
}

function sessionUpdate(model: string, language: string | undefined): object {
  return {
    type: 'session.update',
    session: {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: REALTIME_HZ },
          transcription: { model, ...(language === undefined ? {} : { language }) },
          turn_detection: null,
        },
      },
    },
  };
}

/** One utterance in a realtime session, which serves the next one if it is clean. */
class RealtimeUtterance implements Transcription {
  readonly #utterance: SocketUtterance;
  readonly #lease: SocketLease;
  readonly #resampler = new Pcm16Resampler(SPEECH_HZ, REALTIME_HZ);
  #state: State = { kind: 'listening' };
  /** The item of the utterance before on this socket, which may be another person's. */
  readonly #itemBefore: string | undefined;
  readonly #settledItems: WeakMap<VendorSocket, string>;
  #words = '';

  /** @param settledItems - the last item settled on each socket */
  constructor(
    lease: SocketLease,
    { signal, onSent }: UtteranceOptions,
    settledItems: WeakMap<VendorSocket, string>,
  ) {
    this.#lease = lease;
    this.#settledItems = settledItems;
    this.#itemBefore = settledItems.get(lease.socket);
    this.#utterance = new SocketUtterance({
      lease,
      signal,
      rateHz: REALTIME_HZ,
      onSent,
      encode: audioMessage,
      onMessage: (message) => this.#take(readRealtimeEvent(message)),
    });
  }

  get events(): AsyncIterable<TranscriptEvent> {
    return this.#utterance.events;
  }

  push(samples: Int16Array): void {
    if (this.#state.kind !== 'listening' || this.#utterance.isOver) return;
    this.#utterance.sendAudio(this.#resampler.push(samples));
  }

  finalize(): void {
    if (this.#state.kind !== 'listening') return;
    this.#utterance.sendAudio(this.#resampler.flush());
    const { sentSamples } = this.#utterance;
    if (sentSamples < MIN_COMMIT_SAMPLES) {
      // A tenth of a second holds no word, and the API would refuse it.
      this.#utterance.finish('', { isReusable: sentSamples === 0 });
      return;
    }
    this.#state = { kind: 'finalizing' };
    this.#utterance.sendText('{"type":"input_audio_buffer.commit"}');
  }

  #take(event: RealtimeEvent): void {
    switch (event.type) {
      case 'audio-committed':
        if (this.#state.kind === 'finalizing')
          this.#state = { kind: 'finalizing', itemId: event.itemId };
        return;
      case 'words-added':
        if (!this.#isOurs(event.itemId)) return;
        this.#words += event.text;
        this.#partial(this.#words.trim());
        return;
      case 'words-completed':
        // Completions may come out of order, so each is known by its item.
        if (this.#state.kind === 'finalizing' && this.#isOurs(event.itemId))
          this.#finish(event.itemId, event.text.trim());
        return;
      case 'words-unplaced':
        if (this.#state.kind === 'finalizing' && this.#isOurs(event.itemId))
          this.#finish(event.itemId, '', true);
        return;
      case 'session-failed':
        throw this.#lease.socket.failure(event.fault, { note: event.note });
      case 'malformed':
        throw this.#lease.socket.failure('malformed');
      case 'session-ready':
      case 'other':
        return;
    }
  }

  /** A model that streams adds words before the audio is committed and its item has been named. */
  #isOurs(itemId: string): boolean {
    if (itemId === this.#itemBefore) return false;
    const state = this.#state;
    return state.kind !== 'finalizing' || state.itemId === undefined || state.itemId === itemId;
  }

  #finish(itemId: string, text: string, unrecognised = false): void {
    this.#settledItems.set(this.#lease.socket, itemId);
    this.#utterance.finish(text, { isReusable: true, unrecognised });
  }

  #partial(text: string): void {
    if (text !== '') this.#utterance.emit({ type: 'transcript-partial', text });
  }
}

/** Built by hand: base64 needs no escaping, and there are ten of these a second for each caller. */
function audioMessage({ buffer, byteOffset, byteLength }: Int16Array): string {
  const base64 = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  return `{"type":"input_audio_buffer.append","audio":"${base64}"}`;
}

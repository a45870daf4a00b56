import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import type {
  TranscriptEvent,
  Transcription,
} from '../../../call/stages/transcriber/transcriber.ts';
import type { UtteranceOptions } from '../../vendor-kit/transcription/socket-transcriber.ts';
import { SocketUtterance } from '../../vendor-kit/transcription/socket-utterance.ts';
import type { SocketLease } from '../../vendor-kit/websocket/socket-pool.ts';
import type { VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';
import { readRealtimeEvent, type RealtimeEvent } from './openai-events.ts';

const INPUT_HZ = 16_000;
/** The only rate the API takes. */
export const REALTIME_HZ = 24_000;
/** Less is refused with `input_audio_buffer_commit_empty`. */
const MIN_COMMIT_SAMPLES = REALTIME_HZ / 10;

type State =
  | { readonly kind: 'listening' }
  /** Committed; the item that holds the audio has a name once the server has said so. */
  | { readonly kind: 'finalizing'; readonly itemId?: string };

/** One utterance in a realtime session, which serves the next one if it is clean. */
export class RealtimeUtterance implements Transcription {
  readonly #utterance: SocketUtterance;
  readonly #lease: SocketLease;
  readonly #resampler = new Pcm16Resampler(INPUT_HZ, REALTIME_HZ);
  #state: State = { kind: 'listening' };
  /** What the utterance before on this socket was in, which may be another person's. */
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

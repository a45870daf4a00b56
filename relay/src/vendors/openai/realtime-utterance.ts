import { StreamResampler } from '../../lib/stream-resampler.ts';
import { ProviderError, type ProviderFault } from '../../stages/provider-error.ts';
import type { TranscriptEvent, Transcription } from '../../stages/transcriber.ts';
import type { SocketLease } from '../../vendor-kit/transport/socket-pool.ts';
import { readRealtimeEvent, type RealtimeEvent } from './openai-events.ts';
import { UtteranceEvents } from './utterance-events.ts';

const INPUT_HZ = 16_000;
/** The only rate the API takes. */
export const REALTIME_HZ = 24_000;
/** Less is refused with `input_audio_buffer_commit_empty`. */
const MIN_COMMIT_SAMPLES = REALTIME_HZ / 10;
/** Six seconds of audio on a line that takes no more of it. */
const MAX_BUFFERED_BYTES = 1_000_000;

type State =
  | { readonly kind: 'listening' }
  /** Committed; the item that holds the audio has a name once the server has said so. */
  | { readonly kind: 'finalizing'; readonly itemId?: string }
  | { readonly kind: 'over' };

/** One utterance in a realtime session, which is given back for the next one where it is clean. */
export class RealtimeUtterance implements Transcription {
  readonly #provider: string;
  readonly #lease: SocketLease;
  readonly #signal: AbortSignal;
  readonly #resampler = new StreamResampler(INPUT_HZ, REALTIME_HZ);
  readonly #events = new UtteranceEvents(() => this.#abandon());
  #state: State = { kind: 'listening' };
  #pushed = 0;
  #sentSamples = 0;
  #words = '';

  constructor(provider: string, lease: SocketLease, signal: AbortSignal) {
    this.#provider = provider;
    this.#lease = lease;
    this.#signal = signal;
    lease.socket.listen({
      text: (message) => this.#take(readRealtimeEvent(message)),
      closed: (error) => this.#fail(error),
    });
    signal.addEventListener('abort', this.#abandon, { once: true });
    if (signal.aborted) this.#abandon();
  }

  get events(): AsyncIterable<TranscriptEvent> {
    return this.#events;
  }

  push(samples: Int16Array): void {
    if (this.#state.kind !== 'listening' || samples.length === 0) return;
    this.#pushed += samples.length;
    this.#send(this.#resampler.push(samples));
  }

  finalize(): void {
    if (this.#state.kind !== 'listening') return;
    this.#send(this.#resampler.flush());
    if (this.#sentSamples < MIN_COMMIT_SAMPLES) {
      // Nobody says anything in a tenth of a second, and the API would refuse it.
      this.#finish('', { isClean: this.#pushed === 0 });
      return;
    }
    this.#state = { kind: 'finalizing' };
    this.#lease.socket.sendText('{"type":"input_audio_buffer.commit"}');
  }

  #send(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.#sentSamples += samples.length;
    const { socket } = this.#lease;
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    socket.sendText(`{"type":"input_audio_buffer.append","audio":"${bytes.toString('base64')}"}`);
    if (socket.bufferedBytes > MAX_BUFFERED_BYTES) this.#refuse('overloaded');
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
        this.#events.partial(this.#words.trim());
        return;
      case 'words-completed':
        // Completions may come out of order, so each is known by its item.
        if (this.#state.kind === 'finalizing' && this.#isOurs(event.itemId))
          this.#finish(event.text.trim(), { isClean: true });
        return;
      case 'words-unplaced':
        if (this.#state.kind === 'finalizing' && this.#isOurs(event.itemId))
          this.#finish('', { isClean: true, unrecognised: true });
        return;
      case 'session-failed':
        return this.#refuse(event.fault, event.note);
      case 'malformed':
        return this.#refuse('malformed');
      case 'session-ready':
      case 'other':
        return;
    }
  }

  /** A model that streams adds words before the audio is committed and its item has been named. */
  #isOurs(itemId: string): boolean {
    const state = this.#state;
    return state.kind !== 'finalizing' || state.itemId === undefined || state.itemId === itemId;
  }

  #finish(
    text: string,
    { isClean, unrecognised = false }: { isClean: boolean; unrecognised?: boolean },
  ): void {
    if (!this.#end(isClean)) return;
    this.#events.final(text, unrecognised);
  }

  #refuse(fault: ProviderFault, note?: string): void {
    this.#fail(
      new ProviderError({
        provider: this.#provider,
        stage: 'transcriber',
        fault,
        ...(note === undefined ? {} : { note }),
      }),
    );
  }

  #fail(error: ProviderError): void {
    if (this.#end(false)) this.#events.fail(error);
  }

  readonly #abandon = (): void => {
    // The server may still speak of audio it has heard; a line that never carried any is clean.
    if (this.#end(this.#pushed === 0)) this.#events.end();
  };

  /** @returns false where it was over already */
  #end(isClean: boolean): boolean {
    if (this.#state.kind === 'over') return false;
    this.#state = { kind: 'over' };
    this.#signal.removeEventListener('abort', this.#abandon);
    this.#lease.socket.listen({});
    if (isClean) this.#lease.giveBack();
    else this.#lease.discard();
    return true;
  }
}

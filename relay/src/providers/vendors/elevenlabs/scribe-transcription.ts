import { SPEECH_HZ } from '@parley/shared/audio/pcm16';
import type {
  TranscriptEvent,
  Transcription,
} from '../../../call/stages/transcriber/transcriber.ts';
import { joinWords } from '../../vendor-kit/transcription/transcript-queue.ts';
import type { UtteranceOptions } from '../../vendor-kit/transcription/socket-transcriber.ts';
import { SocketUtterance } from '../../vendor-kit/transcription/socket-utterance.ts';
import type { SocketLease } from '../../vendor-kit/websocket/socket-pool.ts';
import type { VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';
import { readScribeEvent } from './elevenlabs-events.ts';

/** The vendor asks for chunks of 0.1 to 1 s. */
const MAX_CHUNK_SAMPLES = SPEECH_HZ;
/** A commit of less than 0.3 s of audio ends the session. */
const MIN_COMMIT_SAMPLES = 0.4 * SPEECH_HZ;
/**
 * The vendor commits by itself after some 36 s, whose answer looks like the answer to a commit of
 * ours. So we commit before, at the first moment that is quiet, or else without one.
 */
const QUIET_COMMIT_SAMPLES = 20 * SPEECH_HZ;
const LATEST_COMMIT_SAMPLES = 30 * SPEECH_HZ;
const QUIET_PEAK = 600;

/** One utterance: what was pushed since the socket was taken, committed in one piece or several. */
export class ScribeTranscription implements Transcription {
  readonly #utterance: SocketUtterance;
  readonly #lease: SocketLease;
  readonly #language: string;
  /** Words of the pieces that are settled. */
  readonly #settled: string[] = [];
  /** What was settled last on this socket, in the utterance before. */
  readonly #settledBefore: string | undefined;
  #uncommittedSamples = 0;
  /** Commits that have not been answered. */
  #pending = 0;
  #isFinalizing = false;
  /** The vendor committed by itself: answers on this socket cannot be assigned any more. */
  #hasUnasked = false;

  /** @param settledLast - the last words settled on each socket */
  constructor(
    lease: SocketLease,
    { signal, language, onSent }: UtteranceOptions,
    settledLast: WeakMap<VendorSocket, string>,
  ) {
    this.#lease = lease;
    this.#language = language;
    this.#settledBefore = settledLast.get(lease.socket);
    this.#utterance = new SocketUtterance({
      lease,
      signal,
      rateHz: SPEECH_HZ,
      onSent,
      encode: (samples) => audioMessage(samples, false),
      onMessage: (message) => this.#hear(message),
      onOver: () => settledLast.set(lease.socket, this.#settled.at(-1) ?? ''),
    });
  }

  get events(): AsyncIterable<TranscriptEvent> {
    return this.#utterance.events;
  }

  push(samples: Int16Array): void {
    if (this.#isFinalizing) return;
    for (let at = 0; at < samples.length; at += MAX_CHUNK_SAMPLES) {
      this.#send(samples.subarray(at, at + MAX_CHUNK_SAMPLES));
    }
  }

  finalize(): void {
    if (this.#isFinalizing) return;
    this.#isFinalizing = true;
    if (this.#uncommittedSamples > 0) this.#commit();
    else if (this.#pending === 0) this.#finish();
  }

  #send(samples: Int16Array): void {
    this.#utterance.sendAudio(samples);
    this.#uncommittedSamples += samples.length;
    if (
      this.#uncommittedSamples >= LATEST_COMMIT_SAMPLES ||
      (this.#uncommittedSamples >= QUIET_COMMIT_SAMPLES && isQuiet(samples))
    ) {
      this.#commit();
    }
  }

  #commit(): void {
    const missing = Math.max(0, MIN_COMMIT_SAMPLES - this.#uncommittedSamples);
    this.#utterance.sendText(audioMessage(new Int16Array(missing), true), missing);
    this.#uncommittedSamples = 0;
    this.#pending += 1;
  }

  #hear(message: string): void {
    const { socket } = this.#lease;
    const event = readScribeEvent(message);
    switch (event.type) {
      case 'partial':
        this.#partial(event.text);
        return;
      case 'committed':
        if (this.#utterance.sentSamples === 0) return;
        this.#answered();
        this.#settled.push(event.text.trim());
        if (this.#isFinalizing && this.#pending === 0) this.#finish();
        return;
      case 'throttled':
        throw socket.failure('rejected', { note: 'commit_throttled' });
      case 'failed':
        throw socket.failure(event.fault, { note: event.note });
      case 'started':
      case 'ignored':
        return;
    }
  }

  /** A commit was answered, or something that is not known to be this utterance's was said. */
  #answered(): void {
    if (this.#pending > 0) this.#pending -= 1;
    // The words may be those of the utterance before, and so another person's: they are never shown.
    else if (this.#settledBefore !== undefined)
      throw this.#lease.socket.failure('malformed', { note: 'unasked commit' });
    else this.#hasUnasked = true;
  }

  #partial(text: string): void {
    // The vendor repeats what it committed as one last partial, which may come during what
    // follows: the next piece, or the next utterance, which may be another person's.
    const isEcho = text.trim() === (this.#settled.at(-1) ?? this.#settledBefore);
    if (isEcho || this.#utterance.sentSamples === 0) return;
    const words = joinWords([...this.#settled, text.trim()], this.#language);
    this.#utterance.emit({ type: 'transcript-partial', text: words });
  }

  #finish(): void {
    const text = joinWords(this.#settled, this.#language);
    this.#utterance.finish(text, { isReusable: !this.#hasUnasked });
  }
}

/** Built by hand: base64 needs no escaping, and there are ten of these a second for each caller. */
export function audioMessage(samples: Int16Array, commit: boolean): string {
  const { buffer, byteOffset, byteLength } = samples;
  const base64 = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  return `{"message_type":"input_audio_chunk","audio_base_64":"${base64}","commit":${commit},"sample_rate":${SPEECH_HZ}}`;
}

function isQuiet(samples: Int16Array): boolean {
  return samples.every((sample) => Math.abs(sample) < QUIET_PEAK);
}

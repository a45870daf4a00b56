import { AsyncQueue } from '../../../base/lib/async-queue.ts';
import type { TimedWord } from '../../../call/stages/synthesizer/clause-track.ts';
import type { SpeechEvent } from '../../../call/stages/synthesizer/synthesizer.ts';
import { PcmReader } from './pcm-reader.ts';

/** Far more than the longest clause gives; a vendor that sends on regardless is cut off. */
const MAX_EVENTS = 20_000;

/** A vendor's speech for one clause: written as it is received, read in the clause's turn. */
export class ClauseSpeech implements AsyncIterableIterator<SpeechEvent, undefined> {
  /** Its place among the clauses of the request. */
  readonly index: number;
  readonly text: string;
  readonly #rateHz: number;
  readonly #queue = new AsyncQueue<SpeechEvent>(MAX_EVENTS);
  /** Called whenever audio leaves the queue. */
  onTaken: () => void = () => {};
  readonly #pcm = new PcmReader();
  #isEnded = false;
  #samples = 0;
  #heldSamples = 0;

  constructor(index: number, text: string, rateHz: number) {
    this.index = index;
    this.text = text;
    this.#rateHz = rateHz;
  }

  /** Length of the audio so far. */
  get audioMs(): number {
    return (this.#samples * 1_000) / this.#rateHz;
  }

  /** Length of the audio that has not been read yet. */
  get heldMs(): number {
    return (this.#heldSamples * 1_000) / this.#rateHz;
  }

  /**
   * @param base64 - PCM16, cut anywhere: half a sample waits for its other half
   * @returns false if it is not base64, or there is far too much of it
   */
  pushAudio(base64: string): boolean {
    const bytes = Buffer.from(base64, 'base64');
    return (bytes.length > 0 || base64 === '') && this.pushBytes(bytes);
  }

  /** The same for bytes as they are. @returns false if there is far too much of it */
  pushBytes(bytes: Uint8Array): boolean {
    const samples = this.#pcm.read(bytes);
    if (samples.length === 0) return true;
    this.#samples += samples.length;
    this.#heldSamples += samples.length;
    return this.#isEnded || this.#queue.push({ type: 'speech-audio', clause: this.index, samples });
  }

  pushWords(words: readonly TimedWord[]): void {
    if (words.length > 0) this.#queue.push({ type: 'words-timed', clause: this.index, words });
  }

  /** Whether the vendor has nothing more to send of it. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  end(): void {
    this.#isEnded = true;
    this.#queue.close();
  }

  fail(error: unknown): void {
    this.#isEnded = true;
    this.#queue.fail(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<SpeechEvent, undefined>> {
    const next = await this.#queue.next();
    if (next.done !== true && next.value.type === 'speech-audio') {
      this.#heldSamples -= next.value.samples.length;
      this.onTaken();
    }
    return next;
  }

  return(): Promise<IteratorResult<SpeechEvent, undefined>> {
    return this.#queue.return();
  }
}

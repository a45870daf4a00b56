import { AsyncQueue } from '../../lib/async-queue.ts';
import type { SpeechEvent, TimedWord } from '../synthesizer.ts';

/** Far more than the longest clause gives; a vendor that sends on regardless is cut off. */
const MAX_EVENTS = 20_000;

/** What a vendor says of one clause: written by whoever hears the vendor, read in the clause's turn. */
export class ClauseSpeech implements AsyncIterable<SpeechEvent> {
  readonly text: string;
  readonly #rateHz: number;
  readonly #queue = new AsyncQueue<SpeechEvent>(MAX_EVENTS);
  /** Told whenever audio leaves the queue. */
  onTaken: () => void = () => {};
  #oddByte: number | undefined;
  #samples = 0;
  #heldSamples = 0;

  constructor(text: string, rateHz: number) {
    this.text = text;
    this.#rateHz = rateHz;
  }

  /** Length of the audio so far. */
  get audioMs(): number {
    return (this.#samples * 1_000) / this.#rateHz;
  }

  /** Length of the audio that nobody has taken yet. */
  get heldMs(): number {
    return (this.#heldSamples * 1_000) / this.#rateHz;
  }

  /**
   * @param base64 - PCM16, cut anywhere: half a sample waits for its other half
   * @returns false where it is no base64, or there is far too much of it
   */
  pushAudio(base64: string): boolean {
    const carried = this.#oddByte === undefined ? 0 : 1;
    // Not from the shared pool of Buffers: the samples need memory that is theirs and aligned.
    const bytes = Buffer.alloc(carried + Buffer.byteLength(base64, 'base64'));
    if (this.#oddByte !== undefined) bytes[0] = this.#oddByte;
    const written = bytes.write(base64, carried, 'base64');
    if (written === 0 && base64 !== '') return false;
    const total = carried + written;
    this.#oddByte = total % 2 === 1 ? bytes[total - 1] : undefined;
    const length = Math.floor(total / 2);
    if (length === 0) return true;
    this.#samples += length;
    this.#heldSamples += length;
    const samples = new Int16Array(bytes.buffer, bytes.byteOffset, length);
    return this.#queue.push({ type: 'speech-audio', samples });
  }

  pushWords(words: readonly TimedWord[]): void {
    if (words.length > 0) this.#queue.push({ type: 'words-timed', words });
  }

  end(): void {
    this.#queue.close();
  }

  fail(error: unknown): void {
    this.#queue.fail(error);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SpeechEvent, void, undefined> {
    for await (const event of this.#queue) {
      if (event.type === 'speech-audio') {
        this.#heldSamples -= event.samples.length;
        this.onTaken();
      }
      yield event;
    }
  }
}

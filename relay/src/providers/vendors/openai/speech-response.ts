import type { Response } from 'undici';
import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import type { WavFormat } from '@parley/shared/audio/wav-reader';
import { WavStream } from '@parley/shared/audio/wav-stream';
import { ProviderError } from '../../../call/stages/provider-error.ts';
import { sampleReaderFor, type SampleReader } from '../../vendor-kit/synthesis/frame-reader.ts';
import { rawAudioOf } from '../../vendor-kit/synthesis/raw-audio.ts';
import type { adapterOf } from './openai-server.ts';

type ProviderAdapter = ReturnType<typeof adapterOf>;

/** What some send although raw samples are asked for. */
const WAV = /^audio\/(?:x-|vnd\.)?wave?\b/i;
const RIFF = Buffer.from('RIFF');

/** The samples of one answer of `/audio/speech`, as they come: mono, at the rate asked for. */
export class SpeechResponse {
  readonly #bytes: AsyncIterator<Uint8Array>;
  readonly #adapter: ProviderAdapter;
  #wav: WavStream | undefined;
  readonly #toHz: number;
  #reader: SampleReader | undefined;
  #resampler: Pcm16Resampler | undefined;
  #isEmpty = true;
  #isBegun = false;
  #isOver = false;

  private constructor(
    bytes: AsyncIterable<Uint8Array>,
    adapter: ProviderAdapter,
    audio: WavStream | WavFormat,
    toHz: number,
  ) {
    this.#bytes = bytes[Symbol.asyncIterator]();
    this.#adapter = adapter;
    this.#toHz = toHz;
    if (audio instanceof WavStream) this.#wav = audio;
    else this.#open(audio);
  }

  /**
   * @param toHz - of the samples that it gives; raw samples that come without a rate have it too
   * @throws ProviderError if it is not audio that can be read here
   */
  static async open(
    { body, headers }: Response,
    adapter: ProviderAdapter,
    toHz: number,
  ): Promise<SpeechResponse> {
    const type = headers.get('content-type') ?? '';
    const audio = WAV.test(type) ? new WavStream() : rawAudioOf(type, toHz);
    if (body === null || audio === undefined) {
      await body?.cancel();
      throw new ProviderError({ ...adapter, fault: 'malformed', note: 'content-type' });
    }
    return new SpeechResponse(body as AsyncIterable<Uint8Array>, adapter, audio, toHz);
  }

  /** @returns undefined at the end. @throws RangeError for a WAV file that cannot be read */
  async next(): Promise<Int16Array | undefined> {
    while (!this.#isOver) {
      const { done, value } = await this.#bytes.next();
      this.#isOver = done === true;
      const samples = this.#isOver ? this.#end() : this.#read(value as Uint8Array);
      if (samples !== undefined && samples.length > 0) return samples;
    }
    return undefined;
  }

  #open(format: WavFormat): SampleReader {
    if (format.sampleRateHz !== this.#toHz) {
      this.#resampler = new Pcm16Resampler(format.sampleRateHz, this.#toHz);
    }
    this.#reader = sampleReaderFor(format);
    return this.#reader;
  }

  #read(bytes: Uint8Array): Int16Array | undefined {
    if (!this.#isBegun && this.#wav === undefined && isWav(bytes)) {
      this.#wav = new WavStream();
      this.#reader = this.#resampler = undefined;
    }
    this.#isBegun = true;
    const sound = this.#wav?.push(bytes) ?? bytes;
    const format = this.#wav?.format;
    const reader = this.#reader ?? (format && this.#open(format));
    const samples = reader?.read(sound);
    if (samples === undefined || samples.length === 0) return undefined;
    this.#isEmpty = false;
    return this.#resampler?.push(samples) ?? samples;
  }

  #end(): Int16Array | undefined {
    if (this.#reader?.hasHalfSample === true || this.#isEmpty) {
      throw new ProviderError({ ...this.#adapter, fault: 'malformed', note: 'audio length' });
    }
    return this.#resampler?.flush();
  }
}

/** Also servers that name another type send it: its head would be a click, its rate a wrong pitch. */
function isWav(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(4, bytes.length)).equals(RIFF);
}

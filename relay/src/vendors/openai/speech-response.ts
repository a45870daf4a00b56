import type { Response } from 'undici';
import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import { WavStream } from '@parley/shared/audio/wav-stream';
import { ProviderError } from '../../stages/provider-error.ts';
import { PcmReader } from '../../vendor-kit/synthesis/pcm-reader.ts';
import type { adapterOf } from './openai-server.ts';

type ProviderAdapter = ReturnType<typeof adapterOf>;

/** What some send although raw samples are asked for. */
const WAV = /^audio\/(?:x-|vnd\.)?wave?\b/i;
/** Raw samples go by several names, but never by those of a format that would be heard as noise. */
const RAW_AUDIO = /^(?:audio\/(?:pcm|l16|x-raw|raw|basic)|application\/octet-stream)\b/i;

/** The samples of one answer of `/audio/speech`, as they come. */
export class SpeechResponse {
  readonly #bytes: AsyncIterator<Uint8Array>;
  readonly #adapter: ProviderAdapter;
  readonly #wav: WavStream | undefined;
  readonly #toHz: number;
  readonly #reader = new PcmReader();
  #resampler: Pcm16Resampler | undefined;
  #isEmpty = true;
  #isOver = false;

  private constructor(
    bytes: AsyncIterable<Uint8Array>,
    adapter: ProviderAdapter,
    wav: WavStream | undefined,
    toHz: number,
  ) {
    this.#bytes = bytes[Symbol.asyncIterator]();
    this.#adapter = adapter;
    this.#wav = wav;
    this.#toHz = toHz;
  }

  /** @throws ProviderError if it is not audio that can be read here */
  static async open(
    { body, headers }: Response,
    adapter: ProviderAdapter,
    toHz: number,
  ): Promise<SpeechResponse> {
    const type = headers.get('content-type') ?? '';
    const wav = WAV.test(type) ? new WavStream() : undefined;
    if (body === null || (wav === undefined && !RAW_AUDIO.test(type))) {
      await body?.cancel();
      throw new ProviderError({ ...adapter, fault: 'malformed', note: 'content-type' });
    }
    return new SpeechResponse(body as AsyncIterable<Uint8Array>, adapter, wav, toHz);
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

  #read(bytes: Uint8Array): Int16Array {
    const samples = this.#reader.read(this.#wav?.push(bytes) ?? bytes);
    if (samples.length > 0) this.#isEmpty = false;
    const rateHz = this.#wav?.rateHz;
    if (rateHz === undefined || samples.length === 0) return samples;
    this.#resampler ??= new Pcm16Resampler(rateHz, this.#toHz);
    return this.#resampler.push(samples);
  }

  #end(): Int16Array | undefined {
    if (this.#reader.hasHalfSample || this.#isEmpty) {
      throw new ProviderError({ ...this.#adapter, fault: 'malformed', note: 'audio length' });
    }
    return this.#resampler?.flush();
  }
}

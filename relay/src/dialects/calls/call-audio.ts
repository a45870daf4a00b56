import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import { SPEECH_HZ } from '@parley/shared/audio/pcm16';
import { fromG711, G711_HZ, toG711 } from './g711.ts';

/** Of audio in OpenAI's words, which telephony shares. */
export const AUDIO_FORMATS = ['audio/pcm', 'audio/pcmu', 'audio/pcma'] as const;
export type AudioFormat = (typeof AUDIO_FORMATS)[number];

/** Of PCM in OpenAI's protocol, both ways. */
const PCM_HZ = 24_000;

const LAWS = { 'audio/pcmu': 'pcmu', 'audio/pcma': 'pcma' } as const;

/** What a client sends, as speech at 16 kHz. Pieces may end anywhere, in a sample even. */
export class IncomingAudio {
  readonly #format: AudioFormat;
  readonly #resampler: Pcm16Resampler;
  /** The first byte of a sample whose second is still to come. */
  #half: Buffer = Buffer.alloc(0);

  constructor(format: AudioFormat) {
    this.#format = format;
    this.#resampler = new Pcm16Resampler(format === 'audio/pcm' ? PCM_HZ : G711_HZ, SPEECH_HZ);
  }

  take(base64: string): Int16Array {
    const bytes = Buffer.from(base64, 'base64');
    if (this.#format !== 'audio/pcm') {
      return this.#resampler.push(fromG711(bytes, LAWS[this.#format]));
    }
    const whole = this.#half.length === 0 ? bytes : Buffer.concat([this.#half, bytes]);
    const count = whole.length >> 1;
    this.#half = Buffer.from(whole.subarray(count * 2));
    // A Buffer may begin on an odd address: a copy of its bytes does not.
    const { buffer } = new Uint8Array(whole.subarray(0, count * 2));
    return this.#resampler.push(new Int16Array(buffer));
  }

  /** What is still to come of what was taken. */
  end(): Int16Array {
    this.#half = Buffer.alloc(0);
    return this.#resampler.flush();
  }
}

/** The voice of one reply, as a client hears it. */
export class OutgoingAudio {
  readonly #format: AudioFormat;
  readonly #resampler: Pcm16Resampler;

  /** @param sampleRateHz - of the voice */
  constructor(format: AudioFormat, sampleRateHz: number) {
    this.#format = format;
    const toHz = format === 'audio/pcm' ? PCM_HZ : G711_HZ;
    this.#resampler = new Pcm16Resampler(sampleRateHz, toHz);
  }

  /** @returns base64; `''` if nothing is certain yet */
  give(samples: Int16Array): string {
    return this.#encoded(this.#resampler.push(samples));
  }

  /** The rest. */
  end(): string {
    return this.#encoded(this.#resampler.flush());
  }

  #encoded(samples: Int16Array): string {
    const bytes =
      this.#format === 'audio/pcm'
        ? Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
        : Buffer.from(toG711(samples, LAWS[this.#format]));
    return bytes.toString('base64');
  }
}

import type { OpusEncoder } from '@parley/opus/opus-codec';
import { SPEECH_HZ } from '@parley/shared/audio/pcm16';
import type { EncoderSink, SpeechEncoder } from '@parley/shared/link/speech-uplink';

/** As pages encode. */
const BITRATE = 24_000;
const NOTHING = new Int16Array();

/** libopus in this thread, loaded with the first utterance that it encodes. */
export class LibopusEncoder implements SpeechEncoder {
  #encoder: Promise<OpusEncoder> | undefined;
  #sink: EncoderSink | undefined;
  #encoded = Promise.resolve();

  begin(sink: EncoderSink): void {
    this.close();
    this.#sink = sink;
    this.#encoder = newEncoder();
    this.#encoded = Promise.resolve();
  }

  push(samples: Int16Array): void {
    this.#encode(samples, false).catch(() => this.#sink?.failed());
  }

  async end(): Promise<void> {
    await this.#encode(NOTHING, true);
    this.close();
  }

  close(): void {
    const encoder = this.#encoder;
    this.#encoder = undefined;
    // What is still to be encoded comes first.
    void Promise.allSettled([encoder, this.#encoded]).then(([created]) => {
      if (created.status === 'fulfilled') created.value?.free();
    });
  }

  #encode(samples: Int16Array, isLast: boolean): Promise<void> {
    const [encoder, sink] = [this.#encoder, this.#sink];
    const encode = async (): Promise<void> => {
      for (const packet of (await encoder)?.encode(samples, isLast) ?? []) sink?.packet(packet);
    };
    this.#encoded = this.#encoded.then(encode);
    return this.#encoded;
  }
}

async function newEncoder(): Promise<OpusEncoder> {
  const { OpusEncoder: Encoder } = await import('@parley/opus/opus-codec');
  return Encoder.create(SPEECH_HZ, BITRATE);
}

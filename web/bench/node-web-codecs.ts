import { OpusEncoder } from '@parley/relay/testing';

/** What of WebCodecs the page's encoder uses, in Node: `AudioEncoder` over libopus. */
export function installAudioEncoder(): void {
  Object.assign(globalThis, { AudioEncoder: LibopusAudioEncoder, AudioData: LibopusAudioData });
}

class LibopusAudioData {
  readonly samples: Int16Array;

  constructor({ data }: { readonly data: Int16Array }) {
    this.samples = data.slice();
  }

  close(): void {}
}

class LibopusAudioEncoder {
  static async isConfigSupported(): Promise<{ readonly supported: boolean }> {
    return { supported: true };
  }

  state: 'unconfigured' | 'configured' | 'closed' = 'unconfigured';
  readonly #init: AudioEncoderInit;
  #encoder: Promise<OpusEncoder> | undefined;
  #encoded = Promise.resolve();

  constructor(init: AudioEncoderInit) {
    this.#init = init;
  }

  configure({ sampleRate, bitrate }: { readonly sampleRate: number; readonly bitrate: number }) {
    this.state = 'configured';
    this.#encoder = OpusEncoder.create(sampleRate, bitrate);
  }

  encode({ samples }: LibopusAudioData): void {
    this.#encode(samples, false);
  }

  flush(): Promise<void> {
    this.#encode(new Int16Array(), true);
    return this.#encoded;
  }

  close(): void {
    this.state = 'closed';
    const encoder = this.#encoder;
    this.#encoded = this.#encoded.then(async () => (await encoder)?.free());
  }

  #encode(samples: Int16Array, isLast: boolean): void {
    const encoder = this.#encoder;
    this.#encoded = this.#encoded.then(async () => {
      for (const packet of (await encoder)!.encode(samples, isLast)) this.#output(packet);
    });
  }

  #output(packet: Uint8Array): void {
    if (this.state === 'closed') return;
    const { byteLength } = packet;
    const copyTo = (target: Uint8Array) => target.set(packet);
    this.#init.output({ byteLength, copyTo } as unknown as EncodedAudioChunk);
  }
}

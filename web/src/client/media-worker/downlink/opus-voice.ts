import { toPcm16 } from '@parley/shared/audio/pcm16';
import type { OpusAudio } from '@parley/shared/audio/opus-packet';
import type { AudioFrame, RelayEvent } from '@parley/shared';

/** Opus's own rate: browsers decode to no other. */
const OPUS_HZ = 48_000;
const SAMPLES_PER_MS = OPUS_HZ / 1_000;
const SAMPLES_PER_US = SAMPLES_PER_MS / 1_000;
/** What the encoder adds before the first sample: 6.5 ms. */
const LOOKAHEAD_SAMPLES = 312;
/** A decoder that gives nothing for so long gives nothing more. */
const SILENT_MS = 500;
const CONFIG: AudioDecoderConfig = { codec: 'opus', sampleRate: OPUS_HZ, numberOfChannels: 1 };

type DecoderClass = typeof globalThis.AudioDecoder;

export interface OpusVoiceOptions {
  readonly AudioDecoder: DecoderClass;
  onEvent(event: RelayEvent): void;
  /** Of PCM16. */
  onAudio(frame: AudioFrame): void;
  /** What could not be decoded is silent. */
  onFailed(): void;
}

/** A frame's samples on their way out of the decoder. */
interface Decoding {
  /** Within its response, in samples. */
  readonly start: number;
  readonly samples: Int16Array<ArrayBuffer>;
  isDone: boolean;
}

interface Waiting {
  readonly decoding?: { readonly of: Decoding; readonly by: ResponseDecoder };
  send(): void;
}

/** @returns the browser's decoder if it decodes the voice */
export async function opusDecoder(): Promise<DecoderClass | undefined> {
  if (!('AudioDecoder' in globalThis)) return undefined;
  const { supported } = await AudioDecoder.isConfigSupported(CONFIG);
  return supported === true ? AudioDecoder : undefined;
}

/**
 * What the relay sends, with all of the voice in PCM16: that of responses in Opus at 48 kHz, and
 * their `response.created` says so. The order stays: what follows a frame waits until it is decoded.
 */
export class OpusVoice {
  readonly #options: OpusVoiceOptions;
  readonly #waiting: Waiting[] = [];
  #response: ResponseDecoder | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(options: OpusVoiceOptions) {
    this.#options = options;
  }

  event(event: RelayEvent): void {
    const { AudioDecoder, onEvent } = this.#options;
    if (event.type !== 'response.created' || event.audio?.codec !== 'opus') {
      this.#inOrder({ send: () => onEvent(event) });
      // Of one that was cancelled no frame is the last.
      if (event.type === 'response.done') this.#endResponse();
      return;
    }
    this.#endResponse();
    this.#response = new ResponseDecoder({
      AudioDecoder,
      onDecoded: () => this.#drain(),
      onFailed: () => this.#failed(),
    });
    const audio = { sample_rate: OPUS_HZ };
    this.#inOrder({ send: () => onEvent({ ...event, audio }) });
  }

  audio(frame: AudioFrame): void {
    const { opus } = frame;
    const by = this.#response;
    if (opus === undefined || by === undefined) {
      return this.#inOrder({ send: () => this.#options.onAudio(frame) });
    }
    const of = by.decode(opus);
    // The look-ahead lies in the first frame.
    const samples = of.samples.subarray(of.start === 0 ? LOOKAHEAD_SAMPLES : 0);
    const send = () => this.#options.onAudio({ ...frame, samples, opus: undefined });
    this.#inOrder({ decoding: { of, by }, send });
  }

  /** What is not decoded by now is not waited for. */
  settle(): void {
    for (const { decoding } of this.#waiting) decoding?.by.giveUp();
    this.#drain();
  }

  close(): void {
    this.#endResponse();
    this.settle();
  }

  #endResponse(): void {
    const response = this.#response;
    this.#response = undefined;
    if (response !== undefined) this.#inOrder({ send: () => response.giveUp() });
  }

  #inOrder(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#waiting.length === 1) this.#drain();
  }

  #drain(): void {
    clearTimeout(this.#deadline);
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      if (next.decoding?.of.isDone === false) break;
      this.#waiting.shift();
      next.send();
    }
    this.#deadline = setTimeout(() => {
      this.#waiting[0]?.decoding?.by.giveUp();
      this.#failed();
    }, SILENT_MS);
  }

  #failed(): void {
    this.#options.onFailed();
    this.#drain();
  }
}

interface ResponseDecoderOptions {
  readonly AudioDecoder: DecoderClass;
  onDecoded(): void;
  onFailed(): void;
}

/** The decoder of one response; another takes over in its middle if the first is lost. */
class ResponseDecoder {
  readonly #options: ResponseDecoderOptions;
  #decodings: Decoding[] = [];
  #decoder: AudioDecoder | undefined;
  #fed = 0;

  constructor(options: ResponseDecoderOptions) {
    this.#options = options;
  }

  decode({ packet, durationMs }: OpusAudio): Decoding {
    const samples = new Int16Array(durationMs * SAMPLES_PER_MS);
    const decoding = { start: this.#fed, samples, isDone: samples.length === 0 };
    if (decoding.isDone) return decoding;
    if (this.#decoder?.state === 'closed') this.giveUp();
    this.#fed += samples.length;
    this.#decodings.push(decoding);
    this.#decoder ??= this.#open();
    const timestamp = Math.round(decoding.start / SAMPLES_PER_US);
    this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp, data: packet }));
    return decoding;
  }

  /** What is not decoded yet is silent. */
  giveUp(): void {
    for (const decoding of this.#decodings) decoding.isDone = true;
    this.#decodings = [];
    if (this.#decoder?.state !== 'closed') this.#decoder?.close();
    this.#decoder = undefined;
  }

  #open(): AudioDecoder {
    const decoder: AudioDecoder = new this.#options.AudioDecoder({
      output: (data) => {
        if (decoder === this.#decoder) this.#decoded(data);
        data.close();
      },
      error: () => {
        if (decoder !== this.#decoder) return;
        // Browsers take an idle decoder away.
        const isIdle = this.#decodings.length === 0;
        this.giveUp();
        if (!isIdle) this.#options.onFailed();
      },
    });
    decoder.configure(CONFIG);
    return decoder;
  }

  #decoded(data: AudioData): void {
    const floats = new Float32Array(data.numberOfFrames);
    data.copyTo(floats, { planeIndex: 0, format: 'f32-planar' });
    const decoded = toPcm16(floats);
    const from = Math.round(data.timestamp * SAMPLES_PER_US);
    const to = from + decoded.length;
    for (const decoding of this.#decodings) {
      const { start, samples } = decoding;
      const [first, end] = [Math.max(from, start), Math.min(to, start + samples.length)];
      if (first < end) samples.set(decoded.subarray(first - from, end - from), first - start);
      decoding.isDone = start + samples.length <= to;
    }
    this.#decodings = this.#decodings.filter(({ isDone }) => !isDone);
    this.#options.onDecoded();
  }
}

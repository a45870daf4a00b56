import type { AudioSource, OutputFormat, StreamTargetChunk } from 'mediabunny';
import { opusDurationMs } from '@parley/shared/audio/opus-packet';
import { wavHeader } from '@parley/shared/audio/wav-writer';
import type { OpusCodec } from '../../base/lib/opus-codec.ts';

/** OpenAI's rate, which programs take for granted in `pcm`. */
export const VOICE_HZ = 24_000;
const MP3_BIT_RATE = 64_000;
const OPUS_BIT_RATE = 32_000;
/** Each page of Ogg is sent when it is full: a shorter one is heard sooner. */
const OGG_PAGE_S = 0.1;
/** What the encoder adds before the first sample, at 48 kHz (RFC 7845 §4.2). */
const OPUS_PRE_SKIP = 312;
/** Encoded ahead, so that the encoder has started when the voice begins: 10 ms. */
const LEAD_IN = new Int16Array(VOICE_HZ / 100);
/** In the two lengths of a WAV file that is sent before they are known. */
const UNKNOWN_BYTES = 0xffff_ffff;

export interface VoiceFormat {
  readonly contentType: string;
  /**
   * @param voice - PCM16 mono at `VOICE_HZ`; left when the result is
   * @returns its bytes as they come
   */
  readonly encode: (
    voice: AsyncIterable<Int16Array>,
    opus: OpusCodec,
  ) => AsyncGenerator<Uint8Array>;
}

/** Of `response_format`. */
export const VOICE_FORMATS = {
  mp3: { contentType: 'audio/mpeg', encode: mp3 },
  opus: { contentType: 'audio/ogg', encode: oggOpus },
  wav: { contentType: 'audio/wav', encode: wav },
  pcm: { contentType: 'audio/pcm', encode: pcm },
} as const satisfies Record<string, VoiceFormat>;

async function* pcm(voice: AsyncIterable<Int16Array>): AsyncGenerator<Uint8Array> {
  for await (const { buffer, byteOffset, byteLength } of voice) {
    yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

async function* wav(voice: AsyncIterable<Int16Array>): AsyncGenerator<Uint8Array> {
  const header = wavHeader(0, VOICE_HZ);
  const view = new DataView(header.buffer);
  view.setUint32(4, UNKNOWN_BYTES, true);
  view.setUint32(header.length - 4, UNKNOWN_BYTES, true);
  yield header;
  yield* pcm(voice);
}

async function* mp3(voice: AsyncIterable<Int16Array>): AsyncGenerator<Uint8Array> {
  const [{ AudioSample, AudioSampleSource, Mp3OutputFormat }, { registerMp3Encoder }] =
    await Promise.all([import('mediabunny'), import('@mediabunny/mp3-encoder')]);
  registerMp3Encoder();
  const source = new AudioSampleSource({ codec: 'mp3', bitrate: MP3_BIT_RATE });
  let samples = 0;
  const add = async (piece: Int16Array) => {
    if (piece.length === 0) return;
    const about = { format: 's16', numberOfChannels: 1, sampleRate: VOICE_HZ } as const;
    using sample = new AudioSample({ ...about, data: piece, timestamp: samples / VOICE_HZ });
    samples += piece.length;
    await source.add(sample);
  };
  // Without the header that says how long it is: it would be written last, at the beginning.
  yield* muxed(new Mp3OutputFormat({ xingHeader: false }), source, async () => {
    await add(LEAD_IN);
    for await (const piece of voice) await add(piece);
  });
}

async function* oggOpus(
  voice: AsyncIterable<Int16Array>,
  opus: OpusCodec,
): AsyncGenerator<Uint8Array> {
  const { EncodedAudioPacketSource, EncodedPacket, OggOutputFormat } = await import('mediabunny');
  const source = new EncodedAudioPacketSource('opus');
  const about = { codec: 'opus', numberOfChannels: 1, sampleRate: 48_000 } as const;
  const metadata = { decoderConfig: { ...about, description: opusHead() } };
  let ms = 0;
  const add = async (packets: readonly Uint8Array[]) => {
    for (const packet of packets) {
      const durationMs = opusDurationMs(packet) ?? 0;
      await source.add(new EncodedPacket(packet, 'key', ms / 1_000, durationMs / 1_000), metadata);
      ms += durationMs;
    }
  };
  const encoder = opus.encoder(VOICE_HZ, OPUS_BIT_RATE);
  try {
    const format = new OggOutputFormat({ maximumPageDuration: OGG_PAGE_S });
    yield* muxed(format, source, async () => {
      for await (const piece of voice) await add(await encoder.push(piece, false));
      await add(await encoder.push(new Int16Array(), true));
    });
  } finally {
    encoder.close();
  }
}

/** RFC 7845 §5.1, of one channel. */
function opusHead(): Uint8Array {
  const head = new Uint8Array(19);
  new TextEncoder().encodeInto('OpusHead', head);
  const view = new DataView(head.buffer);
  view.setUint8(8, 1);
  view.setUint8(9, 1);
  view.setUint16(10, OPUS_PRE_SKIP, true);
  view.setUint32(12, VOICE_HZ, true);
  return head;
}

/** @param fill - gives all that there is to the source */
async function* muxed(
  format: OutputFormat,
  source: AudioSource,
  fill: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  const { Output, StreamTarget } = await import('mediabunny');
  let onFailed: (error: unknown) => void = () => {};
  const { readable, writable } = new TransformStream<StreamTargetChunk, Uint8Array>({
    start: (out) => {
      onFailed = (error) => out.error(error);
    },
    // Nothing is written twice: each piece follows the one before.
    transform: ({ data }, out) => out.enqueue(data),
  });
  const output = new Output({ format, target: new StreamTarget(writable) });
  output.addAudioTrack(source);
  const filled = async () => {
    await output.start();
    await fill();
    await output.finalize();
  };
  filled().catch((error: unknown) => {
    onFailed(error);
    // Ends the encoder's thread.
    output.cancel().catch(() => {});
  });
  yield* readable;
}

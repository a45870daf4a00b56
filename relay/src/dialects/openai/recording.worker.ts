import { on } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { OpusDecoder } from '@parley/opus/opus-codec';
import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import { joinPcm16, SPEECH_HZ, SPEECH_SAMPLES_PER_MS, toPcm16 } from '@parley/shared/audio/pcm16';
import type { Decoded, ToDecode } from './recording.ts';

const MP3_STEP_BYTES = 64 * 1024;
/** Damage that the decoder reports in one step before the file is taken for something else. */
const MAX_MP3_FAULTS = 8;

function soundOf(bytes: Uint8Array): AsyncGenerator<Int16Array, string | undefined> {
  const isTagged = Buffer.from(bytes.subarray(0, 3)).toString('latin1') === 'ID3';
  // The mark of a frame, and a layer other than those of AAC.
  const isFrame = bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0 && (bytes[1]! & 0x06) !== 0;
  return isTagged || isFrame ? mp3Sound(bytes) : opusSound(bytes);
}

async function* mp3Sound(bytes: Uint8Array): AsyncGenerator<Int16Array, string | undefined> {
  const { MPEGDecoder } = await import('mpg123-decoder');
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    let resampler: Pcm16Resampler | undefined;
    for (let at = 0; at < bytes.length; at += MP3_STEP_BYTES) {
      const { channelData, samplesDecoded, sampleRate, errors } = decoder.decode(
        bytes.subarray(at, at + MP3_STEP_BYTES),
      );
      if (errors.length > MAX_MP3_FAULTS) return 'The file is damaged.';
      if (samplesDecoded === 0) continue;
      resampler ??= new Pcm16Resampler(sampleRate, SPEECH_HZ);
      yield resampler.push(toPcm16(meanOf(channelData)));
    }
    if (resampler === undefined) return 'The file has no sound.';
    yield resampler.flush();
    return undefined;
  } finally {
    decoder.free();
  }
}

/** The decoder makes two channels of one, too. */
function meanOf([left, right]: readonly Float32Array[]): Float32Array {
  return left!.map((sample, index) => (sample + (right ?? left!)[index]!) / 2);
}

async function* opusSound(bytes: Uint8Array): AsyncGenerator<Int16Array, string | undefined> {
  const { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } = await import('mediabunny');
  using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  const codec = await track?.getCodec();
  if (track === null || codec !== 'opus') return codec ? `The file holds ${codec}.` : 'No sound.';
  const decoder = await OpusDecoder.create(SPEECH_HZ);
  try {
    const packets = new EncodedPacketSink(track).packets();
    for await (const { data } of packets) yield decoder.decode([data]);
    return undefined;
  } finally {
    decoder.free();
  }
}

async function decoded({ bytes, maxMs }: ToDecode): Promise<Decoded> {
  const pieces: Int16Array[] = [];
  let samples = 0;
  const sound = soundOf(bytes);
  try {
    for (;;) {
      const { done, value } = await sound.next();
      if (done === true) {
        return value === undefined ? { samples: joinPcm16(pieces) } : { unsupported: value };
      }
      pieces.push(value);
      samples += value.length;
      if (samples > maxMs * SPEECH_SAMPLES_PER_MS) return { isTooLong: true };
    }
  } finally {
    await sound.return(undefined);
  }
}

const port = parentPort!;
const files = on(port, 'message') as AsyncIterable<[ToDecode]>;
port.postMessage('ready');
for await (const [file] of files) {
  // The libraries throw errors of many kinds over a damaged file.
  const answer = await decoded(file).catch((): Decoded => ({
    unsupported: 'The file is of a format that is not understood, or damaged.',
  }));
  port.postMessage(answer, 'samples' in answer ? [answer.samples.buffer as ArrayBuffer] : []);
}

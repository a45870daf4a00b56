import { MIMEType } from 'node:util';
import type { WavFormat } from '@parley/shared/audio/wav-reader';

/**
 * Names of raw samples. RFC 2586 has `audio/L16` send the high byte first; speech servers that use
 * the name send the low one first, like all others.
 */
const RAW = new Set([
  'audio/pcm',
  'audio/l16',
  'audio/x-raw',
  'audio/raw',
  'application/octet-stream',
]);
const MAX_CHANNELS = 8;
const MIN_HZ = 4_000;
const MAX_HZ = 192_000;

/**
 * What raw samples are like that come with this content type, e.g. `audio/pcm;rate=16000` or
 * `audio/L16; rate=44100; channels=2` (RFC 2586, section 3). Little-endian PCM16; one channel and
 * the usual rate unless the type says otherwise.
 *
 * @returns undefined if it is not raw samples of 16 bits, which would be heard as noise
 */
export function rawAudioOf(contentType: string, usualHz: number): WavFormat | undefined {
  const type = mimeTypeOf(contentType);
  if (type === undefined || !RAW.has(type.essence)) return undefined;
  const { params } = type;
  const number = (name: string, usual: number) => Number(params.get(name) ?? usual);
  const sampleRateHz = number('rate', usualHz);
  const channels = number('channels', 1);
  const is16Bit = number('bits', 16) === 16 && (params.get('format') ?? 'S16LE') === 'S16LE';
  const isRate = Number.isInteger(sampleRateHz) && sampleRateHz >= MIN_HZ && sampleRateHz <= MAX_HZ;
  const isCount = Number.isInteger(channels) && channels >= 1 && channels <= MAX_CHANNELS;
  if (!is16Bit || !isRate || !isCount) return undefined;
  return {
    encoding: 'integer',
    channels,
    sampleRateHz,
    bytesPerSample: 2,
    frameBytes: 2 * channels,
  };
}

function mimeTypeOf(text: string): MIMEType | undefined {
  try {
    return new MIMEType(text);
  } catch {
    return undefined;
  }
}

import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { OpusDecoder, OpusEncoder } from '@parley/opus/opus-codec';
import { UPLINK_SAMPLE_RATE_HZ } from '@parley/shared';

/**
 * Speech as a recogniser gets it from a client that compresses it.
 *
 * @param samples - PCM16 mono at 16 kHz
 * @param kbit - kbit/s
 */
export async function throughOpus(samples: Int16Array, kbit: number): Promise<Int16Array> {
  const encoder = await OpusEncoder.create(UPLINK_SAMPLE_RATE_HZ, kbit * 1_000);
  const decoder = await OpusDecoder.create(UPLINK_SAMPLE_RATE_HZ);
  try {
    return joinPcm16([decoder.decode(encoder.encode(samples, true))]);
  } finally {
    encoder.free();
    decoder.free();
  }
}

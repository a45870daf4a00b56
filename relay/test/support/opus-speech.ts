import { OpusEncoder } from '@parley/opus/opus-codec';
import { mergeOpusPackets, opusDurationMs, type OpusAudio } from '@parley/shared/audio/opus-packet';
import { SPEECH_HZ } from '@parley/shared/audio/pcm16';

const BITRATE = 20_000;
/** Of 20 ms each. */
const PACKETS_A_FRAME = 5;

/** An utterance as clients send it: frames of 100 ms, the last of what is left. */
export async function inOpus(samples: Int16Array): Promise<readonly OpusAudio[]> {
  const encoder = await OpusEncoder.create(SPEECH_HZ, BITRATE);
  const packets = encoder.encode(samples, true);
  encoder.free();
  const frames: OpusAudio[] = [];
  for (let from = 0; from < packets.length; from += PACKETS_A_FRAME) {
    const packet = mergeOpusPackets(packets.slice(from, from + PACKETS_A_FRAME))!;
    frames.push({ packet, durationMs: opusDurationMs(packet)! });
  }
  return frames;
}

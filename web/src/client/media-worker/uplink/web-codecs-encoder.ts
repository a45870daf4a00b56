import { OPUS_LOOKAHEAD_SAMPLES } from '@parley/shared/audio/opus-packet';
import { UPLINK_SAMPLE_RATE_HZ } from '@parley/shared/audio-frame';
import {
  SpeechUplink,
  type EncoderSink,
  type SpeechEncoder,
  type SpeechUplinkOptions,
} from '@parley/shared/link/speech-uplink';

/** `signal` is not in TypeScript's library yet. */
type OpusConfig = AudioEncoderConfig & {
  readonly opus: { frameDuration: number; application: string; signal: string; complexity: number };
};

const CONFIG: OpusConfig = {
  codec: 'opus',
  sampleRate: UPLINK_SAMPLE_RATE_HZ,
  numberOfChannels: 1,
  bitrate: 24_000,
  // µs. At these bit rates more than half the complexity changes nothing that is heard.
  opus: { frameDuration: 20_000, application: 'voip', signal: 'voice', complexity: 5 },
};

/** @returns undefined if this browser cannot encode speech as it is to be sent */
export async function encodingUplink(
  options: Omit<SpeechUplinkOptions, 'encoder'>,
): Promise<SpeechUplink | undefined> {
  if (!(await canEncodeSpeech())) return undefined;
  return new SpeechUplink({ ...options, encoder: () => new WebCodecsEncoder() });
}

async function canEncodeSpeech(): Promise<boolean> {
  if (!('AudioEncoder' in globalThis)) return false;
  try {
    const { supported } = await AudioEncoder.isConfigSupported(CONFIG);
    return supported === true;
  } catch {
    return false;
  }
}

/**
 * The browser's own encoder. Each utterance gets a new one: browsers take an idle encoder away, and
 * nothing of an earlier utterance can come out of it.
 */
class WebCodecsEncoder implements SpeechEncoder {
  #encoder: AudioEncoder | undefined;
  #pushed = 0;

  begin(sink: EncoderSink): void {
    this.close();
    this.#pushed = 0;
    this.#encoder = new AudioEncoder({
      output(chunk) {
        const packet = new Uint8Array(chunk.byteLength);
        chunk.copyTo(packet);
        sink.packet(packet);
      },
      error: () => sink.failed(),
    });
    this.#encoder.configure(CONFIG);
  }

  push(samples: Int16Array<ArrayBuffer>): void {
    const data = new AudioData({
      format: 's16',
      sampleRate: UPLINK_SAMPLE_RATE_HZ,
      numberOfFrames: samples.length,
      numberOfChannels: 1,
      timestamp: Math.round((this.#pushed * 1e6) / UPLINK_SAMPLE_RATE_HZ),
      data: samples,
    });
    this.#pushed += samples.length;
    this.#encoder?.encode(data);
    data.close();
  }

  async end(): Promise<void> {
    // Else what it has not looked at yet stays in it.
    this.push(new Int16Array(OPUS_LOOKAHEAD_SAMPLES));
    await this.#encoder?.flush();
    this.close();
  }

  close(): void {
    if (this.#encoder?.state !== 'closed') this.#encoder?.close();
    this.#encoder = undefined;
  }
}

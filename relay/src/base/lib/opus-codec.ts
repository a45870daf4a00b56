import type { SpeechAudio } from '@parley/shared/audio/opus-packet';
import { SPEECH_HZ } from '@parley/shared/audio/pcm16';

/** Packets or samples in, in order; to be closed. */
export interface OpusStream<In, Out> {
  /** @throws ParleyError `internal_error` if the thread died; then the stream is of no more use */
  push(...piece: In[]): Promise<Out>;
  close(): void;
}

/** Rates: 8, 12, 16, 24 or 48 kHz. */
export interface OpusCodec {
  /** The next packets in, PCM16 mono out. */
  decoder(rateHz: number): OpusStream<Uint8Array, Int16Array<ArrayBuffer>>;
  /** PCM16 mono in. @param bitrate - bit/s */
  encoder(rateHz: number, bitrate: number): OpusEncoderStream;
}

/** One voice in, packets of 20 ms out; to be closed. */
export interface OpusEncoderStream {
  /**
   * @param isLast - what is left is filled up with silence
   * @throws as `OpusStream.push`
   */
  push(samples: Int16Array, isLast: boolean): Promise<readonly Uint8Array[]>;
  close(): void;
}

/**
 * An utterance as PCM16 at 16 kHz.
 *
 * @throws ParleyError `internal_error` if the thread died
 */
export async function decodeSpeech(
  opus: OpusCodec,
  pieces: readonly SpeechAudio[],
): Promise<readonly Int16Array[]> {
  if (pieces.every((piece) => piece instanceof Int16Array)) return pieces;
  const decoder = opus.decoder(SPEECH_HZ);
  try {
    const decoded: Int16Array[] = [];
    // One after the other: those who speak now have their turns at the thread in between.
    for (const piece of pieces) {
      decoded.push(piece instanceof Int16Array ? piece : await decoder.push(piece.packet));
    }
    return decoded;
  } finally {
    decoder.close();
  }
}

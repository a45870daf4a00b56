import { resample, toPcm16 } from './resample.ts';

export interface Voice {
  readonly pieces: readonly Int16Array[];
  readonly sampleRateHz: number;
}

/**
 * Several recordings, one after the other, at the rate of the first.
 *
 * @returns undefined where there is none
 */
export function joinVoices(
  voices: readonly Voice[],
): { readonly samples: Int16Array; readonly sampleRateHz: number } | undefined {
  const sampleRateHz = voices[0]?.sampleRateHz;
  if (sampleRateHz === undefined) return undefined;
  const parts = voices.map((voice) => {
    const whole = concatenate(voice.pieces);
    return voice.sampleRateHz === sampleRateHz
      ? whole
      : toPcm16(
          resample(
            Float32Array.from(whole, (sample) => sample / 0x8000),
            voice.sampleRateHz,
            sampleRateHz,
          ),
        );
  });
  return { samples: concatenate(parts), sampleRateHz };
}

function concatenate(pieces: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

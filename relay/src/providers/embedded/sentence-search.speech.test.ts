import { expect, it } from 'vitest';
import { openVoiceToEar } from './voice-to-ear.rig.ts';
import { REJECT_WEIGHT } from '@parley/phrases/understanding/speech-grammar';

const RATE_HZ = 16_000;
const SENTENCE =
  'the first train to the coast leaves at half past six in the morning and the last one comes back shortly before midnight so that nobody has to stay';
const GRAMMAR = {
  rules: `<utterance> = ${SENTENCE} | the weather will be fine | please call me back;`,
  utterance: 'utterance',
  pronunciations: {},
  rejectWeight: REJECT_WEIGHT,
};

/** As a microphone under a coat hears: above this frequency it falls by 12 dB each octave. */
function muffled(samples: Int16Array, cutOffHz: number): Int16Array {
  const weight = 1 - Math.exp((-2 * Math.PI * cutOffHz) / RATE_HZ);
  let [first, second] = [0, 0];
  const soft = Float64Array.from(samples, (sample) => {
    first += weight * (sample - first);
    second += weight * (first - second);
    return second;
  });
  const peakOf = (values: Float64Array) =>
    values.reduce((peak, value) => Math.max(peak, Math.abs(value)), 1);
  const gain = peakOf(Float64Array.from(samples)) / peakOf(soft);
  return Int16Array.from(soft, (value) => gain * value);
}

it('understands a long sentence through a microphone unlike those that it expects', async ({
  signal,
}) => {
  await using ear = await openVoiceToEar(1, signal, GRAMMAR);
  const spoken = await ear.speak(SENTENCE, 'slt');
  // The first decoding refuses the one through the muffled microphone.
  for (const samples of [spoken, muffled(spoken, 300)]) {
    expect(await ear.hear(samples)).toMatchObject({ text: SENTENCE, unrecognised: false });
  }
});

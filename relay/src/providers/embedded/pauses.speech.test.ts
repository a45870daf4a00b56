import { beforeAll, expect, it } from 'vitest';
import { Recogniser } from '@parley/recogniser';
import type { Flite } from '@parley/voice';
import { warmFlite } from './warm-engines.rig.ts';
import { SPEECH_GRAMMAR } from '@parley/phrases';

const VOICES = ['slt', 'rms', 'awb', 'kal16'] as const;
/** Sentences with the pause of a person who thinks. */
const SENTENCES = [
  ['set a timer for', 'twenty minutes'],
  ['what is', 'seven times eight'],
  ['what time is it', 'in tokyo'],
  ['convert ten miles', 'to kilometers'],
] as const;
const PAUSES_MS = [600, 1_000];
const SAMPLES_PER_MS = 16;
const CHUNK_MS = 100;
/** From the end of the sound to the words, with the chunk in which they come. */
const KNOWN_WITHIN_MS = 150;
const TIMEOUT_MS = 300_000;

let flite: Flite;
let recogniser: Recogniser;

beforeAll(async () => {
  flite = await warmFlite();
  ({ recogniser } = await Recogniser.create(SPEECH_GRAMMAR));
}, TIMEOUT_MS);

/** Without the silence that the voice puts around it. */
function speech(voice: string, text: string): Int16Array {
  const samples = flite.speak(voice, text);
  const isSound = (sample: number): boolean => Math.abs(sample) > 200;
  return samples.subarray(samples.findIndex(isSound), samples.findLastIndex(isSound) + 1);
}

const silence = (ms: number): Int16Array => new Int16Array(ms * SAMPLES_PER_MS);

/** The words at each instant, ms from the beginning, and those in the end. */
async function hear(samples: Int16Array) {
  const words: { readonly atMs: number; readonly text: string }[] = [];
  const length = CHUNK_MS * SAMPLES_PER_MS;
  for (let at = 0; at < samples.length; at += length) {
    const text = await recogniser.push(samples.slice(at, at + length));
    words.push({ atMs: (at + length) / SAMPLES_PER_MS, text });
  }
  return { words, final: (await recogniser.finish()).text };
}

it(
  'a sentence with a pause in it is one, and its first words are known in the pause',
  async () => {
    const broken: string[] = [];
    const unsteady: string[] = [];
    let count = 0;
    for (const [index, voice] of VOICES.entries()) {
      for (const [first, second] of SENTENCES.filter((_, at) => (at + index) % 2 === 0)) {
        const pauseMs = PAUSES_MS[count % PAUSES_MS.length]!;
        count += 1;
        const before = Int16Array.from([...silence(300), ...speech(voice, first)]);
        const pausedMs = before.length / SAMPLES_PER_MS;
        const { words, final } = await hear(
          Int16Array.from([
            ...before,
            ...silence(pauseMs),
            ...speech(voice, second),
            ...silence(300),
          ]),
        );
        const name = `${voice}, ${pauseMs} ms: ${first} … ${second}`;
        if (final !== `${first} ${second}`) broken.push(`${name} → ${final}`);
        const inPause = words.filter(
          ({ atMs }) => atMs >= pausedMs + KNOWN_WITHIN_MS && atMs < pausedMs + pauseMs,
        );
        const wrong = inPause.filter(({ text }) => text !== first);
        if (wrong.length > 0)
          unsteady.push(`${name} → ${wrong.map(({ text }) => text).join(' | ')}`);
      }
    }
    // One of the eight may be misheard, as without a pause.
    expect(broken.length <= 1 ? [] : broken).toEqual([]);
    expect(unsteady.length <= 1 ? [] : unsteady).toEqual([]);
  },
  TIMEOUT_MS,
);

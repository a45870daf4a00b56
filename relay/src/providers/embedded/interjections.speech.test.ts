import { beforeAll, describe, expect, it } from 'vitest';
import type { Transcriber } from '../../call/stages/transcriber/transcriber.ts';
import type { Flite } from '@parley/voice';
import { START_MS, warmEngines, warmFlite } from './warm-engines.rig.ts';

const VOICES = ['slt', 'rms', 'awb'] as const;
const TIMEOUT_MS = 300_000;
/** What the page sends from before the onset, and the silence until it notices the end. */
const SILENCE = new Int16Array(4_800);
const CHUNK_SAMPLES = 1_600;

let flite: Flite;
let transcriber: Transcriber;

beforeAll(async () => {
  flite = await warmFlite();
  ({ transcriber } = await warmEngines());
}, START_MS);

interface Sound {
  readonly name: string;
  readonly samples: Int16Array;
}

type Input = 'text' | 'phones';

const inVoices = (voices: readonly string[], piece: string, input: Input): Sound[] =>
  voices.map((voice) => ({
    name: `${voice}: ${piece}`,
    samples: flite.speak(voice, piece, { input }),
  }));

const inAllVoices = (piece: string, input: Input) => inVoices(VOICES, piece, input);

/** A voiced nasal: the harmonics of a pitch that rises or falls, strong below 400 Hz and weak above. */
function hum(
  pitchHz: number,
  bend: number,
  parts: readonly (readonly [ms: number, level: number])[],
): Sound {
  let phase = 0;
  const samples = parts.flatMap(([ms, level]) => {
    const length = ms * 16;
    return Array.from({ length }, (_, index) => {
      phase += (2 * Math.PI * pitchHz * (1 + (bend * index) / length)) / 16_000;
      const fade = Math.min(1, index / 320, (length - index) / 320);
      let sum = 0;
      for (let harmonic = 1; harmonic * pitchHz < 3_000; harmonic += 1) {
        const hz = harmonic * pitchHz;
        const formants = 1 / (1 + ((hz - 250) / 150) ** 2) + 0.1 / (1 + ((hz - 1_100) / 200) ** 2);
        sum += formants * Math.sin(harmonic * phase);
      }
      return 6_000 * level * fade * sum;
    });
  });
  return { name: `hum of ${pitchHz} Hz`, samples: Int16Array.from(samples) };
}

interface Heard {
  readonly name: string;
  readonly text: string;
  readonly partials: readonly string[];
}

/** Sent as the page does, in chunks of 100 ms. */
async function hearAll(sounds: readonly Sound[], mayInterrupt = true): Promise<Heard[]> {
  const heard: Heard[] = [];
  for (const { name, samples } of sounds) {
    heard.push({ name, ...(await hear(samples, mayInterrupt)) });
  }
  return heard;
}

async function hear(speech: Int16Array, mayInterrupt: boolean): Promise<Omit<Heard, 'name'>> {
  const { signal } = new AbortController();
  const transcription = await transcriber.open({ language: 'en-US', signal, mayInterrupt });
  const samples = Int16Array.from([...SILENCE, ...speech, ...SILENCE]);
  for (let at = 0; at < samples.length; at += CHUNK_SAMPLES) {
    transcription.push(samples.subarray(at, at + CHUNK_SAMPLES));
  }
  transcription.finalize();
  const partials: string[] = [];
  for await (const event of transcription.events) {
    if (event.type === 'transcript-final') return { text: event.text, partials };
    if (event.type === 'transcript-partial') partials.push(event.text);
  }
  throw new Error('The transcription ended without a final transcript');
}

const BACKCHANNELS = new Set([
  '',
  'mhm',
  'mhm mhm',
  'uh-huh',
  'hmm',
  'yeah',
  'yes',
  'okay',
  'oh',
  'aha',
]);

describe(
  'over a reply',
  () => {
    it.each(['stop', 'wait', 'no', 'be quiet', 'never mind'])(
      'hears “%s” in every voice',
      async (word) => {
        const heard = await hearAll(inAllVoices(`${word}.`, 'text'));
        expect(heard.map(({ name, text }) => [name, text])).toEqual(
          heard.map(({ name }) => [name, word]),
        );
        // The words come while they are spoken, so that the reply can end before the utterance does.
        expect(heard.filter(({ partials }) => !partials.includes(word))).toEqual([]);
      },
    );

    it('takes nine of ten backchannels for nothing else, from the first partial on', async () => {
      const sounds = [
        ...['pau ah m hh ah m pau', 'pau ah hh ah pau', 'pau hh m m pau'].flatMap((phones) =>
          inAllVoices(phones, 'phones'),
        ),
        ...inAllVoices('okay.', 'text'),
        hum(130, -0.1, [[350, 1]]),
        hum(190, 0.2, [[250, 1]]),
        hum(210, 0.1, [
          [150, 0.9],
          [80, 0.1],
          [220, 1],
        ]),
      ];
      const heard = await hearAll(sounds);
      const wrong = heard.filter(
        ({ text, partials }) => ![text, ...partials].every((words) => BACKCHANNELS.has(words)),
      );
      expect(wrong.length <= sounds.length / 10 ? [] : wrong).toEqual([]);
    });

    it('hears a question as it does at any other time', async () => {
      const questions = [
        ...inVoices(['slt', 'awb'], 'what time is it', 'text'),
        ...inVoices(['rms', 'kal16'], 'hello', 'text'),
      ];
      const byName = (heard: readonly Heard[]) =>
        Object.fromEntries(heard.map(({ name, text }) => [name, text]));
      expect(byName(await hearAll(questions))).toEqual(byName(await hearAll(questions, false)));
    });
  },
  TIMEOUT_MS,
);

it(
  'makes no other sentence of a short word outside of a reply',
  async () => {
    const heard = await hearAll(
      ['no.', 'stop.'].flatMap((word) => inAllVoices(word, 'text')),
      false,
    );
    const wrong = heard.filter(
      ({ name, text }) => !(name.includes('stop') ? ['stop'] : ['', 'no']).includes(text),
    );
    expect(wrong).toEqual([]);
  },
  TIMEOUT_MS,
);

import { ParleyError } from '@parley/shared';
import { rmsOf } from '@parley/shared/audio/level';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SpeechEvent, Synthesizer } from '../../call/stages/synthesizer/synthesizer.ts';
import { START_MS, warmEngines } from './warm-engines.rig.ts';

let synthesizer: Synthesizer;

beforeAll(async () => {
  ({ synthesizer } = await warmEngines());
}, START_MS);

async function* clausesOf(...clauses: string[]): AsyncGenerator<string> {
  yield* clauses;
}

async function speak(
  clauses: readonly string[],
  voice = 'slt',
  speed?: number,
): Promise<SpeechEvent[]> {
  const { signal } = new AbortController();
  return Array.fromAsync(synthesizer.synthesize(clausesOf(...clauses), { voice, speed, signal }));
}

/** Root mean square of each 5 ms. */
function framesOf(audio: readonly Int16Array[]): number[] {
  const samples = Int16Array.from(audio.flatMap((part) => [...part]));
  return Array.from({ length: Math.floor(samples.length / 80) }, (_, index) =>
    rmsOf(samples.subarray(80 * index, 80 * (index + 1))),
  );
}

function audioOf(events: readonly SpeechEvent[]): Int16Array[] {
  return events.flatMap((event) => (event.type === 'speech-audio' ? [event.samples] : []));
}

describe('the embedded synthesizer', () => {
  it('can be probed', async () => {
    await expect(synthesizer.probe!(new AbortController().signal)).resolves.toBeUndefined();
  });

  it('gives each clause its start and then its audio, in short pieces that begin at once', async () => {
    const events = await speak(['Seven times eight,', '...', 'is fifty six.']);
    const shape = events
      .map(
        ({ type, clause }) =>
          `${{ 'clause-begun': '<', 'clause-done': '>' }[type as string] ?? '~'}${clause}`,
      )
      .join('');
    expect(shape).toMatch(/^<0(~0)+>0<1>1<2(~2)+>2$/);
    const audio = audioOf(events);
    expect(audio.every((samples) => samples.length > 0 && samples.length <= 3_200)).toBe(true);
    const first = audio[0]!;
    const onset = first.findIndex((sample) => Math.abs(sample) > 150);
    expect(onset).toBeGreaterThan(0);
    expect(onset).toBeLessThan(16 * 80);
    expect(new Set(audio.map((samples) => samples.buffer)).size).toBe(audio.length);
  });

  it('speaks a long clause piece by piece under one start', async () => {
    const clause = 'one two three four five six seven eight nine ten '.repeat(8);
    const events = await speak([clause]);
    expect(events.filter(({ type }) => type === 'clause-begun')).toEqual([
      { type: 'clause-begun', clause: 0 },
    ]);
    expect(audioOf(events).reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(
      16_000 * 15,
    );
  });

  it.each([
    '-o /tmp/x',
    '--help',
    '-voice rms',
    '/etc/passwd',
    '-lv',
    'a\0b',
    '<speak>hello</speak>',
  ])('takes %j for text', async (text) => {
    expect(audioOf(await speak([text])).length).toBeGreaterThan(0);
  });

  it('skips what no voice can say', async () => {
    for (const text of ['', ' \n\t', '?!', '😀', '日本語', '\0']) {
      expect(await speak([text])).toEqual([
        { type: 'clause-begun', clause: 0 },
        { type: 'clause-done', clause: 0 },
      ]);
    }
  });

  it.each(['slt', 'rms', 'awb'])('speaks faster and slower as %s', async (voice) => {
    const lengthAt = async (speed?: number) =>
      audioOf(await speak(['Seven times eight is fifty six.'], voice, speed)).reduce(
        (sum, { length }) => sum + length,
        0,
      );
    const usual = await lengthAt();
    expect(await lengthAt(1)).toBe(usual);
    expect(usual / (await lengthAt(1.5))).toBeCloseTo(1.5, 1);
    expect(usual / (await lengthAt(0.6))).toBeCloseTo(0.6, 1);
  });

  it('speaks as loud with each voice, and begins with its sound', async () => {
    const sentences = ['It is half past two.', 'Your timer is set.', 'Hello there.', 'Five miles.'];
    const levels: number[] = [];
    for (const { id } of synthesizer.voices) {
      let power = 0;
      for (const sentence of sentences) {
        const frames = framesOf(audioOf(await speak([sentence], id)));
        const loudest = Math.max(...frames);
        expect(frames.findIndex((rms) => rms > loudest / 100)).toBeLessThanOrEqual(1);
        const active = frames.filter((rms) => rms > loudest / 30);
        power += active.reduce((sum, rms) => sum + rms ** 2, 0) / active.length;
      }
      levels.push(10 * Math.log10(power / sentences.length / 0x8000 ** 2));
    }
    expect(Math.max(...levels) - Math.min(...levels)).toBeLessThan(2);
    expect(levels[0]).toBeGreaterThan(-19);
    expect(levels[0]).toBeLessThan(-15);
  });

  it('speaks with the first voice where it does not know the one asked for', async () => {
    const [known, unknown] = await Promise.all([
      speak(['Hello.'], 'slt'),
      speak(['Hello.'], '../../evil'),
    ]);
    expect(audioOf(unknown)).toEqual(audioOf(known));
  });

  it('stops in the middle of a reply when aborted', async () => {
    const controller = new AbortController();
    const events: SpeechEvent[] = [];
    const speaking = synthesizer.synthesize(
      clausesOf('One two three four five six.', 'Seven.', 'Eight.'),
      {
        voice: 'slt',
        signal: controller.signal,
      },
    );
    for await (const event of speaking) {
      events.push(event);
      if (event.type === 'speech-audio') controller.abort();
    }
    expect(events).toHaveLength(2);
    expect(audioOf(await speak(['Still here.'])).length).toBeGreaterThan(0);
  });

  it.each([
    [new ParleyError('generator_failed'), 'generator_failed'],
    [new Error('no words'), 'synthesizer_failed'],
  ])('passes on %s of the source of the text', async (error, code) => {
    async function* failing(): AsyncGenerator<string> {
      yield 'Well,';
      throw error;
    }
    const { signal } = new AbortController();
    const speaking = Array.fromAsync(synthesizer.synthesize(failing(), { voice: 'slt', signal }));
    await expect(speaking).rejects.toMatchObject({ code });
  });
});

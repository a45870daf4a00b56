import { describe, expect, it } from 'vitest';
import { finalWords } from '../../../../test/support/scripted-transcriber.ts';
import { partial, Speaking } from '../../../../test/support/speaking.ts';
import type { Script } from '../../../../test/support/test-conversation.ts';
import { sleep, type Clock } from '../../../base/lib/clock.ts';
import type { TurnModel } from '../../stages/turn-model.ts';
import { SOUND_DEADLINE_MS } from './pause-sound.ts';

describe('a turn model', () => {
  const WHOLE = 'What time is it?';
  const BROKEN = 'I would like to go to the';

  /** A model that takes `ms` for its answer, or until it is not wanted any more. */
  function judging(answer: number | undefined, ms: number, asked: Int16Array[] = []) {
    return (clock: Clock): TurnModel => ({
      async judge(samples, signal) {
        asked.push(samples);
        await sleep(clock, ms, signal);
        return answer;
      },
    });
  }

  function speakerOf(text: string, turnModel?: Script['turnModel']): Speaking {
    const transcriber = { whileSpeaking: [partial(text)], onFinal: () => [finalWords(text)] };
    return new Speaking({ transcriber, ...(turnModel && { turnModel }) });
  }

  /** @returns the silence that ended the turn, ms */
  async function silenceAfter(text: string, turnModel?: Script['turnModel']): Promise<number> {
    const person = speakerOf(text, turnModel);
    await person.begins();
    await person.speaks(900);
    await person.pauses(2_500);
    const [decided] = person.test.ofCall('turn-decided');
    return decided!.afterMs!;
  }

  it('makes the relay wait longer if the turn sounds unfinished', async () => {
    const silenceMs = await silenceAfter(WHOLE);
    expect(silenceMs).toBeLessThan(400);
    expect(await silenceAfter(WHOLE, judging(0.05, 20))).toBeGreaterThan(silenceMs + 200);
  });

  it('makes the relay answer sooner if the turn sounds finished', async () => {
    const silenceMs = await silenceAfter(BROKEN);
    expect(silenceMs).toBeGreaterThan(1_000);
    expect(await silenceAfter(BROKEN, judging(0.95, 100))).toBeLessThan(silenceMs - 200);
  });

  it('is named in the prediction that it changed', async () => {
    const person = speakerOf(WHOLE, judging(0.05, 20));
    await person.begins();
    await person.speaks(900);
    await person.pauses(300);
    const predicted = person.test.ofType('input_audio_buffer.end_of_turn_predicted');
    expect(predicted.map(({ reasons }) => reasons)).toEqual([
      ['words_finished'],
      ['words_finished', 'sounds_unfinished'],
    ]);
    expect(predicted[1]!.probability).toBeLessThan(predicted[0]!.probability);
    const emitted = person.test.ofCall('end-of-turn-predicted').at(-1);
    expect(emitted!.reasons).toContain('sounds_unfinished');
  });

  it.each<[string, NonNullable<Script['turnModel']>]>([
    ['comes too late', judging(0.05, SOUND_DEADLINE_MS + 1)],
    ['never comes', () => ({ judge: () => new Promise(() => {}) })],
    ['fails', () => ({ judge: () => Promise.reject(new Error('The thread died.')) })],
    ['is not given, because others wait', judging(undefined, 0)],
  ])('changes nothing if its answer %s', async (_, turnModel) => {
    for (const text of [WHOLE, BROKEN]) {
      expect(await silenceAfter(text, turnModel)).toBe(await silenceAfter(text));
    }
  });

  it('is asked once a pause, about the last eight seconds of the utterance', async () => {
    const asked: Int16Array[] = [];
    const person = speakerOf(BROKEN, judging(0.05, 20, asked));
    await person.begins();
    await person.speaks(900);
    await person.pauses(600);
    expect(asked.map(({ length }) => length)).toEqual([(300 + 900 + 200) * 16]);
    await person.goesOn(9_000);
    await person.pauses(600);
    expect(asked.map(({ length }) => length / 16)).toEqual([1_400, 8_000]);
  });

  it('does not count in the pause after the one it was asked about', async () => {
    const answers = [0.05, undefined];
    const person = speakerOf(WHOLE, () => ({ judge: () => Promise.resolve(answers.shift()) }));
    await person.begins();
    await person.speaks(900);
    await person.pauses(300);
    await person.goesOn(500);
    await person.pauses(600);
    const [decided] = person.test.ofCall('turn-decided');
    expect(decided!.afterMs).toBe(await silenceAfter(WHOLE));
  });
});

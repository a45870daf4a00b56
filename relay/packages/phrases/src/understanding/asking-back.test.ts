import { describe, expect, it } from 'vitest';
import { conversationAt, PHRASINGS_NOW } from './phrasings.rig.ts';

const DOUBTFUL = { unrecognised: false, isDoubtful: true } as const;

/** A conversation that begins with words of which the recogniser was not sure. */
async function doubted(words: string) {
  const { say, reminders } = conversationAt(PHRASINGS_NOW);
  const question = await say(words, DOUBTFUL.unrecognised, DOUBTFUL.isDoubtful);
  return { question, say, reminders };
}

describe('what is in doubt', () => {
  it.each([
    ['set a timer for fifteen minutes', 'fifteen minutes'],
    ['what is fifteen times four', 'fifteen times four'],
    ['Fifteen minute timer please', 'fifteen'],
    ['how much is sixty dollars with twenty percent off', 'sixty dollars with twenty percent'],
    [
      'what is one hundred and forty four divided by twelve',
      'one hundred and forty four divided by twelve',
    ],
    ["what's three point five times two", 'three point five times two'],
    ['how many days until march seventh', 'seventh'],
  ])('is asked back in %j: %j', async (words, part) => {
    const { question, reminders } = await doubted(words);
    expect(question).toBe(`Did you say ${part}?`);
    expect(reminders.list()).toEqual([]);
  });

  it('is refused as ever if it means nothing', async () => {
    const { question } = await doubted('the fifteen men on a chest');
    expect(question).toMatch(/^I did not understand that/);
  });

  it.each(['yes', 'yeah', "that's right", 'yes please', 'fifteen', 'fifteen minutes'])(
    'is done after %j',
    async (reply) => {
      const { say } = await doubted('set a timer for fifteen minutes');
      expect(await say(reply)).toBe('Your timer is set for fifteen minutes.');
      expect(await say('how much time is left')).toMatch(/fifteen minutes/i);
    },
  );

  it.each([
    'no fifty',
    'fifty',
    'fifty minutes',
    'no i said fifty minutes',
    'no, make it fifty.',
    'No 50 minutes',
  ])('is done with the other number after %j', async (reply) => {
    const { say, reminders } = await doubted('set a timer for fifteen minutes');
    expect(await say(reply)).toBe('Your timer is set for fifty minutes.');
    expect(reminders.list()).toHaveLength(1);
  });

  it('is asked for again after "no", and then done', async () => {
    const { say } = await doubted('set a timer for fifteen minutes');
    expect(await say('no')).toMatch(/misheard/);
    expect(await say('fifty')).toBe('Your timer is set for fifty minutes.');
  });

  it('is asked for again if the same number comes with the "no"', async () => {
    const { say, reminders } = await doubted('set a timer for fifteen minutes');
    expect(await say('no fifteen')).toMatch(/misheard/);
    expect(reminders.list()).toEqual([]);
  });

  it('is the number that sounds most like the correction', async () => {
    const { say } = await doubted('what is fifteen times four');
    expect(await say('no fifty')).toMatch(/two hundred\./);
  });

  it('is both numbers if both are corrected', async () => {
    const { say } = await doubted('what is fifteen times four');
    expect(await say('fifty times five')).toMatch(/two hundred fifty\./);
  });

  it('is asked back once: a correction counts, sure or not', async () => {
    const { say } = await doubted('set a timer for fifteen minutes');
    expect(await say('no fifty', false, true)).toBe('Your timer is set for fifty minutes.');
  });

  it('is forgotten if something else is said', async () => {
    const { say, reminders } = await doubted('set a timer for fifteen minutes');
    expect(await say('what is seven times eight')).toMatch(/fifty six/);
    expect(await say('yes')).toBe('All right.');
    expect(reminders.list()).toEqual([]);
  });

  it('is what later phrases refer to, as it was confirmed', async () => {
    const { say } = await doubted('what is fifteen times four');
    await say('no fifty');
    expect(await say('double that')).toMatch(/four hundred\./);
  });
});

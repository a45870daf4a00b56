import { beforeAll, expect, it } from 'vitest';
import { isAskingBack } from '@parley/phrases';
import { conversationAt, PHRASINGS_NOW } from '@parley/phrases/understanding/phrasings.rig';
import { START_MS, warmEar } from './warm-engines.rig.ts';

/** Of these numbers the recogniser hears a neighbour, or nearly so. */
const CONFUSABLE: readonly (readonly [said: string, voice: string])[] = [
  ['wake me in fifteen minutes', 'awb'],
  ['set a timer for one hour and fifteen minutes', 'awb'],
  ['set a timer for ten minutes', 'rms'],
  ['how much is ninety minus thirty six', 'slt'],
  ['how much is sixty dollars with twenty percent off', 'slt'],
];
const CLEAR: readonly (readonly [said: string, voice: string])[] = [
  ['what is seven times eight', 'slt'],
  ['what is seven times eight', 'rms'],
  ['what is twelve plus thirty', 'awb'],
  ['set a timer for five minutes', 'slt'],
  ['twenty five minute timer please', 'rms'],
  ['convert five miles to kilometers', 'awb'],
  ['what is the square root of eighty one', 'rms'],
  ['remind me in twenty minutes', 'slt'],
];
/** Of the clear ones. */
const MAX_DOUBTED = 1;

let ear: Awaited<ReturnType<typeof warmEar>>;
beforeAll(async () => {
  ear = await warmEar();
}, START_MS);

it('doubts a number that could as well be another', async () => {
  const certain: string[] = [];
  for (const [said, voice] of CONFUSABLE) {
    const { text, isDoubtful = false } = await ear.say(said, voice);
    if (!isDoubtful && text !== said) certain.push(`${voice}: ${said} → ${text}`);
  }
  expect(certain).toEqual([]);
});

it('does not doubt clear numbers', async () => {
  const doubted: string[] = [];
  for (const [said, voice] of CLEAR) {
    const { isDoubtful } = await ear.say(said, voice);
    if (isDoubtful === true) doubted.push(`${voice}: ${said}`);
  }
  expect(doubted.length > MAX_DOUBTED ? doubted : []).toEqual([]);
});

it.each([
  ['yes', 'Your timer is set for fifty minutes.'],
  ['no fifteen', 'Your timer is set for fifteen minutes.'],
  ['fifteen minutes', 'Your timer is set for fifteen minutes.'],
])('asks back by voice, and understands %j', async (reply, answer) => {
  const { say } = conversationAt(PHRASINGS_NOW);
  expect(isAskingBack(await say('set a timer for fifty minutes', false, true))).toBe(true);
  const { text, unrecognised, isDoubtful } = await ear.say(reply, 'slt');
  expect(await say(text, unrecognised, isDoubtful)).toBe(answer);
});

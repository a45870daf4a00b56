import { beforeAll, expect, it } from 'vitest';
import { conversationAt, PHRASINGS_NOW } from '@parley/phrases/understanding/phrasings.rig';
import { START_MS, warmEar } from './warm-engines.rig.ts';

const VOICE = 'rms';

/** One call by voice: what is said, and what its answer holds. */
const TURNS: readonly (readonly [said: string, answer: RegExp])[] = [
  ['hello', /^Hello/],
  ['set a pasta timer for eight minutes', /^Your pasta timer is set for eight minutes\.$/],
  ['add two minutes', /^Your pasta timer now has ten minutes left\.$/],
  ['set a tea timer for three minutes', /^Your tea timer is set for three minutes\.$/],
  ['how long is left on the pasta', /^Ten minutes left on your pasta timer\.$/],
  ['what time is it in paris', /three thirty in the afternoon in Paris\.$/],
  ['and in london', /two thirty in the afternoon in London\.$/],
  ['what is seven times eight', /^Seven times eight is fifty six\.$/],
  ['double that', /is one hundred twelve\.$/],
  ['how many days until christmas', /^Christmas is in thirty two days\.$/],
  ['set a timer for five minutes', /^Your timer is set for five minutes\.$/],
  ['make it ten', /^Your timer now has ten minutes left\.$/],
  ['how many timers do i have', /^There are three timers\./],
  ['cancel the tea timer', /^The tea timer is cancelled\.$/],
  ['how do you spell banana', /B, A, N, A, N, A\.$/],
  ['convert five miles to kilometers', /^Five miles is about eight kilometers\.$/],
  ['flip a coin', /^It is (?:heads|tails)\.$/],
  ['can you tell me what time it is please', /^It is two thirty in the afternoon\.$/],
  ['cancel all timers', /^Both timers are cancelled\.$/],
  ['thank you very much', /^(?:You are welcome|My pleasure|Any time)\.$/],
];

let ear: Awaited<ReturnType<typeof warmEar>>;
beforeAll(async () => {
  ear = await warmEar();
}, START_MS);

it('holds a conversation of twenty turns by voice, every answer right', async () => {
  const { say, reminders } = conversationAt(PHRASINGS_NOW);
  // What is said depends on no answer, so that two threads can listen.
  const heard = await Promise.all(TURNS.map(([said]) => ear.say(said, VOICE)));
  const wrong: string[] = [];
  for (const [index, [said, expected]] of TURNS.entries()) {
    const { text, unrecognised } = heard[index]!;
    const answer = await say(text, unrecognised);
    if (!expected.test(answer)) wrong.push(`${said} → ${text} → ${answer}`);
  }
  expect(wrong).toEqual([]);
  expect(reminders.list()).toEqual([]);
});

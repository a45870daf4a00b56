import { expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import type { Step } from '../../../test/support/script.ts';
import { finalWords } from '../../../test/support/scripted-transcriber.ts';
import { TestConversation } from '../../../test/support/test-conversation.ts';
import { settle } from '../../base/lib/clock.fake.ts';
import type { TranscriptEvent } from '../stages/transcriber/transcriber.ts';
import { apologyFor } from './replying/apologies.ts';

const fail = { fail: new ParleyError('transcriber_failed') };
const seconds = (count: number, outcome: Step<TranscriptEvent>) => [
  { waitMs: count * 1_000 },
  outcome,
];
const recognised = (...scripts: Step<TranscriptEvent>[][]) => ({
  transcriber: { onFinal: (audio: Int16Array) => scripts[audio[0]! - 2]! },
  isSpoken: false,
});
const settledItems = (test: TestConversation) =>
  test.events.flatMap((event) =>
    event.type.includes('input_audio_transcription') && 'utterance' in event
      ? [event.utterance]
      : [],
  );

it('utterances settle in the order of speaking and have one answer, which counts them all', async () => {
  const test = new TestConversation(
    recognised(seconds(3, finalWords('one')), seconds(1, finalWords('two'))),
  );
  test.say();
  test.say();
  await test.clock.advance(2_999);
  expect(test.events).toEqual([]);
  await test.clock.advance(1_000);
  expect(settledItems(test)).toEqual([1, 2]);
  const [request, ...others] = test.generator.requests;
  expect(request).toMatchObject({ history: [{ text: 'one' }, { text: 'two' }], unasked: 2 });
  expect(others).toEqual([]);
  expect(test.ofType('response.created')).toMatchObject([{ utterance: 2 }]);
  expect(test.ofType('response.done')).toMatchObject([{ usage: { asr_seconds: 0.2 } }]);
  expect(test.ofCall('turn-ended').map(({ outcome }) => outcome)).toEqual(['continued', 'replied']);
});

it('utterances are not answered before the last of them is known', async () => {
  const test = new TestConversation(
    recognised(seconds(1, finalWords('one')), seconds(3, finalWords('two'))),
  );
  test.say();
  test.say();
  await test.clock.advance(5_000);
  expect(test.generator.requests).toHaveLength(1);
  expect(test.ofType('response.done')).toMatchObject([{ usage: { asr_seconds: 0.2 } }]);
});

it('utterances are apologised for after the answer to those that were heard', async () => {
  const test = new TestConversation(
    recognised(seconds(2, fail), seconds(1, finalWords('two')), seconds(1, fail)),
  );
  for (let utterance = 1; utterance <= 3; utterance++) test.say();
  await test.clock.advance(5_000);
  expect(settledItems(test)).toEqual([1, 2, 3]);
  expect(test.ofType('response.created').map(({ trigger }) => trigger)).toEqual([
    'speech',
    'notice',
  ]);
  expect(test.generator.requests).toMatchObject([{ history: [{ text: 'two' }] }]);
  expect(test.reply).toBe(apologyFor('transcriber_failed'));
});

it('utterances wait no longer than the deadline of the first', async () => {
  const test = new TestConversation(recognised(['hang'], seconds(1, finalWords('two'))));
  test.say();
  test.say();
  await test.clock.advance(29_999);
  expect(test.ofType('response.created')).toEqual([]);
  await test.clock.advance(2);
  expect(settledItems(test)).toEqual([1, 2]);
  expect(test.ofType('response.created')).toMatchObject([{ utterance: 2 }, { trigger: 'notice' }]);
});

it('utterances go before what is typed after them', async () => {
  const test = new TestConversation(recognised(seconds(2, finalWords('one'))));
  test.say();
  test.type('two');
  expect(test.conversation.respond()).toBeDefined();
  await test.clock.advance(1_000);
  expect(test.generator.requests).toEqual([]);
  await test.clock.advance(2_000);
  expect(test.generator.requests).toMatchObject([{ history: [{ text: 'one' }, { text: 'two' }] }]);
});

it('utterances do not hold up what is typed while the person still speaks', async () => {
  const test = new TestConversation(recognised(seconds(1, finalWords('two'))));
  test.conversation.startUtterance({ number: 1, onsetMs: 0 });
  test.conversation.pushAudio(new Int16Array(1_600).fill(2));
  test.type('one');
  await settle();
  expect(test.reply).toBe('You said one.');
  test.conversation.endUtterance('speech-stopped', {});
  await test.clock.advance(2_000);
  expect(test.generator.requests.at(-1)?.history.map(({ text }) => text)).toEqual([
    'one',
    'You said one.',
    'two',
  ]);
});

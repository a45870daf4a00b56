import { expect, it } from 'vitest';
import { words } from '../../../test/support/scripted-generator.ts';
import { TestConversation } from '../../../test/support/test-conversation.ts';
import { settle } from '../../base/lib/clock.fake.ts';
import type { ReservationOutcome } from '../../people/metering/budgets.ts';
import { apologyFor } from './replying/apologies.ts';
import { GOODBYE_SENTENCE } from './replying/phrases.ts';
import { NO_BUDGET } from './turn-budget.ts';

/** A conversation over a budget whose verdict the test gives. */
function talking(verdict: ReservationOutcome) {
  const budget = { verdict, held: new Set<string>() };
  const test = new TestConversation({
    isSpoken: false,
    generator: { reply: () => [words('It is noon.')] },
    budget: {
      ...NO_BUDGET,
      isExhausted: () => budget.verdict === 'spent',
      reserve(turnId) {
        if (budget.verdict === 'reserved') budget.held.add(turnId);
        return budget.verdict;
      },
    },
  });
  return { test, budget };
}

it('an answer waits for what others have reserved, and is given once that is free', async () => {
  const { test, budget } = talking('short');
  test.type('What time is it?');
  await test.clock.advance(9_000);
  expect(test.generator.requests).toEqual([]);
  expect(test.outcomes).toEqual([]);
  budget.verdict = 'reserved';
  await test.clock.advance(500);
  expect(test.reply).toBe('It is noon.');
  expect(test.outcomes).toEqual(['completed']);
  expect(test.clock.pendingTimers).toBe(0);
});

it('an answer that waits for longer is refused for the moment, and the call goes on', async () => {
  const { test, budget } = talking('short');
  test.type('What time is it?');
  await test.clock.advance(10_000);
  expect(test.reply).toBe(apologyFor('capacity_exhausted'));
  expect(test.ofType('response.done')[0]?.error).toMatchObject({
    code: 'capacity_exhausted',
    retryable: true,
  });
  expect(test.types).not.toContain('session.ending');
  budget.verdict = 'reserved';
  await test.clock.advance(500);
  test.type('And now?');
  await settle();
  expect(test.outcomes).toEqual(['capacity_exhausted', 'completed']);
});

it('an answer that is cancelled while it waits keeps nothing', async () => {
  const { test, budget } = talking('short');
  test.type('What time is it?');
  await settle();
  test.conversation.cancelReply(undefined);
  // In the same moment, before the answer has noticed.
  budget.verdict = 'reserved';
  await test.clock.advance(500);
  expect(test.outcomes).toEqual(['cancelled']);
  expect(test.generator.requests).toEqual([]);
  expect(budget.held.size).toBe(0);
  expect(test.clock.pendingTimers).toBe(0);
});

it('goodbye follows an answer that waits until all is spent', async () => {
  const { test, budget } = talking('short');
  test.type('What time is it?');
  await settle();
  budget.verdict = 'spent';
  await test.clock.advance(500);
  expect(test.reply).toBe(GOODBYE_SENTENCE);
  expect(test.generator.requests).toEqual([]);
  await test.conversation.dispose();
});

it('an utterance begins although all is reserved, and reserves what it sends and a little more', async () => {
  const sentMs: number[] = [];
  const test = new TestConversation({
    budget: { ...NO_BUDGET, reserve: () => 'short', hearing: (_, audioMs) => sentMs.push(audioMs) },
  });
  test.conversation.startUtterance({ number: 1, onsetMs: 0 });
  for (let chunk = 0; chunk < 35; chunk++) test.conversation.pushAudio(new Int16Array(1_600));
  expect([sentMs[0], sentMs.at(-1)]).toEqual([0, 3_500]);
  await test.conversation.dispose();
});

import { expect, it } from 'vitest';
import { words } from '../../../test/support/scripted-generator.ts';
import { TestConversation } from '../../../test/support/test-conversation.ts';
import { NO_BUDGET } from './turn-budget.ts';

const silent = { reply: () => [{ waitMs: 60_000 }, words('It is noon.')] };
const long = { reply: () => [words('This is a long answer. '.repeat(20))] };

function talking(generator: typeof silent | typeof long) {
  /** Turns that were not settled when another was to be paid. */
  const unsettled: string[][] = [];
  const open = new Set<string>();
  const budget = { isSpent: false };
  const test: TestConversation = new TestConversation({
    generator,
    budget: {
      ...NO_BUDGET,
      isExhausted: () => budget.isSpent,
      reserve(turnId) {
        for (const { turnId: ended } of test.ofCall('turn-ended')) open.delete(ended);
        unsettled.push([...open].filter((id) => id !== turnId));
        open.add(turnId);
        return budget.isSpent ? 'spent' : 'reserved';
      },
    },
  });
  return { test, unsettled, budget };
}

/** The most responses that ran at once, by the events in the order in which the client has them. */
function mostAtOnce({ events }: TestConversation): number {
  let [running, most] = [0, 0];
  for (const { type } of events) {
    if (type === 'response.created') most = Math.max(most, ++running);
    if (type === 'response.done') running--;
  }
  return most;
}

const WAYS: readonly (readonly [string, (test: TestConversation) => void])[] = [
  ['text that is typed', (test) => test.type('And tomorrow?')],
  ['another answer that is asked for', (test) => void test.conversation.respond()],
  ['speech', (test) => test.say()],
  [
    'text after a cancellation',
    (test) => {
      test.conversation.cancelReply(undefined);
      test.type('And tomorrow?');
    },
  ],
];

for (const [when, generator, delayMs] of [
  ['before its first word', silent, 10],
  ['while it is heard', long, 2_000],
] as const) {
  it.each(WAYS)(`an answer is over ${when} before %s is begun or paid`, async (_, interrupt) => {
    const { test, unsettled } = talking(generator);
    test.type('What time is it?');
    await test.clock.advance(delayMs);
    expect(test.outcomes).toEqual([]);
    interrupt(test);
    await test.clock.advance(100);
    expect(test.ofType('response.created')).toHaveLength(2);
    expect(test.outcomes).toEqual(['cancelled']);
    expect(mostAtOnce(test)).toBe(1);
    expect(unsettled.flat()).toEqual([]);
    const done = test.callEvents.findIndex(({ type }) => type === 'reply-done');
    expect(test.callEvents[done + 1]?.type).toBe('turn-ended');
    await test.conversation.dispose();
    expect(mostAtOnce(test)).toBe(1);
  });

  it.each(WAYS)(
    `an answer is over ${when} before goodbye, if %s finds nothing left`,
    async (_, interrupt) => {
      const { test, budget } = talking(generator);
      test.type('What time is it?');
      await test.clock.advance(delayMs);
      budget.isSpent = true;
      interrupt(test);
      await test.clock.advance(100);
      expect(test.reply).toContain('goodbye');
      expect(test.outcomes[0]).toBe('cancelled');
      expect(mostAtOnce(test)).toBe(1);
    },
  );
}

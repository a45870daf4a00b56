import { ParleyError } from '@parley/shared';
import { expect, it } from 'vitest';
import { TestConversation } from '../../../../test/support/test-conversation.ts';
import { words } from '../../../../test/support/scripted-generator.ts';
import { settle } from '../../../base/lib/clock.fake.ts';
import { NO_BUDGET, type TurnBudget } from '../turn-budget.ts';
import { estimateTokens } from '../../../base/lib/token-estimate.ts';
import type { Message, Summary, SummaryRequest } from '../../stages/generator/generator.ts';

const BOUND_TOKENS = 1_000;
const USAGE = { inputTokens: 700, outputTokens: 20 };

type Summarise = (request: SummaryRequest) => Promise<Summary>;

function createTest(
  summarise?: Summarise,
  historyTokens: number | undefined = BOUND_TOKENS,
  budget: TurnBudget = NO_BUDGET,
) {
  const asked: SummaryRequest[] = [];
  const test = new TestConversation({
    budget,
    isSpoken: false,
    generator: {
      reply: ({ history }) => [words(`Answer to ${numberOf(history.at(-1)!)}. ${'b'.repeat(160)}`)],
      ...(summarise && {
        historyTokens,
        summarise: (request) => {
          asked.push(request);
          return summarise(request);
        },
      }),
    },
  });
  let count = 0;
  /** Types a question of some 50 tokens, and waits for the answer. */
  const ask = async (times = 1) => {
    for (let index = 0; index < times; index++) {
      count++;
      test.conversation.addText(`item-${count}`, `Question ${count} ${'a'.repeat(180)}`);
      await settle();
    }
  };
  const sent = () => test.generator.requests.map(({ history }) => history);
  return { test, asked, ask, sent };
}

function numberOf({ text }: Message): string {
  return /\d+/.exec(text)?.[0] ?? '';
}

function tokensOf(messages: readonly Message[]): number {
  return messages.reduce((sum, { text }) => sum + estimateTokens(text), 0);
}

it('keeps a long conversation within the bound, with a summary before what remains', async () => {
  let summaries = 0;
  const { ask, sent, asked, test } = createTest(() =>
    Promise.resolve({ text: `Summary ${++summaries}.`, usage: USAGE }),
  );
  await ask(60);
  expect(test.outcomes).toEqual(Array.from({ length: 60 }, () => 'completed'));
  expect(summaries).toBeGreaterThan(3);
  for (const [index, history] of sent().entries()) {
    expect(tokensOf(history)).toBeLessThanOrEqual(BOUND_TOKENS);
    expect(numberOf(history.at(-1)!)).toBe(`${index + 1}`);
    const spoken = history.filter(({ role }) => role !== 'earlier').map(numberOf);
    const first = Number(spoken[0]);
    expect(spoken).toEqual(
      Array.from({ length: 2 * (index + 1 - first) + 1 }, (_, n) => `${first + Math.floor(n / 2)}`),
    );
    expect(history.findLastIndex(({ role }) => role === 'earlier')).toBe(first === 1 ? -1 : 0);
  }
  // The messages to summarise begin with the summary before them.
  expect(asked[1]!.messages[0]).toEqual({ role: 'earlier', text: 'Summary 1.' });
  expect(test.ofCall('history-summarised')).toHaveLength(summaries);
  expect(test.ofCall('history-summarised')[0]).toMatchObject({
    outcome: 'summarised',
    provider: 'scripted-generator',
    usage: USAGE,
  });
});

it('changes nothing between summaries: each request repeats the one before', async () => {
  const { ask, sent, test } = createTest(() =>
    Promise.resolve({ text: 'In short.', usage: USAGE }),
  );
  await ask(40);
  const rewritten = sent().filter((history, index) => {
    const before = sent()[index - 1] ?? [];
    return JSON.stringify(history.slice(0, before.length)) !== JSON.stringify(before);
  });
  // The last summary may have come after the last request.
  const summaries = test.ofCall('history-summarised').length;
  expect(summaries).toBeGreaterThan(3);
  expect([summaries - 1, summaries]).toContain(rewritten.length);
});

it('a turn is answered at once while a summary is written, which is begun again after it', async () => {
  const { ask, asked, test } = createTest(() => new Promise(() => {}));
  await ask(16);
  expect(test.outcomes).toHaveLength(16);
  expect(asked.length).toBeGreaterThan(1);
  expect(asked.map(({ signal }) => signal.aborted)).toEqual(
    asked.map((_, index) => index < asked.length - 1),
  );
});

it('what a summary cost is told even if a turn breaks it off', async () => {
  const { ask, asked, test } = createTest(({ signal, onCutOff }) => {
    signal.addEventListener('abort', () => onCutOff?.({ inputTokens: 700, outputTokens: 3 }));
    return new Promise(() => {});
  });
  while (asked.length === 0) await ask();
  await ask();
  expect(test.ofCall('history-summarised')).toMatchObject([
    { outcome: 'interrupted', usage: { inputTokens: 700, outputTokens: 3 } },
  ]);
});

it('is settled before the turn that breaks it off is paid', async () => {
  const steps: string[] = [];
  const budget: TurnBudget = {
    ...NO_BUDGET,
    reserve(turnId) {
      steps.push(`reserve ${turnId.slice(0, 4)}`);
      return 'reserved';
    },
    settle: (turnId) => void steps.push(`settle ${turnId.slice(0, 4)}`),
  };
  const { ask, asked } = createTest(() => new Promise(() => {}), BOUND_TOKENS, budget);
  while (asked.length === 0) await ask();
  await ask();
  const begun = steps.indexOf('reserve summ');
  expect(steps.slice(begun, begun + 3)).toEqual(['reserve summ', 'settle summ', 'reserve turn']);
});

it('forgets the oldest part when no summary comes of it, and says so', async () => {
  const { ask, sent, test } = createTest(() => Promise.reject(new ParleyError('generator_failed')));
  await ask(40);
  expect(test.outcomes).toEqual(Array.from({ length: 40 }, () => 'completed'));
  expect(sent().at(-1)![0]).toEqual({ role: 'earlier', text: '' });
  for (const history of sent()) expect(tokensOf(history)).toBeLessThanOrEqual(BOUND_TOKENS + 200);
  const outcomes = new Set(test.ofCall('history-summarised').map(({ outcome }) => outcome));
  expect(outcomes).toEqual(new Set(['failed', 'forgotten']));
});

it('a summary that takes too long is given up', async () => {
  const { ask, asked, test } = createTest(() => new Promise(() => {}));
  while (asked.length === 0) await ask();
  await test.clock.advance(20_000);
  expect(asked[0]!.signal.aborted).toBe(true);
  expect(test.ofCall('history-summarised')).toMatchObject([{ outcome: 'failed' }]);
});

it('asks nothing of a generator that has no use of it', async () => {
  const { ask, sent, test } = createTest();
  await ask(60);
  expect(sent().at(-1)).toHaveLength(119);
  expect(test.ofCall('history-summarised')).toEqual([]);
});

it('leaves nothing behind when the conversation ends', async () => {
  const { ask, asked, test } = createTest(() => new Promise(() => {}));
  await ask(10);
  await test.conversation.dispose();
  await settle();
  expect(asked[0]!.signal.aborted).toBe(true);
  expect(test.clock.pendingTimers).toBe(0);
});

import { expect, test } from 'vitest';
import { UsageCount } from './usage-count.ts';

test('what the vendor counts is added up over the steps', () => {
  const usage = new UsageCount(400);
  usage.received('some words');
  usage.stepEnded({ inputTokens: 10, outputTokens: 3 });
  usage.received('more words');
  usage.stepEnded({ inputTokens: 20, outputTokens: 4 });
  expect(usage.total()).toEqual({ inputTokens: 30, outputTokens: 7 });
});

test('a step that was cut short is estimated, the others are not', () => {
  const usage = new UsageCount(400);
  usage.received('ignored');
  usage.stepEnded({ inputTokens: 10, outputTokens: 3 });
  usage.received('12345678');
  expect(usage.total()).toEqual({ inputTokens: 110, outputTokens: 5 });
});

test('where nothing was received nothing is owed', () => {
  expect(new UsageCount(400).total()).toBeUndefined();
});

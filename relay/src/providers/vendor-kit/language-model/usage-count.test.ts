import { expect, test } from 'vitest';
import { inputTokensAtStart, UsageCount } from './usage-count.ts';

test('what the vendor counts is added up over the steps', () => {
  const usage = new UsageCount(() => 100);
  usage.received('some words');
  usage.stepEnded({ inputTokens: 10, outputTokens: 3 });
  usage.received('more words');
  usage.stepEnded({ inputTokens: 20, outputTokens: 4 });
  expect(usage.takeTotal()).toEqual({ inputTokens: 30, outputTokens: 7 });
});

test('a step that was cut short is estimated, the others are not', () => {
  const usage = new UsageCount(() => 100);
  usage.received('ignored');
  usage.stepEnded({ inputTokens: 10, outputTokens: 3 });
  usage.received('12345678');
  expect(usage.takeTotal()).toEqual({ inputTokens: 110, outputTokens: 5 });
});

test('what was taken is not counted again', () => {
  const usage = new UsageCount(() => 100);
  usage.received('12345678');
  expect(usage.takeTotal()).toEqual({ inputTokens: 100, outputTokens: 2 });
  expect(usage.takeTotal()).toBeUndefined();
});

test('where nothing was received nothing is owed', () => {
  expect(new UsageCount(() => 100).takeTotal()).toBeUndefined();
});

test('a step that was cut short costs the input that was told when it began', () => {
  const usage = new UsageCount(() => 100);
  usage.stepBegan(77);
  usage.received('12345678');
  expect(usage.takeTotal()).toEqual({ inputTokens: 77, outputTokens: 2 });
});

test('what was told at the end of a step goes before what was told at its beginning', () => {
  const usage = new UsageCount(() => 100);
  usage.stepBegan(77);
  usage.stepEnded({ inputTokens: 80, outputTokens: 3 });
  usage.received('1234');
  expect(usage.takeTotal()).toEqual({ inputTokens: 180, outputTokens: 4 });
});

test.each([0, -5, Number.NaN, 1e308])('a server that counts %d tokens has not counted', (told) => {
  const usage = new UsageCount(() => 100);
  usage.received('12345678');
  usage.stepEnded({ inputTokens: told, outputTokens: told });
  expect(usage.takeTotal()).toEqual({ inputTokens: 100, outputTokens: 2 });
});

test('the input counts with what comes from the cache', () => {
  const usage = {
    input_tokens: 5,
    cache_creation_input_tokens: 20,
    cache_read_input_tokens: 100,
    output_tokens: 1,
  };
  expect(inputTokensAtStart({ anthropic: { id: 'msg', usage } })).toBe(125);
  expect(inputTokensAtStart({ anthropic: { usage: { input_tokens: 5 } } })).toBe(5);
  expect(inputTokensAtStart({ openai: {} })).toBeUndefined();
  expect(inputTokensAtStart(undefined)).toBeUndefined();
});

import { expect, test } from 'vitest';
import { inputTokensAtStart, UsageCount } from './usage-count.ts';

/** Of a step that has left, with an estimate of 100 tokens. */
function submitted(): UsageCount {
  const usage = new UsageCount();
  usage.submitted(100);
  return usage;
}

test('what the vendor counts is added up over the steps', () => {
  const usage = submitted();
  usage.received('some words');
  usage.stepEnded({ inputTokens: 10, outputTokens: 3 });
  usage.received('more words');
  usage.stepEnded({ inputTokens: 20, outputTokens: 4 });
  expect(usage.takeTotal()).toEqual({ inputTokens: 30, outputTokens: 7 });
});

test('a step that was cut short is estimated, the others are not', () => {
  const usage = submitted();
  usage.received('ignored');
  usage.stepEnded({ inputTokens: 10, outputTokens: 3 });
  usage.received('12345678');
  expect(usage.takeTotal()).toEqual({ inputTokens: 110, outputTokens: 5 });
});

test('what was taken is not counted again', () => {
  const usage = submitted();
  usage.received('12345678');
  expect(usage.takeTotal()).toEqual({ inputTokens: 100, outputTokens: 2 });
  expect(usage.takeTotal()).toBeUndefined();
});

test('what was not submitted, or was refused, costs nothing', () => {
  expect(new UsageCount().takeTotal()).toBeUndefined();
  const usage = submitted();
  usage.refused();
  expect(usage.takeTotal()).toBeUndefined();
});

test('what was submitted is owed before anything is received, once', () => {
  const usage = submitted();
  expect(usage.takeTotal()).toEqual({ inputTokens: 100, outputTokens: 0 });
  expect(usage.isEstimated).toBe(true);
  expect(usage.takeTotal()).toBeUndefined();
});

test('a step that broke off is owed, also if the one after it is refused', () => {
  const usage = submitted();
  usage.received('12345678');
  usage.submitted(40);
  usage.refused();
  expect(usage.takeTotal()).toEqual({ inputTokens: 100, outputTokens: 2 });
});

test('characters of other scripts are tokens of their own', () => {
  const usage = submitted();
  usage.received('世界は');
  usage.received('広い');
  expect(usage.takeTotal()).toEqual({ inputTokens: 100, outputTokens: 5 });
});

test('a step that was cut short costs the input that was told when it began', () => {
  const usage = submitted();
  usage.stepBegan(77);
  usage.received('12345678');
  expect(usage.takeTotal()).toEqual({ inputTokens: 77, outputTokens: 2 });
});

test('what was told at the end of a step goes before what was told at its beginning', () => {
  const usage = submitted();
  usage.stepBegan(77);
  usage.stepEnded({ inputTokens: 80, outputTokens: 3 });
  usage.received('1234');
  expect(usage.takeTotal()).toEqual({ inputTokens: 180, outputTokens: 4 });
});

test.each([0, -5, Number.NaN, 1e308])('a server that counts %d tokens has not counted', (told) => {
  const usage = submitted();
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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { ModelLimits, type ToolUse } from './model-limits.ts';

const HOUR_MS = 3_600_000;
const REFUSES_TOOLS = 'registry.ollama.ai/library/gemma3:latest does not support tools';

function createTest({
  tools = 'auto',
  contextTokens,
}: { tools?: ToolUse; contextTokens?: number } = {}) {
  const clock = new FakeClock();
  const warnings: object[] = [];
  const logger = Object.assign(Object.create(silentLogger), {
    warn: (fields: object) => warnings.push(fields),
  }) as typeof silentLogger;
  const options = { name: 'test', tools, contextTokens, maxOutputTokens: 1_024, clock, logger };
  return { clock, warnings, limits: new ModelLimits(options) };
}

const withTools = { hasTools: true, estimatedTokens: 900 };

describe('tools', () => {
  it('are left out once that has helped, for an hour, which is logged once', async () => {
    const { limits, clock, warnings } = createTest();
    expect(limits.learn(REFUSES_TOOLS, withTools)).toBe('tools');
    expect(limits.takesTools).toBe(true);
    limits.confirmed('tools');
    expect(limits.takesTools).toBe(false);
    // Another caller had asked with them at the same time.
    expect(limits.learn(REFUSES_TOOLS, withTools)).toBe('tools');
    limits.confirmed('tools');
    expect(warnings).toHaveLength(1);
    await clock.advance(HOUR_MS);
    expect(limits.takesTools).toBe(true);
  });

  it('are not to blame if there were none', () => {
    const { limits } = createTest();
    expect(limits.learn(REFUSES_TOOLS, { ...withTools, hasTools: false })).toBeUndefined();
  });

  it.each([
    ['on', true],
    ['off', false],
  ] as const)('%s: nothing is learnt', (tools, takesTools) => {
    const { limits } = createTest({ tools });
    expect(limits.learn(REFUSES_TOOLS, withTools)).toBeUndefined();
    expect(limits.takesTools).toBe(takesTools);
  });
});

describe('the context', () => {
  it('has no bound until it is known', () => {
    const { limits } = createTest();
    expect(limits.room).toMatchObject({ inputTokens: Infinity, outputTokens: 1_024 });
  });

  it('is what the operator says, with room for the answer', () => {
    const { limits } = createTest({ contextTokens: 8_000 });
    expect(limits.room.outputTokens).toBe(1_024);
    expect(limits.room.inputTokens).toBeLessThan(8_000 - 1_024);
    expect(createTest({ contextTokens: 2_000 }).limits.room.outputTokens).toBe(500);
  });

  it('is what a refusal says, counted as the server counts, for an hour', async () => {
    const { limits, clock } = createTest();
    const refusal =
      "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens.";
    expect(limits.learn(refusal, { hasTools: true, estimatedTokens: 6_000 })).toBe('context');
    // 4,096 without 1,024 for the answer, in tokens that are one and a half of ours.
    expect(limits.room.inputTokens).toBeLessThanOrEqual(3_072 / 1.5);
    expect(limits.room.inputTokens).toBeGreaterThan(1_800);
    await clock.advance(HOUR_MS);
    expect(limits.room.inputTokens).toBe(Infinity);
  });

  it('shrinks with every refusal, with figures or without', () => {
    const told = fc.option(fc.nat({ max: 1_000_000 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(told, told), { maxLength: 8 }),
        fc.integer({ min: 10, max: 200_000 }),
        (refusals, firstTokens) => {
          const { limits } = createTest();
          let estimatedTokens = firstTokens;
          for (const [maxTokens, sentTokens] of refusals) {
            const words = `maximum context length is ${maxTokens ?? 'small'}; your messages resulted in ${sentTokens ?? 'too many'} tokens`;
            limits.learn(words, { hasTools: false, estimatedTokens });
            const { inputTokens } = limits.room;
            expect(inputTokens).toBeLessThan(estimatedTokens);
            estimatedTokens = Math.max(1, inputTokens);
            if (inputTokens <= 1) break;
          }
        },
      ),
    );
  });
});

it('learns nothing from other refusals', () => {
  const { limits } = createTest();
  for (const refusal of ['The model `gpt-9` does not exist', 'bad request']) {
    expect(limits.learn(refusal, withTools)).toBeUndefined();
  }
  expect(limits.takesTools).toBe(true);
  expect(limits.room.inputTokens).toBe(Infinity);
});

import { describe, expect, it } from 'vitest';
import type { Step } from '../../../../test/support/script.ts';
import { words } from '../../../../test/support/scripted-generator.ts';
import { TestConversation } from '../../../../test/support/test-conversation.ts';
import type { GeneratorEvent } from '../../stages/generator/generator.ts';
import { EARLIER_I_SAID } from './apologies.ts';

const policy = { allowCachedAnswers: true };
const lookUp = { give: { type: 'tool-called' as const, name: 'weather' } };

describe('an answer from memory', () => {
  it.each<[string, Step<GeneratorEvent>[], boolean]>([
    ['that is silent', ['hang'], true],
    ['that only thinks', [{ give: { type: 'thought' } }, 'hang'], true],
    ['that has begun to speak', [words('Rome. '), { waitMs: 9_000 }, words('It is.')], false],
    ['that looks something up', [lookUp, { waitMs: 9_000 }, words('It is.')], false],
  ])('bridges a generator %s', async (_, second, isBridged) => {
    let isFirst = true;
    const reply = () => {
      const steps = isFirst ? [words('Paris it is.')] : second;
      isFirst = false;
      return steps;
    };
    const test = new TestConversation({ policy, generator: { reply }, isSpoken: false });
    test.type('What is the capital of France?');
    await test.clock.advance(5_000);
    test.type('What is the capital of France?');
    await test.clock.advance(4_900);
    expect(test.outcomes).toEqual(['completed']);
    await test.clock.advance(6_000);
    expect(test.reply.includes(EARLIER_I_SAID)).toBe(isBridged);
    await test.clock.advance(20_000);
    expect(test.outcomes).toEqual(['completed', 'completed']);
    expect(test.clock.pendingTimers).toBe(0);
    const attempts = test.ofCall('provider-attempted').map(({ outcome }) => outcome);
    expect(attempts).toEqual(['succeeded', isBridged ? 'abandoned' : 'succeeded']);
  });

  it('bridges no generator if that is not switched on, or none was given', async () => {
    for (const allowCachedAnswers of [true, false]) {
      const reply = () => [{ waitMs: 8_000 }, words('Paris it is.')];
      const test = new TestConversation({ policy: { allowCachedAnswers }, generator: { reply } });
      test.type('What is the capital of France?');
      await test.clock.advance(20_000);
      if (!allowCachedAnswers) {
        test.type('What is the capital of France?');
        await test.clock.advance(20_000);
      }
      expect(test.reply).toContain('Paris it is.');
      expect(test.reply).not.toContain(EARLIER_I_SAID);
    }
  });
});

import { expect, it } from 'vitest';
import { MemoryStorage } from '../../../test/support/memory-storage.ts';
import { ScriptedGenerator } from '../../../test/support/scripted-generator.ts';
import { scriptedStages } from '../../../test/support/scripted-stages.ts';
import { storedConversation, storedTurn } from '../../../test/support/stored-conversation.ts';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { TEST_CALLER } from '../../call/session/caller.fake.ts';
import type { SummaryRequest } from '../../call/stages/generator/generator.ts';
import { EarlierConversations } from './earlier-conversations.ts';

const BOUND_TOKENS = 500;
const { identity } = TEST_CALLER;

function setUp(summarise?: (request: SummaryRequest) => Promise<never>) {
  const clock = new FakeClock();
  const storage = new MemoryStorage();
  const turns = Array.from({ length: 2_000 }, (_, index) =>
    storedTurn({ user_text: `Question ${index}, `.repeat(10), reply_text: 'Yes.' }),
  );
  storage.of(identity.userId).conversations = [storedConversation({ turns })];
  const generator = new ScriptedGenerator({
    clock,
    ...(summarise && { summarise, historyTokens: BOUND_TOKENS }),
  });
  const stages = scriptedStages(clock, { generator });
  const conversations = new EarlierConversations({
    ...{ storage, clock, logger: silentLogger },
  });
  const call = {
    sessionId: 'sess_1',
    timeZone: 'UTC',
    generator: stages.generator,
    emit: () => {},
  };
  return { clock, conversations, call };
}

it('waits no longer than five seconds for a summary', async () => {
  const asked: SummaryRequest[] = [];
  const { clock, conversations, call } = setUp((request) => {
    asked.push(request);
    return new Promise(() => {});
  });
  const loaded = await conversations.load(identity, 'conv_1');
  const shortened = conversations.shorten(loaded, call);
  await clock.advance(4_999);
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([false]);
  await clock.advance(1);
  await shortened;
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true]);
  expect(loaded.history.tokens).toBeLessThanOrEqual(BOUND_TOKENS);
  expect(loaded.history.messages.at(-1)).toEqual({ role: 'assistant', text: 'Yes.' });
});

it('keeps little for a generator that remembers nothing', async () => {
  const { conversations, call } = setUp();
  const loaded = await conversations.load(identity, 'conv_1');
  await conversations.shorten(loaded, call);
  expect(loaded.history.tokens).toBeLessThanOrEqual(4_000);
  expect(loaded.history.messages.length).toBeGreaterThan(10);
});

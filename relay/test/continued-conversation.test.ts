import { decodeJwt } from 'jose';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  API_PATHS,
  createSessionResponseSchema,
  errorResponseSchema,
  type CreateSessionResponse,
} from '@parley/shared';
import { systemClock } from '../src/base/lib/clock.ts';
import type { Message, SummaryRequest } from '../src/call/stages/generator/generator.ts';
import type { CallEvent } from '../src/call/events/call-events.ts';
import { signIn } from './support/api.ts';
import { guestPlan } from './support/limits.ts';
import { MemoryStorage } from './support/memory-storage.ts';
import { ScriptedGenerator } from './support/scripted-generator.ts';
import { storedConversation, storedTurn } from './support/stored-conversation.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

/** What a summary is asked for, and what it answers. */
const summaries: SummaryRequest[] = [];
let summarise: (request: SummaryRequest) => Promise<string>;
const generator = new ScriptedGenerator({
  clock: systemClock,
  historyTokens: 500,
  summarise: async (request) => {
    summaries.push(request);
    const text = await summarise(request);
    return { text, usage: { inputTokens: 400, outputTokens: 20 } };
  },
});

const storage = new MemoryStorage();
const events: CallEvent[] = [];
let relay: TestRelay;
let token: string;
let userId: string;
beforeEach(async () => {
  storage.state = 'ok';
  summarise = async () => 'They spoke about ships.';
  for (const list of [summaries, events, generator.requests]) list.length = 0;
  const recorder = { name: 'recorder', observe: (event: CallEvent) => void events.push(event) };
  relay = await startTestRelay({ storage, providers: { generator }, observers: [recorder] });
  token = await signIn(relay.url);
  userId = decodeJwt(token).sub!;
});
afterEach(() => relay[Symbol.asyncDispose]());

/** A conversation of `count` turns, of about 20 tokens each. */
function keep(id: string, count: number): void {
  const turns = Array.from({ length: count }, (_, index) =>
    storedTurn({
      id: `turn_${index}`,
      user_text: `Question ${index} about ships and the sea?`,
      reply_text: `Answer ${index}, which is known.`,
    }),
  );
  storage.of(userId).conversations.push(storedConversation({ id, turns }));
}

const ask = (id: string, by = token, url = relay.url) =>
  fetch(url + API_PATHS.sessions, {
    method: 'POST',
    headers: { authorization: `Bearer ${by}` },
    body: JSON.stringify({ conversation_id: id }),
  });

async function grantFor(id: string): Promise<CreateSessionResponse> {
  return createSessionResponseSchema.parse(await (await ask(id)).json());
}

/** What the generator is sent with the first question of a call. */
async function historyOf(grant: CreateSessionResponse): Promise<readonly Message[]> {
  await using call = await TestCall.start('', {}, grant);
  call.type('And now?');
  await call.inbound.next('response.done');
  return generator.requests.at(-1)!.history;
}

it('goes on with what was said before, in the same conversation', async () => {
  keep('conv_short', 2);
  const grant = await grantFor('conv_short');
  expect(grant.conversation_id).toBe('conv_short');
  expect(await historyOf(grant)).toEqual([
    { role: 'user', text: 'Question 0 about ships and the sea?' },
    { role: 'assistant', text: 'Answer 0, which is known.' },
    { role: 'user', text: 'Question 1 about ships and the sea?' },
    { role: 'assistant', text: 'Answer 1, which is known.' },
    { role: 'user', text: 'And now?' },
  ]);
  expect(summaries).toEqual([]);
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'session-started', conversationId: 'conv_short' }),
  );
});

it('summarises a long one before the call begins, once', async () => {
  keep('conv_long', 100);
  const grant = await grantFor('conv_long');
  expect(summaries).toHaveLength(1);
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'history-summarised',
      outcome: 'summarised',
      sessionId: grant.session_id,
      userId,
    }),
  );
  const history = await historyOf(grant);
  expect(history[0]).toEqual({ role: 'earlier', text: 'They spoke about ships.' });
  expect(history.at(-2)).toEqual({ role: 'assistant', text: 'Answer 99, which is known.' });
  expect(history.length).toBeLessThan(30);

  expect((await historyOf(await grantFor('conv_long')))[0]).toEqual(history[0]);
  expect(summaries).toHaveLength(1);
});

it('is summarised by no generator that the plan of its person does not pay for', async () => {
  const options = { clock: systemClock, historyTokens: 500 };
  let paidSummaries = 0;
  const summariser = (count: () => void) => async () => {
    count();
    return { text: 'They spoke.', usage: { inputTokens: 400, outputTokens: 20 } };
  };
  const paid = new ScriptedGenerator({ ...options, summarise: summariser(() => paidSummaries++) });
  const free = new ScriptedGenerator({ ...options, summarise: summariser(() => {}) });
  await using ofFree = await startTestRelay({
    env: guestPlan({ allows_paid_providers: false }),
    storage,
    providers: {
      generator: [Object.assign(paid, { name: 'paid' }), Object.assign(free, { name: 'free' })],
    },
    paid: ['paid'],
  });
  const guest = await signIn(ofFree.url);
  userId = decodeJwt(guest).sub!;
  keep('conv_long', 100);
  const asked = await ask('conv_long', guest, ofFree.url);
  const grant = createSessionResponseSchema.parse(await asked.json());
  await using call = await TestCall.start('', {}, grant);
  call.type('And now?');
  await call.inbound.next('response.done');
  expect(free.requests[0]!.history[0]).toEqual({ role: 'earlier', text: 'They spoke.' });
  expect(paidSummaries).toBe(0);
});

it('goes on without the oldest part if no summary can be had', async () => {
  summarise = () => Promise.reject(new Error('no summary today'));
  keep('conv_long', 100);
  const history = await historyOf(await grantFor('conv_long'));
  expect(history[0]).toEqual({ role: 'earlier', text: '' });
  expect(history.at(-2)).toEqual({ role: 'assistant', text: 'Answer 99, which is known.' });
});

it.each(['starting', 'unavailable'] as const)(
  'is refused in words while the storage is %s, and other calls begin',
  async (state) => {
    keep('conv_short', 2);
    storage.state = state;
    const refused = await ask('conv_short');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).not.toBeNull();
    const { error } = errorResponseSchema.parse(await refused.json());
    expect(error.code).toBe('storage_unavailable');
    await using call = await TestCall.start(relay.url);
    expect(call.grant.conversation_id).toMatch(/^conv_/);
  },
);

it('does not find the conversation of another person', async () => {
  keep('conv_mine', 2);
  const refused = await ask('conv_mine', await signIn(relay.url));
  expect(refused.status).toBe(404);
  expect(errorResponseSchema.parse(await refused.json()).error.code).toBe('not_found');
});

import { expect, it } from 'vitest';
import type { CallEventBody } from '../../call/events/call-events.ts';
import { LiveCalls } from './live-calls.ts';

function createTest(showsTexts = true) {
  let nowMs = 0;
  const live = new LiveCalls({ showsTexts, wallMs: () => nowMs });
  const tell = (sessionId: string, body: CallEventBody) =>
    live.observe({ ...body, atMs: nowMs, sessionId, userId: 'user' });
  const begin = (sessionId: string) =>
    tell(sessionId, {
      type: 'session-started',
      conversationId: 'conv',
      kind: 'guest',
      plan: 'guest',
      client: 'test',
    });
  const listed = () => live.sessions(() => ({ connected: true, costUsd: 0 }));
  return { live, tell, begin, listed, pass: (ms: number) => (nowMs += ms) };
}

const utterance = { turnId: 'turn', itemId: 'item', utterance: 1 };
const typed: CallEventBody = {
  type: 'text-typed',
  turnId: 'turn',
  itemId: 'item',
  speech: { text: 'a question' },
};
const turnEnded: CallEventBody = { type: 'turn-ended', turnId: 'turn', outcome: 'replied' };

it('finds a turn that is in one stage for over a minute', () => {
  const { live, tell, begin, listed, pass } = createTest();
  begin('quiet');
  begin('stuck');
  tell('stuck', { type: 'utterance-started', ...utterance });
  tell('stuck', { type: 'turn-decided', turnId: 'turn', why: 'endpointed', afterMs: 1 });
  pass(60_000);
  expect(live.stuckCount).toBe(0);
  pass(1);
  expect(live.stuckCount).toBe(1);
  expect(listed().map(({ session_id, stage, stuck }) => [session_id, stage, stuck])).toEqual([
    ['stuck', 'recognising', true],
    ['quiet', 'waiting', false],
  ]);
  tell('stuck', turnEnded);
  expect(live.stuckCount).toBe(0);
});

it('still listens if the turn before ends after the person has begun to speak again', () => {
  const { tell, begin, listed } = createTest();
  begin('a');
  tell('a', typed);
  tell('a', { type: 'utterance-started', ...utterance, turnId: 'next' });
  tell('a', turnEnded);
  expect(listed()).toMatchObject([{ stage: 'listening', turns: 1 }]);
});

it('shows of each call what its client said last of its line', () => {
  const { tell, begin, listed } = createTest();
  begin('a');
  begin('b');
  const report = { type: 'line-reported', codec: 'opus', sockets: 2, loss: 0.08 } as const;
  tell('a', { ...report, rttMs: 300 });
  tell('a', { ...report, rttMs: 104.4 });
  expect(listed().map(({ line }) => line)).toEqual([
    { codec: 'opus', sockets: 2, rtt_ms: 104, loss: 0.08 },
    undefined,
  ]);
});

it.each([
  [true, 'a question'],
  [false, null],
])('shows words only where they may be kept: %s', (showsTexts, question) => {
  const { live, tell, begin } = createTest(showsTexts);
  begin('a');
  tell('a', typed);
  tell('a', turnEnded);
  expect(live.interactions).toMatchObject([{ session_id: 'a', outcome: 'replied', question }]);
});

it('keeps the last ten turns, and no more open ones than a client may honestly have', () => {
  const { live, tell, begin } = createTest();
  begin('a');
  for (let n = 0; n < 1_000; n++) tell('a', { ...typed, turnId: `turn ${n}` });
  for (let n = 0; n < 20; n++) tell('a', { ...turnEnded, turnId: `turn ${n}` });
  expect(live.interactions.map(({ turn_id }) => turn_id)).toEqual(
    Array.from({ length: 10 }, (_, n) => `turn ${19 - n}`),
  );
});

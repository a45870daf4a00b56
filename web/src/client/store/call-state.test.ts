import { describe, expect, test } from 'vitest';
import { CLOSE_REASONS } from '@parley/shared/close-codes';
import { TEST_SESSION } from '@parley/shared/link/session.fake';
import type { MediaNotice } from '../messages/media-messages.ts';
import {
  callStateAfter,
  INITIAL_CALL_STATE,
  type CallAction,
  type CallState,
} from './call-state.ts';

function after(...actions: CallAction[]): CallState {
  return actions.reduce(callStateAfter, INITIAL_CALL_STATE);
}

function notice(body: MediaNotice): CallAction {
  return { type: 'notice', notice: body, atMs: 1_000 };
}

const STARTED: CallAction = {
  type: 'call-started',
  microphone: true,
  earlier: null,
  dividerId: 'd',
};
const GRANTED: CallAction = {
  type: 'microphone-answered',
  result: { ok: true },
};

describe('a call', () => {
  test('begins by asking for the microphone', () => {
    expect(after(STARTED)).toMatchObject({
      standing: { kind: 'running' },
      phase: 'starting',
      microphone: { kind: 'asking' },
    });
  });

  test('that is typed does not ask', () => {
    expect(after({ ...STARTED, microphone: false }).microphone).toEqual({ kind: 'unwanted' });
  });

  test('keeps the reason of its end and lets go of everything else', () => {
    const state = after(
      STARTED,
      GRANTED,
      { type: 'muted', muted: true },
      { type: 'held', held: true },
      notice({ type: 'closed', reason: CLOSE_REASONS.idle }),
    );
    expect(state).toMatchObject({
      standing: { kind: 'over', reason: CLOSE_REASONS.idle },
      phase: 'ended',
      muted: false,
      held: false,
      session: null,
    });
  });

  test('says nothing any more once it was hung up', () => {
    const over = after(STARTED, { type: 'call-ended', reason: CLOSE_REASONS.normal, atMs: 0 });
    expect(callStateAfter(over, notice({ type: 'phase', phase: 'speaking' }))).toBe(over);
    expect(
      callStateAfter(over, notice({ type: 'closed', reason: CLOSE_REASONS.internal })).standing,
    ).toMatchObject({ reason: CLOSE_REASONS.normal });
  });

  test('learns that the detector is ready even before it begins', () => {
    expect(after(notice({ type: 'vad', state: 'ready' }), STARTED).vad).toBe('ready');
  });

  test('remembers a refusal after its end, so that it can be explained', () => {
    const state = after(
      STARTED,
      { type: 'microphone-answered', result: { ok: false, refusal: 'denied' } },
      { type: 'call-ended', reason: CLOSE_REASONS.normal, atMs: 0 },
    );
    expect(state.microphone).toEqual({ kind: 'refused', refusal: 'denied' });
  });
});

describe('the clock of a call', () => {
  const SESSION = notice({ type: 'session', session: TEST_SESSION });
  const NEXT = notice({ type: 'phase', phase: 'listening' });
  const REFUSED: CallAction = {
    type: 'microphone-answered',
    result: { ok: false, refusal: 'denied' },
  };

  test.each<[string, number | null, CallAction[]]>([
    ['stands while the browser asks for the microphone', null, [SESSION, NEXT]],
    ['stands while there is no microphone and nothing was typed', null, [REFUSED, SESSION, NEXT]],
    ['runs once the person can talk', 1_000, [SESSION, GRANTED, NEXT]],
    [
      'runs once the person has typed',
      1_000,
      [REFUSED, SESSION, { type: 'text-sent', itemId: 'i', text: 'hello' }, NEXT],
    ],
  ])('%s', (_, sinceMs, actions) => {
    expect(after(STARTED, ...actions).talkSinceMs).toBe(sinceMs);
  });
});

describe('an error', () => {
  const FAILED = notice({ type: 'error', code: 'transcriber_failed', message: 'Say it again.' });

  test('is shown until the person is heard again', () => {
    const state = after(STARTED, FAILED);
    expect(state.error).toEqual({ code: 'transcriber_failed', message: 'Say it again.' });
    expect(
      callStateAfter(state, notice({ type: 'phase', phase: 'thinking' })).error,
    ).not.toBeNull();
    expect(callStateAfter(state, notice({ type: 'phase', phase: 'hearing' })).error).toBeNull();
  });

  test('can be dismissed, and does not outlive the next call', () => {
    expect(after(STARTED, FAILED, { type: 'error-dismissed' }).error).toBeNull();
    expect(after(STARTED, FAILED, STARTED).error).toBeNull();
  });
});

test('what is not the screen’s concern leaves the state untouched', () => {
  const state = after(STARTED);
  const levels: MediaNotice = { type: 'levels', microphone: 1, voice: 0, speechProbability: 1 };
  expect(callStateAfter(state, notice(levels))).toBe(state);
});

describe('the ladder', () => {
  const SESSION = notice({ type: 'session', session: TEST_SESSION });
  const DEGRADED = notice({
    type: 'stage-changed',
    stage: 'transcriber',
    from: 'test',
    to: 'browser',
    reason: 'transcriber_failed',
  });

  test('begins with the session and ends with the call', () => {
    expect(after(STARTED, DEGRADED).ladder).toBeNull();
    const running = after(STARTED, SESSION, DEGRADED);
    expect(running.ladder?.stages.transcriber).toMatchObject({ now: 'browser', usual: 'test' });
    expect(
      callStateAfter(running, notice({ type: 'closed', reason: CLOSE_REASONS.idle })).ladder,
    ).toBeNull();
  });

  test('begins anew with another session, which the conversation shows', () => {
    const another = { ...TEST_SESSION, id: 'another' };
    const state = after(
      STARTED,
      SESSION,
      { type: 'text-sent', itemId: 'i', text: 'hello' },
      DEGRADED,
      notice({ type: 'session', session: another }),
      notice({ type: 'session-replaced' }),
    );
    expect(state.ladder?.stages.transcriber).toMatchObject({ now: 'test', usual: 'test' });
    expect(state.conversation.at(-1)).toMatchObject({ reason: 'session-replaced' });
  });
});

describe('an utterance of which nothing was understood', () => {
  const EMPTY = notice({
    type: 'user-transcript',
    itemId: 'u1',
    utterance: 1,
    text: '',
    state: 'final',
  });

  test.each([
    ['speech', notice({ type: 'phase', phase: 'hearing' })],
    ['typing', { type: 'text-sent', itemId: 'i', text: 'hello' }],
    ['an answer', notice({ type: 'phase', phase: 'speaking' })],
  ] as const)('is said to be so until %s', (_, next) => {
    const state = after(STARTED, EMPTY);
    expect(state.notUnderstood).toBe(true);
    expect(callStateAfter(state, next).notUnderstood).toBe(false);
  });

  test('is not forgotten over what goes on around it', () => {
    const state = after(STARTED, EMPTY, notice({ type: 'phase', phase: 'listening' }));
    expect(state).toMatchObject({ notUnderstood: true, conversation: [] });
  });
});

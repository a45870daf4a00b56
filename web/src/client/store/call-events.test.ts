import { expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { MediaNotice } from '../messages/media-messages.ts';
import { onCallEvent, type CallEvents } from './call-events.ts';
import { callStateAfter, type CallState } from './call-state.ts';
import { runningCall } from './running-call.fake.ts';

/** A call that is told of notices, and what it reports of them under `name`. */
function reports<Name extends keyof CallEvents>(name: Name, notices: readonly MediaNotice[]) {
  const state = createStore<CallState>(() => runningCall());
  const listeners = new Set<(notice: MediaNotice) => void>();
  const reported: CallEvents[Name][] = [];
  const call = {
    state,
    subscribe(listener: (notice: MediaNotice) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const emit = (notice: MediaNotice) => {
    for (const listener of listeners) listener(notice);
    state.setState((now) => callStateAfter(now, { type: 'notice', notice, atMs: 0 }), true);
  };
  const ended = new AbortController();
  const listener = (event: CallEvents[Name]) => void reported.push(event);
  const { signal } = ended;
  onCallEvent(call, { name, listener, since: state.getState(), signal });
  for (const notice of notices) emit(notice);
  const { length } = reported;
  ended.abort();
  for (const notice of notices) emit(notice);
  expect(reported).toHaveLength(length);
  return reported;
}

const transcript = (text: string, state: 'partial' | 'final') =>
  ({ type: 'user-transcript', itemId: 'u', utterance: 1, text, state }) as const;
const progress = (playedMs: number) =>
  ({ type: 'response-progress', responseId: 'r', playedMs }) as const;

test('captions come word by word, of both sides, and each once', () => {
  const captions = reports('caption', [
    transcript('what is', 'partial'),
    transcript('what is', 'partial'),
    transcript('what is seven', 'partial'),
    transcript('What is seven times eight?', 'final'),
    { type: 'response-started', responseId: 'r', trigger: 'speech', utterance: 1, spoken: true },
    {
      type: 'response-text',
      responseId: 'r',
      clause: 0,
      fromCharacter: 0,
      text: 'It is fifty-six.',
      audioStartMs: 0,
      byPage: false,
    },
    {
      type: 'response-timed',
      responseId: 'r',
      clause: 0,
      audioStartMs: 0,
      audioMs: 900,
      wordEndsMs: [300, 600, 900],
    },
    progress(100),
    progress(200),
    progress(400),
    progress(700),
    { type: 'response-ended', responseId: 'r', status: 'completed', heardMs: 900 },
  ]);
  expect(captions.map(({ side, text, isFinal }) => [side, text.trim(), isFinal])).toEqual([
    ['person', 'what is', false],
    ['person', 'what is seven', false],
    ['person', 'What is seven times eight?', true],
    ['parley', 'It', false],
    ['parley', 'It is', false],
    ['parley', 'It is fifty-six.', false],
    ['parley', 'It is fifty-six.', true],
  ]);
});

test('a listener that ends its subscription with the first event gets no other', () => {
  const state = createStore<CallState>(() => runningCall());
  const since = state.getState();
  state.setState({ phase: 'thinking' });
  const phases: string[] = [];
  const ended = new AbortController();
  const listener = (phase: string) => {
    phases.push(phase);
    ended.abort();
  };
  const call = { state, subscribe: () => () => {} };
  onCallEvent(call, { name: 'phase', listener, since, signal: ended.signal });
  state.setState({ phase: 'speaking' });
  expect(phases).toEqual(['thinking']);
});

test('a stage that another provider took over is degraded, until it is restored', () => {
  const changed = { type: 'stage-changed', stage: 'generator' } as const;
  const down = { ...changed, from: 'a', to: 'b', reason: 'generator_failed' } as const;
  const up = { ...changed, from: 'b', to: 'a', reason: null } as const;
  expect(reports('degraded', [down, up])).toEqual([down]);
  expect(reports('restored', [down, up])).toEqual([up]);
});

test('phases, costs, errors and the end are reported when they change', () => {
  const notices: readonly MediaNotice[] = [
    { type: 'phase', phase: 'thinking' },
    { type: 'phase', phase: 'thinking' },
    { type: 'usage', usage: {} as never, costUsd: 0.01, budgetUsd: null, isWarning: false },
    { type: 'error', code: 'rate_limited', message: 'Too much.' },
    {
      type: 'closed',
      reason: { code: 1000, reason: 'normal', retry: 'never', message: 'Over.' },
    },
  ];
  expect(reports('phase', notices)).toEqual(['thinking', 'ended']);
  expect(reports('cost', notices)).toEqual([{ usd: 0.01, budgetUsd: null, isWarning: false }]);
  expect(reports('error', notices)).toEqual([{ code: 'rate_limited', message: 'Too much.' }]);
  expect(reports('ended', notices)).toMatchObject([{ reason: { reason: 'normal' } }]);
});

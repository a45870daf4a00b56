import { describe, expect, test } from 'vitest';
import { CLOSE_REASONS } from '@parley/shared/close-codes';
import { type CallState, INITIAL_CALL_STATE } from '../../client/index.ts';
import { runningCall as running } from '../../client/store/running-call.fake.ts';
import {
  announcementOf,
  providerLineOf,
  REFUSAL_LINES,
  stateLineOf,
  WELCOME_SUGGESTIONS,
} from './call-words.ts';
import { MICROPHONE_ADVICE } from './microphone-advice.ts';
import { orbRoleOf } from './orb-role.ts';

const OUTAGE = { sinceMs: 0, nextTryAtMs: null, fault: null };

const OVER: CallState = {
  ...INITIAL_CALL_STATE,
  standing: { kind: 'over', reason: CLOSE_REASONS.normal },
  phase: 'ended',
};

const TYPED = { kind: 'user', id: '1', text: 'Hello', state: 'typed', utterance: null } as const;

describe('the line of state', () => {
  test.each<[string, CallState]>([
    ['Press to talk', INITIAL_CALL_STATE],
    [
      'Allow the microphone to talk',
      running({ phase: 'starting', microphone: { kind: 'asking' } }),
    ],
    ['Connecting', running({ phase: 'starting' })],
    ['Not connected yet', { ...INITIAL_CALL_STATE, outage: OUTAGE }],
    ['Not connected yet', running({ phase: 'starting', outage: OUTAGE })],
    ['Listening', running({})],
    ['Connecting', running({ vad: 'loading' })],
    ['Hold to talk', running({ vad: 'failed' })],
    ['Speaking', running({ vad: 'loading', phase: 'speaking' })],
    ['Muted', running({ vad: 'loading', muted: true })],
    ['I hear you', running({ phase: 'hearing' })],
    ['Thinking', running({ phase: 'thinking' })],
    ['Speaking, talk to interrupt', running({ phase: 'speaking' })],
    ['Speaking', running({ phase: 'speaking', muted: true })],
    ['Speaking, tap to interrupt', running({ phase: 'speaking', hearsItself: true })],
    ['Muted', running({ muted: true })],
    ['Reconnecting, keep talking', running({ phase: 'reconnecting' })],
    ['Listening, release to send', running({ held: true })],
    ['Type a message', running({ microphone: { kind: 'unwanted' } })],
    [
      'Microphone blocked: allow it in the address bar',
      running({ microphone: { kind: 'refused', refusal: 'denied' } }),
    ],
    [
      'Type a message',
      running({ microphone: { kind: 'refused', refusal: 'denied' }, conversation: [TYPED] }),
    ],
    ['The call has ended', OVER],
  ])('is “%s”', (line, state) => {
    expect(stateLineOf(state, true)).toBe(line);
  });

  test('names a missing network', () => {
    expect(stateLineOf(INITIAL_CALL_STATE, false)).toBe('You are offline');
    expect(stateLineOf(running({ phase: 'reconnecting' }), false)).toBe('No network, keep talking');
    expect(stateLineOf(running({ phase: 'starting' }), false)).toBe('No network');
  });
});

test('a conversation’s to and fro is not announced, what needs attention is', () => {
  const heard = announcementOf(running({ phase: 'hearing' }), true);
  expect(announcementOf(running({ phase: 'speaking' }), true)).toBe(heard);
  expect(announcementOf(running({ muted: true }), true)).toBe('Muted');
  expect(announcementOf(running({ phase: 'reconnecting' }), true)).toBe(
    'Reconnecting, keep talking',
  );
  expect(announcementOf(INITIAL_CALL_STATE, true)).toBe('');
  // A relay that answers sooner than the person is no call yet.
  expect(announcementOf(running({ microphone: { kind: 'asking' } }), true)).toBe(
    'Allow the microphone to talk',
  );
  expect(announcementOf({ ...INITIAL_CALL_STATE, outage: OUTAGE }, true)).toBe('Not connected yet');
});

describe('pressing the orb', () => {
  test.each<[string, CallState]>([
    ['start', INITIAL_CALL_STATE],
    ['start', OVER],
    ['explain', running({})],
    ['explain', running({ microphone: { kind: 'asking' } })],
    ['finish', running({ phase: 'hearing' })],
    ['unmute', running({ muted: true })],
    ['stop-speaking', running({ phase: 'speaking' })],
    ['stop-speaking', running({ phase: 'thinking' })],
    ['ask-microphone', running({ microphone: { kind: 'refused', refusal: 'denied' } })],
    ['ask-microphone', running({ microphone: { kind: 'unwanted' } })],
    ['hold', running({ vad: 'failed' })],
  ])('means %s', (action, state) => {
    expect(orbRoleOf(state).action).toBe(action);
  });
});

test('every word shown is calm', () => {
  const words = [
    ...Object.values(REFUSAL_LINES),
    ...Object.values(MICROPHONE_ADVICE).flatMap(({ title, advice }) => [title, advice]),
    ...WELCOME_SUGGESTIONS,
  ];
  for (const sentence of words) expect(sentence).not.toContain('!');
});

test('the providers are named in one sentence', () => {
  const all = (name: string) => ({ transcriber: name, generator: name, synthesizer: name });
  expect(providerLineOf(all('embedded'))).toBe('A demo voice answers things like these.');
  expect(providerLineOf(all('openai'))).toBe('Hears, thinks and speaks with openai.');
  expect(providerLineOf({ ...all('embedded'), generator: 'ollama' })).toBe(
    'Hears by itself, thinks with ollama, speaks by itself.',
  );
});

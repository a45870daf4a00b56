import { ParleyError, type ErrorCode, type RelayEventOf } from '@parley/shared';
import { ClientError } from '@parley/shared/link/client-error';
import { expect, test } from 'vitest';
import { noticeOf, problemNotice } from './relay-notices.ts';

function failed(code: ErrorCode): RelayEventOf<'response.done'> {
  return {
    type: 'response.done',
    seq: 1,
    response_id: 'a',
    status: 'failed',
    usage: { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 },
    timeline: {},
    error: { code, message: 'For people.', retryable: true },
  };
}

test('a voice that failed is reported; an answer that failed has said so itself', () => {
  expect(noticeOf(failed('synthesizer_failed'), 0)).toEqual({
    type: 'error',
    code: 'synthesizer_failed',
    message: 'For people.',
  });
  // What it called is not waited for.
  expect(noticeOf(failed('generator_timeout'), 0)).toEqual({ type: 'stop-tools' });
});

test('what a reply called is stopped with it, unless it is complete', () => {
  const done = { ...failed('generator_failed'), error: null };
  expect(noticeOf({ ...done, status: 'cancelled' }, 0)).toEqual({ type: 'stop-tools' });
  expect(noticeOf({ ...done, status: 'completed' }, 0)).toBeUndefined();
});

test('the page is asked to run a function of its own', () => {
  const call = { call_id: 'c', name: 'weather', arguments: '{}' };
  const event = { type: 'response.function_call_arguments.done', seq: 1, ...call } as const;
  expect(noticeOf(event, 0)).toEqual({
    ...{ type: 'call-tool', callId: 'c', name: 'weather', input: '{}' },
  });
});

test('a relay that is down, one that refuses the page and none at all are told apart', () => {
  const notices = [
    new ClientError('unreachable', 'No server could be reached at https://relay.example.'),
    new ClientError('timed_out', 'The server took too long.'),
    new ClientError('unreadable_answer', 'What answers is not a relay.'),
    new ClientError('socket_blocked', 'No WebSocket gets through.'),
    new ParleyError('origin_not_allowed', { detail: 'Add https://page.example.' }),
  ].map(problemNotice);
  expect(notices).toMatchObject([
    { code: 'network_unreachable', message: expect.stringContaining('https://relay.example') },
    { code: 'network_unreachable' },
    { code: 'not_a_relay' },
    { code: 'socket_blocked' },
    { code: 'origin_not_allowed', message: expect.stringContaining('Add https://page.example.') },
  ]);
});

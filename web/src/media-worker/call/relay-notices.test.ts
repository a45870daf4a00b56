import type { ErrorCode, RelayEventOf } from '@parley/shared';
import { expect, test } from 'vitest';
import { noticeOf } from './relay-notices.ts';

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
  expect(noticeOf(failed('synthesizer_failed'))).toEqual({
    type: 'error',
    code: 'synthesizer_failed',
    message: 'For people.',
  });
  expect(noticeOf(failed('generator_timeout'))).toBeUndefined();
  expect(noticeOf(failed('generator_failed'))).toBeUndefined();
});

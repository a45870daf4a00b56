import { expect, test } from 'vitest';
import { readContext } from './model-limits.ts';

test.each([
  [
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 8545 tokens. Please reduce the length of the messages.",
    8_192,
    8_545,
  ],
  [
    "This model's maximum context length is 2048 tokens. However, you requested 2500 tokens (1500 in the messages, 1000 in the completion).",
    2_048,
    1_500,
  ],
  [
    "'max_tokens' or 'max_completion_tokens' is too large: 2000. This model's maximum context length is 4096 tokens and your request has 2104 input tokens (2000 > 4096 - 2104).",
    4_096,
    2_104,
  ],
  [
    "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of 5024 tokens: 4000 tokens from the input messages and 1024 tokens for the completion.",
    4_096,
    5_024,
  ],
  [
    '{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":14429,"n_ctx":8192}}',
    8_192,
    14_429,
  ],
  ['prompt is too long: 208310 tokens > 200000 maximum', 200_000, 208_310],
  [
    'The input token count (1187324) exceeds the maximum number of tokens allowed (1048576).',
    1_048_576,
    1_187_324,
  ],
  [
    'Request too large for model `llama-3.1-8b-instant` in organization `org_1` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 7012, please reduce your message size and try again.',
    6_000,
    7_012,
  ],
  [
    'Trying to keep the first 6279 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.',
    4_096,
    6_279,
  ],
  [
    '`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and 1024 `max_new_tokens`',
    4_096,
    4_000,
  ],
  [
    "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    131_072,
    537_812,
  ],
  ['Requested tokens (2285) exceed context window of 2,048', 2_048, 2_285],
  ['prompt too long; exceeded max context length', undefined, undefined],
])('%s', (refusal, maxTokens, sentTokens) => {
  expect(readContext(refusal)).toEqual({ maxTokens, sentTokens });
});

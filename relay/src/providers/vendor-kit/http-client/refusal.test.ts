import { expect, test } from 'vitest';
import { causeOfRefusal } from './refusal.ts';

test.each([
  // OpenAI, and vLLM in three of its versions.
  "This model's maximum context length is 8192 tokens. However, your messages resulted in 8545 tokens. Please reduce the length of the messages.",
  "This model's maximum context length is 2048 tokens. However, you requested 2500 tokens (1500 in the messages, 1000 in the completion).",
  "'max_tokens' or 'max_completion_tokens' is too large: 2000. This model's maximum context length is 4096 tokens and your request has 2104 input tokens (2000 > 4096 - 2104).",
  'The decoder prompt (length 5000) is longer than the maximum model length of 4096.',
  '{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":14429,"n_ctx":8192}}',
  'prompt is too long: 208310 tokens > 200000 maximum',
  'The input token count (1187324) exceeds the maximum number of tokens allowed (1048576).',
  'Request too large for model `llama-3.1-8b-instant` on tokens per minute (TPM): Limit 6000, Requested 7012',
  'Trying to keep the first 6279 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.',
  '`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and 1024 `max_new_tokens`',
  "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
])('the context is too small: %s', (body) => {
  expect(causeOfRefusal(body)).toBe('context');
});

test.each([
  '{"object":"error","message":"\\"auto\\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set","type":"BadRequestError","param":null,"code":400}',
  '{"error":{"message":"registry.ollama.ai/library/gemma3:4b does not support tools","type":"api_error","param":null,"code":null}}',
  '{"error":{"code":500,"message":"tools param requires --jinja flag","type":"server_error"}}',
  '`tools` is not supported with this model',
  'Invalid request content: The model does not support tool use or function calling but tools or tool_choice have been specified on the request.',
  "litellm.UnsupportedParamsError: GradientAI does not support parameter 'tools'. To drop unsupported params, set `drop_params=True`.",
  '{"detail":[{"type":"extra_forbidden","loc":["body","tools"],"msg":"Extra inputs are not permitted"}]}',
])('tools are not taken: %s', (body) => {
  expect(causeOfRefusal(body)).toBe('tools');
});

test.each([
  'Unrecognized request argument supplied: reasoning_effort',
  "Function tools with reasoning_effort are not supported for gpt-5.6-terra in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.",
  "Unsupported value: 'reasoning_effort' does not support 'none' with this model. unsupported_value",
  '"llama3.2:latest" does not support thinking',
  '{"detail":[{"type":"extra_forbidden","loc":["body","chat_template_kwargs"],"msg":"Extra inputs are not permitted"}]}',
  "messages: 1 error; \"thinking.type: Input should be 'enabled' or 'disabled'\"",
  'Budget 0 is invalid. This model only works in thinking mode: see thinking_budget.',
])('how much to think cannot be said: %s', (body) => {
  expect(causeOfRefusal(body)).toBe('reasoning');
});

test.each([
  'model "kimi-k2-thinking" not found',
  'The model `gpt-9` does not exist or you do not have access to it.',
  'model "llama9" not found, try pulling it first',
  'Invalid model name passed in model=x. Call `/v1/models` to view available models for your key.',
  'The model `mixtral-8x7b-32768` has been decommissioned and is no longer supported.',
  'Your credit balance is too low to access the Anthropic API.',
  "Unsupported parameter: 'max_tokens' is not supported with this model. unsupported_parameter",
  'No models loaded. Please load a model in the developer page.',
])('every request is refused: %s', (body) => {
  expect(causeOfRefusal(body)).toBe('configuration');
});

test.each(['', '{"error":"bad request"}', 'Audio file might be corrupted or unsupported'])(
  'only this request is refused: %s',
  (body) => {
    expect(causeOfRefusal(body)).toBe('request');
  },
);

import { expect, it } from 'vitest';
import { noteOfNetwork, noteOfRefusal } from './failure-note.ts';

function thrown(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });
}

it.each([
  [thrown('ENOTFOUND'), 'no such host'],
  [thrown('ECONNREFUSED'), 'connection refused'],
  [new AggregateError([thrown('ECONNREFUSED'), thrown('ETIMEDOUT')]), 'connection refused'],
  [thrown('ERR_SSL_WRONG_VERSION_NUMBER'), 'not TLS'],
  [thrown('CERT_HAS_EXPIRED'), 'certificate'],
  [Object.assign(new Error('Response does not match'), { name: 'HTTPParserError' }), 'not HTTP'],
  [new TypeError('fetch failed', { cause: new Error('bad port') }), 'blocked port'],
  [thrown('ECONNRESET'), undefined],
  ['a word', undefined],
])('%o: %s', (error, note) => {
  expect(noteOfNetwork(error)).toBe(note);
});

it.each([
  [404, '{"error":{"message":"The model `gpt-9` does not exist"}}', 'model'],
  [404, 'model "llama9" not found, try pulling it first', 'model'],
  [400, '{"detail":"Voice af_nobody not found"}', 'voice'],
  [404, 'File Not Found (/v1/audio/transcriptions)', 'wrong path'],
  [405, '{"detail":"Method Not Allowed"}', 'wrong path'],
  [404, '<!DOCTYPE html><html>', 'HTML'],
  [429, '{"error":{"code":"insufficient_quota"}}', 'quota'],
  [402, '', 'quota'],
  [429, '{"error":{"message":"Rate limit reached"}}', undefined],
  [401, '{"error":"missing header X-Api-Key"}', 'header'],
  [401, '{"error":{"message":"Incorrect API key provided"}}', undefined],
  [400, 'Required header x-tenant is missing', 'header'],
  [400, '<html><center>The plain HTTP request was sent to HTTPS port', 'plain HTTP'],
  [400, 'Client sent an HTTP request to an HTTPS server.', 'plain HTTP'],
  [400, 'registry.ollama.ai/library/gemma3:latest does not support tools', 'tools'],
  [400, "This model's maximum context length is 512 tokens.", 'context'],
  // Anthropic's answer to a wrong key.
  [401, '{"error":{"type":"authentication_error","message":"invalid x-api-key"}}', undefined],
  [400, "Unsupported parameter: 'max_tokens' is not supported with this model.", undefined],
  [400, 'Bad request. x-request-id: 3f1c', undefined],
  [400, 'No models loaded. Please load a model in the developer page.', 'model'],
  [404, "Model 'whisper-1' is not installed locally. You can download the model.", 'model'],
  [400, '{"detail":{"error":"invalid_model","message":"Unsupported model: tts-1"}}', 'model'],
  [200, '{"error":"Unexpected endpoint or method. (POST /chat/completions)"}', 'wrong path'],
  [302, '<html>Found</html>', 'redirect'],
  [500, 'Internal Server Error', undefined],
])('%i %s: %s', (status, words, note) => {
  expect(noteOfRefusal(status, words)).toBe(note);
});

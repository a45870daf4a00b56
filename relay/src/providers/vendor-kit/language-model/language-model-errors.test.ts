import { APICallError, InvalidResponseDataError } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { ProviderError } from '../../../call/stages/provider-error.ts';
import { VendorHttp } from '../http-client/vendor-http.ts';
import { refusalIn, toProviderError } from './language-model-errors.ts';

const http = new VendorHttp({ provider: 'test', stage: 'generator', connectMs: 100 });
const SECRET = 'sk-secret';

test.each([
  [{ type: 'overloaded_error', message: SECRET }, 'overloaded', undefined, 'overloaded_error'],
  [{ type: 'rate_limit_error', message: SECRET }, 'rate-limited', undefined, 'rate_limit_error'],
  [{ statusCode: 529, type: 'overloaded_error' }, 'overloaded', 529, 'overloaded_error'],
  [{ code: 429, status: 'RESOURCE_EXHAUSTED' }, 'rate-limited', 429, 'RESOURCE_EXHAUSTED'],
  [{ code: 'invalid_api_key', message: SECRET }, 'unauthorized', undefined, 'invalid_api_key'],
  [
    { code: 'context_length_exceeded', type: 'invalid_request_error' },
    'rejected',
    undefined,
    'context',
  ],
  [{ message: SECRET }, 'overloaded', undefined, undefined],
  ['some words', 'malformed', undefined, undefined],
] as const)('%j in the middle of a stream is %s', (told, fault, status, note) => {
  expect(toProviderError(told, 'test', http)).toMatchObject({ fault, status, note });
});

test.each([
  [400, 'no tools'],
  [500, 'no tools'],
  [302, undefined],
  [401, undefined],
  [403, undefined],
  [429, undefined],
])('a status of %d says of what was asked: %s', (statusCode, words) => {
  const told = { message: 'x', url: 'x', requestBodyValues: {}, responseBody: 'no tools' };
  expect(refusalIn(new APICallError({ ...told, statusCode }))).toBe(words);
});

test.each([
  [403, 'Your chosen model requires moderation and your input was flagged.', 'rejected', true],
  [403, 'This key may not use this model.', 'unauthorized', false],
  [400, 'The response was filtered by the content management policy.', 'rejected', true],
  [429, 'Flagged as too many requests.', 'rate-limited', false],
])('a refusal with %d, “%s”, is %s', (statusCode, responseBody, fault, isRequestsOwn) => {
  const told = { message: 'x', url: 'x', requestBodyValues: {}, responseBody };
  const error = toProviderError(new APICallError({ ...told, statusCode }), 'test', http);
  expect(error).toMatchObject({ fault, isRequestsOwn });
});

test('a server that sends us on is not one that sends nonsense', () => {
  const redirect = { message: 'x', url: 'x', requestBodyValues: {}, statusCode: 307 };
  expect(toProviderError(new APICallError(redirect), 'test', http)).toMatchObject({
    fault: 'rejected',
    status: 307,
    note: 'redirect',
    isRequestsOwn: false,
  });
});

test('nothing of the request comes over', () => {
  const error = toProviderError(
    new APICallError({
      message: SECRET,
      url: `https://vendor.example/${SECRET}`,
      requestBodyValues: { text: SECRET },
      statusCode: 429,
      responseHeaders: { 'retry-after': '2', 'x-secret': SECRET },
      responseBody: SECRET,
      cause: new Error(SECRET),
    }),
    'test',
    http,
  );
  expect(error).toMatchObject({ fault: 'rate-limited', status: 429, retryAfterMs: 2_000 });
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(SECRET);
  expect(String(error.stack)).not.toContain(SECRET);
});

test('a network’s failure keeps its kind, wherever it is wrapped', () => {
  const reset = Object.assign(new Error('read'), { code: 'ECONNRESET' });
  const wrapped = new TypeError('terminated', { cause: reset });
  expect(toProviderError(wrapped, 'test', http).fault).toBe('closed');
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  expect(
    toProviderError(
      new APICallError({ message: 'x', url: 'x', requestBodyValues: {}, cause: refused }),
      'test',
      http,
    ).fault,
  ).toBe('unreachable');
});

test('an answer that is not what it should be is malformed', () => {
  const error = new InvalidResponseDataError({ data: SECRET, message: SECRET });
  expect(toProviderError(error, 'test', http)).toMatchObject({
    fault: 'malformed',
    note: 'unreadable call of a tool',
  });
});

test('our own errors pass', () => {
  const own = new ProviderError({ provider: 'test', stage: 'generator', fault: 'closed' });
  expect(toProviderError(own, 'test', http)).toBe(own);
});

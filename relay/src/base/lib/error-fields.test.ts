import { expect, it } from 'vitest';
import { errorFields } from './logger.ts';

it('tells kind, message, stack and causes, and nothing that a library put beside them', () => {
  const cause = Object.assign(new TypeError('no answer'), { code: 'ECONNRESET' });
  const error = Object.assign(new Error('request failed', { cause }), {
    status: 500,
    requestBodyValues: { messages: ['what a person said'] },
    headers: { authorization: 'Bearer key' },
  });
  const fields = errorFields(error);
  expect(fields).toMatchObject({
    type: 'Error',
    message: 'request failed',
    status: 500,
    cause: { type: 'TypeError', message: 'no answer', code: 'ECONNRESET' },
  });
  expect(JSON.stringify(fields)).not.toMatch(/person said|Bearer/);
  expect(fields).toHaveProperty('stack');
});

it('ends with the third cause, even if they form a circle', () => {
  const error = new Error('round');
  error.cause = error;
  expect(JSON.stringify(errorFields(error)).match(/"message"/g)).toHaveLength(4);
});

it.each([
  ['a string', 'a string'],
  [{ headers: { authorization: 'Bearer key' } }, 'not an error'],
  [undefined, 'not an error'],
])('says of %j, which is thrown as well, that it is %j', (thrown, message) => {
  expect(errorFields(thrown)).toMatchObject({ message });
});

it('tells of an error that cannot be read', () => {
  const failing = () => {
    throw new Error('from a getter');
  };
  const error = Object.defineProperty(new Error(), 'message', { get: failing });
  const unreadable = { type: 'object', message: 'an error that cannot be read' };
  expect(errorFields(error)).toEqual(unreadable);
  expect(errorFields(new Error('outer', { cause: error }))).toEqual(unreadable);
  expect(errorFields(new Proxy(error, { getPrototypeOf: failing }))).toEqual(unreadable);
});

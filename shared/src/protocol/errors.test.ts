import { expect, it } from 'vitest';
import { ERROR_CODES, ERRORS, ParleyError } from './errors.ts';

it.each(ERROR_CODES)('%s is told in a calm sentence, with an HTTP status', (code) => {
  const { message, status } = ERRORS[code];
  expect(message).toMatch(/^[A-Z].*\.$/);
  expect(message).not.toContain('!');
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(600);
});

it('keeps its cause to itself', () => {
  const error = new ParleyError('generator_failed', { cause: new Error('key sk-123 refused') });
  expect(error).toMatchObject({ code: 'generator_failed', retryable: true });
  expect(error.message).toBe(ERRORS.generator_failed.message);
});

it('says in detail what was wrong, if the sender should know', () => {
  const error = new ParleyError('invalid_event', { detail: 'seq: too small.' });
  expect(error.message).toBe(`${ERRORS.invalid_event.message} seq: too small.`);
});

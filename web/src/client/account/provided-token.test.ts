import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProvidedToken, TokenError } from './provided-token.ts';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const jwt = (endsAtMs: number, name = '') =>
  `h.${btoa(JSON.stringify({ exp: endsAtMs / 1_000, name }))}.s`;

function setUp(provide: () => Promise<string>) {
  const renewed: string[] = [];
  const provided = new ProvidedToken({
    provide,
    nowMs: () => Date.now(),
    onToken: (token) => void renewed.push(token),
  });
  return { provided, renewed };
}

test('a token that is about to end is followed by another, for as long as a call needs one', async () => {
  let asked = 0;
  const { provided, renewed } = setUp(async () => jwt(Date.now() + 600_000, `${(asked += 1)}`));
  await provided.begin();
  await vi.advanceTimersByTimeAsync(539_000);
  expect(renewed).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(renewed).toEqual([jwt(1_140_000, '2')]);
  provided.end();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(asked).toBe(2);
  expect(vi.getTimerCount()).toBe(0);
});

test('a page that has no other token is asked again, four times a minute at most', async () => {
  let asked = 0;
  const old = jwt(70_000);
  const { provided, renewed } = setUp(async () => {
    asked += 1;
    if (asked === 2) throw new Error('offline');
    return asked < 4 ? old : jwt(900_000);
  });
  await provided.begin();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(renewed).toEqual([jwt(900_000)]);
  expect(asked).toBe(4);
});

test('a token that is no JWT is used, and not renewed', async () => {
  const { provided } = setUp(async () => 'opaque');
  expect(await provided.begin()).toBe('opaque');
  expect(vi.getTimerCount()).toBe(0);
});

test('a token that comes after the call has ended starts no timer', async () => {
  const answer = Promise.withResolvers<string>();
  const { provided } = setUp(() => answer.promise);
  const begun = provided.begin();
  provided.end();
  answer.resolve(jwt(600_000));
  await begun;
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ['throws', () => Promise.reject(new Error('no session')), /no session/],
  ['gives something else', () => Promise.resolve(undefined as never), /in time|none/],
  ['gives what no header can hold', () => Promise.resolve('a\nb'), /is none/],
])('a page that %s is told so', async (_what, provide, message) => {
  const failed = setUp(provide).provided.begin();
  await expect(failed).rejects.toThrow(TokenError);
  await expect(failed).rejects.toThrow(message);
});

test('a page that never answers is not waited for', async () => {
  const asked = setUp(() => new Promise(() => {})).provided.begin();
  const [result] = await Promise.all([
    asked.catch((error: unknown) => error),
    vi.advanceTimersByTimeAsync(15_000),
  ]);
  expect(result).toBeInstanceOf(TokenError);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ParleyError } from '../protocol/errors.ts';
import { ClientError } from './client-error.ts';
import { TokenRenewal } from './token-renewal.ts';

let sessionId: string | undefined;
let used: string[];
let told: string[];
let answers: (Error | undefined)[];
let renewal: TokenRenewal;

beforeEach(() => {
  vi.useFakeTimers();
  sessionId = 'sess_1';
  used = [];
  told = [];
  answers = [];
  renewal = new TokenRenewal({
    api: {
      useToken: (token) => used.push(token),
      renewToken: async (id, token) => {
        told.push(`${id} ${token}`);
        const error = answers.shift();
        if (error !== undefined) throw error;
      },
    },
    sessionId: () => sessionId,
  });
});
afterEach(() => {
  renewal.close();
  vi.useRealTimers();
});

const AWAY = new ClientError('unreachable', 'No server could be reached.');

test('the running session and those after it go on under the new token', async () => {
  renewal.renew('new');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(used).toEqual(['new']);
  expect(told).toEqual(['sess_1 new']);
});

test('the relay is told until it has heard of it', async () => {
  answers = [AWAY, AWAY];
  renewal.renew('new');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toHaveLength(3);
});

test('a session that is still asked for with the old token is told of the new one', async () => {
  sessionId = undefined;
  renewal.renew('new');
  await vi.advanceTimersByTimeAsync(1_000);
  sessionId = 'sess_2';
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual(['sess_2 new']);
});

test('a session that is not connected yet is told once it is', async () => {
  answers = [new ParleyError('not_found')];
  renewal.renew('new');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toHaveLength(2);
});

test('a relay that never knows of the session is left alone after two minutes', async () => {
  answers = Array.from({ length: 100 }, () => new ParleyError('not_found'));
  renewal.renew('new');
  await vi.advanceTimersByTimeAsync(600_000);
  expect(told).toHaveLength(24);
});

test('a refusal is not repeated', async () => {
  answers = [new ParleyError('unauthorized')];
  renewal.renew('new');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toHaveLength(1);
});

test('only the newest token is told, and none after the call', async () => {
  answers = [AWAY, AWAY];
  renewal.renew('first');
  await vi.advanceTimersByTimeAsync(1_000);
  renewal.renew('second');
  await vi.advanceTimersByTimeAsync(1_000);
  renewal.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual(['sess_1 first', 'sess_1 second']);
});

import { expect, it } from 'vitest';
import { readConfig } from './config.ts';

const WHOLE = {
  REDIS_URL: 'redis://127.0.0.1:6379',
  PEER_URL: 'http://10.0.0.7:8787',
  DATABASE_URL: 'postgres://127.0.0.1/parley',
  AUTH_SECRET: 'a secret that has more than 32 characters',
};

it('knows the other relays by Redis, and itself by the address that they reach', () => {
  expect(readConfig(WHOLE).replicas).toEqual({
    redisUrl: WHOLE.REDIS_URL,
    peerUrl: WHOLE.PEER_URL,
  });
  expect(readConfig({}).replicas).toBeUndefined();
});

it.each(['PEER_URL', 'DATABASE_URL', 'AUTH_SECRET'] as const)('wants %s', (name) => {
  const { [name]: _left, ...rest } = WHOLE;
  expect(() => readConfig(rest)).toThrow(
    new RegExp(`^.*${name}: relays that share REDIS_URL`, 's'),
  );
});

it.each([
  ['PEER_URL without REDIS_URL', { PEER_URL: WHOLE.PEER_URL }, 'of no use without REDIS_URL'],
  ['PEER_URL with a path', { ...WHOLE, PEER_URL: 'http://10.0.0.7/parley' }, 'without a path'],
  ['a Redis of another kind', { ...WHOLE, REDIS_URL: 'http://10.0.0.3' }, 'redis or rediss URL'],
])('refuses %s', (_what, env, sentence) => {
  expect(() => readConfig(env)).toThrow(sentence);
});

import { expect, test } from 'vitest';
import { renewGuest } from './guest-requests.ts';

const RELAY = 'https://relay.example';
const tokenOf = (sub: string, signature: string) =>
  `h.${btoa(JSON.stringify({ sub })).replaceAll('=', '')}.${signature}`;
const HAD = tokenOf('guest_1', 'first');

const renewed = (answer: () => Response) => renewGuest(async () => answer(), RELAY, HAD);
const withToken = (token: string) => () => Response.json({ token, expires_in_s: 60 });

test('a guest is given another token', async () => {
  const token = tokenOf('guest_1', 'second');
  expect(await renewed(withToken(token))).toEqual({ token, expiresInS: 60 });
});

test('a token that the relay does not take any more is refused', async () => {
  expect(await renewed(() => new Response(null, { status: 401 }))).toBe('refused');
});

test.each([
  ['makes another guest of them', withToken(tokenOf('guest_2', 'first'))],
  ['answers with what is not a token', withToken('opaque')],
  ['answers with nothing of use', () => Response.json({})],
  ['has too much to do', () => new Response(null, { status: 429 })],
])('a relay that %s leaves the token as it is', async (_, answer) => {
  expect(await renewed(answer)).toBe('unreachable');
});

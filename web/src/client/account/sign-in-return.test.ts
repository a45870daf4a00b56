import { expect, test } from 'vitest';
import { returnedErrorIn, withoutSignInReturn } from './supabase-issuer.ts';
import { isSignInReturn } from './account-issuer.ts';

test.each([
  ['https://page.example/', false, null],
  ['https://page.example/?debug#top', false, null],
  ['https://page.example/?code=123', true, null],
  ['https://page.example/#access_token=x&expires_in=3600', true, null],
  ['https://page.example/?error=access_denied&error_code=otp_expired', true, 'otp_expired'],
  ['https://page.example/#error=server_error', true, 'server_error'],
])('%s', (href, isReturn, error) => {
  const url = new URL(href);
  expect(isSignInReturn(url)).toBe(isReturn);
  expect(returnedErrorIn(url)).toBe(error);
});

test('nothing of a sign-in stays in the address, and all else does', () => {
  const href = 'https://page.example/?debug=1&code=123&error_description=x#error=y';
  expect(withoutSignInReturn(href)).toBe('https://page.example/?debug=1');
  expect(withoutSignInReturn('https://page.example/?debug=1#top')).toBe(
    'https://page.example/?debug=1#top',
  );
});

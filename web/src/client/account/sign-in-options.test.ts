import { expect, test } from 'vitest';
import { fetchSignInOptions, signInOptionsIn } from './sign-in-options.ts';

const OPTIONS = {
  guests: false,
  access_code: false,
  supabase: { url: 'https://project.supabase.co', anon_key: 'anon' },
  oidc: null,
  is_secure: true,
};

test('reads what the relay answers', () => {
  expect(signInOptionsIn(OPTIONS)).toEqual({
    guests: false,
    accessCode: false,
    accounts: { kind: 'supabase', url: 'https://project.supabase.co', anonKey: 'anon' },
    isSecure: true,
  });
});

test('keeps where errors are reported to as it came: what reads it is fetched later', () => {
  const project = { dsn: 'https://key@sentry.example/42' };
  expect(signInOptionsIn({ ...OPTIONS, error_reports: project })?.errorReports).toBe(project);
  expect(signInOptionsIn(OPTIONS)?.errorReports).toBeUndefined();
});

test.each([null, [], 'x', {}, { guests: 'yes' }])('learns nothing from %j', (body) => {
  expect(signInOptionsIn(body)).toBeNull();
});

test('accounts that are not fully named are none', () => {
  expect(
    signInOptionsIn({ ...OPTIONS, supabase: { url: 'https://p.example' } })?.accounts,
  ).toBeNull();
});

test('a relay that does not know the path, or cannot be reached, tells nothing', async () => {
  const older = () => Promise.resolve(new Response('{}', { status: 404 }));
  const away = () => Promise.reject(new TypeError('Failed to fetch'));
  expect(await fetchSignInOptions(older, 'https://relay.example')).toBeNull();
  expect(await fetchSignInOptions(away, 'https://relay.example')).toBeNull();
});

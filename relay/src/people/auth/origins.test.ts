import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isOriginAllowed } from './origins.ts';

const allowed = ['https://friend.example'];

const own = ['https://relay.example'];

it.each([
  ['no page at all', undefined, true],
  ['its own page', 'https://relay.example', true],
  ['a page that was named', 'https://friend.example', true],
  ['its own host over another scheme', 'http://relay.example', false],
  ['another port of the same machine', 'https://relay.example:3000', false],
  ['a page that was not named', 'https://evil.example', false],
  ['a name that only begins like it', 'https://relay.example.evil', false],
  ['a name that only ends like it', 'https://evilrelay.example', false],
  ['a user name that looks like it', 'https://relay.example@evil.example', false],
  ['a friend without its scheme', 'friend.example', false],
  ['a friend over another scheme', 'http://friend.example', false],
  ['a page without an origin', 'null', false],
  ['an empty origin', '', false],
])('%s: %s', (_, origin, expected) => {
  expect(isOriginAllowed(origin, own, allowed)).toBe(expected);
});

it('a request without a host has no page of its own', () => {
  expect(isOriginAllowed('https://relay.example', [], allowed)).toBe(false);
});

/** `fc.webUrl` takes two seconds to be made. */
const page = fc
  .record({
    scheme: fc.constantFrom('https', 'http', 'file', 'HTTPS'),
    labels: fc.array(fc.stringMatching(/^[a-zA-Z0-9-]{1,12}$/), { minLength: 1, maxLength: 4 }),
    rest: fc.oneof(
      fc.constant(''),
      fc.nat(99_999).map((port) => `:${port}`),
      fc.string().map((path) => `/${path}`),
    ),
  })
  .map(({ scheme, labels, rest }) => `${scheme}://${labels.join('.')}${rest}`);

it('never throws, and lets no other origin in', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), page), (origin) => {
      fc.pre(origin !== 'https://friend.example' && !origin.includes('relay.example'));
      expect(isOriginAllowed(origin, own, allowed)).toBe(false);
    }),
  );
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isOriginAllowed } from './origins.ts';

const allowed = ['https://friend.example'];

it.each([
  ['no page at all', undefined, 'relay.example', true],
  ['its own page', 'https://relay.example', 'relay.example', true],
  ['its own page on a port', 'http://localhost:8787', 'localhost:8787', true],
  ['a page that was named', 'https://friend.example', 'relay.example', true],
  ['another port of the same machine', 'http://localhost:3000', 'localhost:8787', false],
  ['a page that was not named', 'https://evil.example', 'relay.example', false],
  ['a name that only begins like it', 'https://relay.example.evil', 'relay.example', false],
  ['a name that only ends like it', 'https://evilrelay.example', 'relay.example', false],
  ['a user name that looks like it', 'https://relay.example@evil.example', 'relay.example', false],
  ['a friend without its scheme', 'friend.example', 'relay.example', false],
  ['a friend over another scheme', 'http://friend.example', 'relay.example', false],
  ['a page without an origin', 'null', 'relay.example', false],
  ['an empty origin', '', 'relay.example', false],
  ['a request without a host', 'https://relay.example', undefined, false],
])('%s: %s at %s', (_, origin, host, expected) => {
  expect(isOriginAllowed(origin, host, allowed)).toBe(expected);
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
      expect(isOriginAllowed(origin, 'relay.example', allowed)).toBe(false);
    }),
  );
});

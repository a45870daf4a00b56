import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CLOSE_REASONS, closeReasonOf } from './close-codes.ts';

const reasons = Object.values(CLOSE_REASONS);

it('gives every reason a code and a name of its own', () => {
  expect(new Set(reasons.map(({ code }) => code)).size).toBe(reasons.length);
  expect(new Set(reasons.map(({ reason }) => reason)).size).toBe(reasons.length);
});

it.each(reasons)('sends nothing a socket would refuse: $code $reason', ({ code, reason }) => {
  // RFC 6455 §7.4: what an endpoint may send, and §5.5: control frames hold 125 bytes.
  expect([1000, 1009, 1011, 1012].includes(code) || (code >= 4000 && code <= 4999)).toBe(true);
  expect(reason).toMatch(/^[a-z_]{1,123}$/);
});

it('knows each of its codes, and takes any other for a lost connection worth resuming', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 4999 }), (code) => {
      const name = [1002, 1003, 1007].includes(code) ? 'not_accepted' : 'connection_lost';
      const lost = { code, reason: name, retry: 'resume' };
      const expected = reasons.find((reason) => reason.code === code) ?? lost;
      expect(closeReasonOf(code)).toMatchObject(expected);
    }),
    { numRuns: 4_000 },
  );
  for (const reason of reasons) expect(closeReasonOf(reason.code)).toBe(reason);
});

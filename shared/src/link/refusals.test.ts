import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closeReasonOf } from '../protocol/close-codes.ts';
import { Refusals } from './refusals.ts';

const connection = fc.record({
  /** How much more has arrived at the relay by then. */
  arrived: fc.nat(3),
  code: fc.constantFrom(1002, 1003, 1007, 1006, 1011, 4430),
});

test('a refused message is sent again once, and the call goes on while later messages are confirmed', () => {
  fc.assert(
    fc.property(fc.array(connection), (connections) => {
      const refusals = new Refusals();
      let confirmed = 0;
      let refusedAt = -1;
      for (const { arrived, code } of connections) {
        confirmed += arrived;
        refusals.confirmed(confirmed);
        const isRefusal = code < 1010 && code !== 1006;
        const { retry } = refusals.judge(closeReasonOf(code));
        expect(retry).toBe(isRefusal && refusedAt === confirmed ? 'never' : 'resume');
        if (isRefusal) refusedAt = confirmed;
      }
    }),
  );
});

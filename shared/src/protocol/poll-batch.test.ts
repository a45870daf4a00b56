import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PollReceiver, PollSender, readAfter, type PollMessage } from './poll-batch.ts';

const message: fc.Arbitrary<PollMessage> = fc.oneof(
  fc.string(),
  fc.uint8Array({ maxLength: 40_000 }).map((bytes) => new Uint8Array(bytes)),
);
/** What becomes of a request that carries a batch, and of its answer. */
const fate = fc.constantFrom('lost', 'answer lost', 'repeated', 'arrives');
const step = fc.oneof(fc.array(message, { maxLength: 4 }), fate);

/** Each way is tried with what may happen to it, and then given time to deliver the rest. */
function delivered(steps: readonly (PollMessage[] | string)[], carry: Carry) {
  const [sender, receiver] = [new PollSender(), new PollReceiver()];
  const sent: PollMessage[] = [];
  const received: PollMessage[] = [];
  for (const what of [...steps, ...Array.from({ length: 120 }, () => 'arrives')]) {
    if (typeof what === 'string') {
      for (const batch of carry(what, sender, receiver)) received.push(...receiver.take(batch)!);
    } else {
      for (const one of what) sender.push(one);
      sent.push(...what);
    }
  }
  return { sent, received };
}

/** @returns the batches that reach the receiver */
type Carry = (fate: string, sender: PollSender, receiver: PollReceiver) => readonly Uint8Array[];

/** The sender's request carries a batch; the answer confirms it. */
const up: Carry = (what, sender) => {
  const { bytes, end } = sender.batch();
  if (what === 'arrives' || what === 'repeated') sender.confirm(end);
  return what === 'lost' ? [] : what === 'repeated' ? [bytes, bytes] : [bytes];
};

/** The receiver's request confirms what it has; the answer carries a batch. */
const down: Carry = (what, sender, receiver) => {
  if (what === 'lost') return [];
  const has = readAfter(receiver.confirmation)!;
  // A proxy asks twice, and gives its client one of the answers.
  for (let n = what === 'repeated' ? 2 : 1; n > 0; n -= 1) sender.confirm(has);
  return what === 'answer lost' ? [] : [sender.batch().bytes];
};

test.each([
  ['up', up],
  ['down', down],
])('every message arrives once and in order, whatever is lost or repeated: %s', (_, carry) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { sent, received } = delivered(steps, carry);
      expect(received).toEqual(sent);
    }),
    { numRuns: 50 },
  );
});

test('a close keeps its code, and samples begin at an even address', () => {
  const [sender, receiver] = [new PollSender(), new PollReceiver()];
  for (const one of ['a', Uint8Array.of(1, 2), { closeCode: 4_401 }] as const) sender.push(one);
  const messages = receiver.take(sender.batch().bytes)!;
  expect(messages).toEqual(['a', Uint8Array.of(1, 2), { closeCode: 4_401 }]);
  expect((messages[1] as Uint8Array).byteOffset).toBe(0);
});

test('a batch is bounded, but for a message that is longer alone', () => {
  const sender = new PollSender();
  for (let n = 0; n < 10; n += 1) sender.push(new Uint8Array(30_000));
  expect(sender.batch()).toMatchObject({ end: 2, bytes: { length: 60_014 } });
  const other = new PollSender();
  for (let n = 0; n < 2; n += 1) other.push(new Uint8Array(90_000));
  expect(other.batch().end).toBe(1);
});

test('no bytes make a receiver throw, and a gap is not taken', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const isTaken = new PollReceiver().take(bytes) !== undefined;
      expect(isTaken && readAfter(bytes) !== 0).toBe(false);
    }),
  );
  const sender = new PollSender();
  sender.push('a');
  sender.confirm(1);
  sender.push('b');
  expect(new PollReceiver().take(sender.batch().bytes)).toBeUndefined();
  expect(sender.confirm(3)).toBe(false);
});

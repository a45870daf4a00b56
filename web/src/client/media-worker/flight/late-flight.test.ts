import { expect, test } from 'vitest';
import type { CallFlight } from './call-flight.ts';
import { LateFlight } from './late-flight.ts';

function lateFlight() {
  const heard: string[] = [];
  const loads: PromiseWithResolvers<CallFlight>[] = [];
  const clock = { nowMs: 0 };
  const late = new LateFlight(
    () => clock.nowMs,
    () => {
      loads.push(Promise.withResolvers<CallFlight>());
      return loads.at(-1)!.promise;
    },
  );
  const tell = (what: string) => {
    clock.nowMs += 1;
    late.tell((_, atMs) => heard.push(`${what} at ${atMs}`));
  };
  return { heard, loads, late, tell };
}

test('what is told while the recorder is loaded is learnt in order, with its times', async () => {
  const { heard, loads, late, tell } = lateFlight();
  tell('too early');
  late.load();
  late.load();
  tell('a');
  tell('b');
  expect(heard).toEqual([]);
  loads[0]!.resolve({} as CallFlight);
  await loads[0]!.promise;
  tell('c');
  expect({ heard, loads: loads.length }).toEqual({
    heard: ['a at 2', 'b at 3', 'c at 4'],
    loads: 1,
  });
});

test('no more waits than a call that is being opened needs', async () => {
  const { heard, loads, late, tell } = lateFlight();
  late.load();
  for (let n = 0; n < 3_000; n += 1) tell('a');
  loads[0]!.resolve({} as CallFlight);
  await loads[0]!.promise;
  expect(heard).toHaveLength(2_000);
});

test('what was waiting for a recorder that cannot be loaded is let go of, and the next call tries again', async () => {
  const { heard, loads, late, tell } = lateFlight();
  late.load();
  tell('a');
  loads[0]!.reject(new Error('no network'));
  await expect.poll(() => (late.load(), loads.length)).toBe(2);
  tell('b');
  loads[1]!.resolve({} as CallFlight);
  await loads[1]!.promise;
  expect(heard).toEqual(['b at 2']);
});

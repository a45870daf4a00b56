import { STAGES, type Stage } from '@parley/shared';
import { describe, expect, test } from 'vitest';
import type { Behaviour } from '../../simulators/kit/simulator.ts';
import { toneFor } from '../../simulators/kit/simulator.ts';
import { MovableClock } from '../support/movable-clock.ts';
import { TestCall } from '../support/test-call.ts';
import { until } from '../conformance/outcome.ts';
import { ANSWER, FaultyRelay, QUESTION, SHORT_POLICY } from './faulty-relay.ts';
import { askAgain } from './spoken-turn.ts';

/** What a failover may add to the time in which the failure is noticed, twice over. */
const FAILOVER_MS = 2 * 150;
/** On a busy machine one of so many is as quick as all of them are on a quiet one. */
const TRIES = 8;
/** Well below what a breaker needs to cool down, which lets a provider be asked again as well. */
const CHECK_MS = 10_000;
/** Three failures are enough, but those at which this process was late itself do not count. */
const MOST_FAILURES = 40;

/** A voice that is soon done, so that turns follow one another quickly. */
const QUICK: Behaviour = { speak: (_, rateHz) => toneFor('short', rateHz) };

/** A vendor that reports when it is asked for the work of a stage. */
function told(stage: Stage, onAsked: () => void): Behaviour {
  const asked = <T>(answer: T): T => {
    onAsked();
    return answer;
  };
  switch (stage) {
    case 'transcriber':
      return { ...QUICK, hear: () => asked(QUESTION) };
    case 'generator':
      return { ...QUICK, answer: () => asked(ANSWER) };
    case 'synthesizer':
      return { speak: (_, rateHz) => asked(toneFor('short', rateHz)) };
  }
}

describe.each(STAGES)('a %s that breaks off', (stage) => {
  test('costs little more than its being noticed', async ({ annotate }) => {
    let asked: { failedMs?: number; nextMs?: number } = {};
    await using relay = await FaultyRelay.start({
      hasSecond: true,
      policy: { ...SHORT_POLICY, prepareSecondMs: 0 },
      primary: told(stage, () => (asked.failedMs ??= performance.now())),
      second: told(stage, () => (asked.nextMs ??= performance.now())),
    });
    await using call = await TestCall.start(relay.relay.url);
    // The first turn is slow with every provider: none of its code has run before.
    await askAgain(call, 1);
    const costsMs: number[] = [];
    for (let utterance = 2; utterance < 2 + TRIES; utterance++) {
      asked = {};
      relay.vendor(stage).fail({ kind: 'abrupt-close' }, 'first-use', 1);
      expect((await askAgain(call, utterance)).texts).toEqual([ANSWER]);
      costsMs.push(asked.nextMs! - asked.failedMs!);
      if (costsMs.at(-1)! < FAILOVER_MS) break;
    }
    const shown = costsMs.map((ms) => ms.toFixed(1)).join(' and ');
    await annotate(`${stage}: ${shown} ms from the fault to the next one's request`);
    expect(Math.min(...costsMs)).toBeLessThan(FAILOVER_MS);
  });
});

/** Asks until the primary provider counts as failed. @returns the next utterance's number */
async function exhaust(call: TestCall, relay: FaultyRelay, stage: Stage): Promise<number> {
  let utterance = 1;
  while (relay.breaker(stage) !== 'open' && utterance <= MOST_FAILURES) {
    await askAgain(call, utterance++);
  }
  expect(relay.breaker(stage)).toBe('open');
  return utterance;
}

describe.each(STAGES)('a %s that has failed', (stage) => {
  test('is asked for nothing more', async () => {
    let asked = 0;
    await using relay = await FaultyRelay.start({
      hasSecond: true,
      primary: told(stage, () => (asked += 1)),
      second: QUICK,
    });
    const vendor = relay.vendor(stage);
    vendor.fail({ kind: 'abrupt-close' }, 'first-use');
    await using call = await TestCall.start(relay.relay.url);
    const next = await exhaust(call, relay, stage);
    // From here on it would answer if it were asked.
    vendor.recover();
    asked = 0;
    expect((await askAgain(call, next)).texts).toEqual([ANSWER]);
    expect((await askAgain(call, next + 1)).texts).toEqual([ANSWER]);
    expect(asked).toBe(0);
  });

  test('is back after one check', async () => {
    const clock = new MovableClock();
    const health = { intervalMs: CHECK_MS, deadlineMs: 3_000, jitter: 0 };
    await using relay = await FaultyRelay.start({
      hasSecond: true,
      policy: { ...SHORT_POLICY, health },
      clock,
      primary: QUICK,
      second: QUICK,
    });
    const vendor = relay.vendor(stage);
    vendor.fail({ kind: 'abrupt-close' }, 'first-use');
    vendor.fail({ kind: 'refuse' }, 'first-use');
    await using call = await TestCall.start(relay.relay.url);
    const next = await exhaust(call, relay, stage);
    expect(call.inbound.ofType('session.degraded')).toMatchObject([{ stage }]);

    vendor.recover();
    const recoveredMs = clock.now();
    // Half open; or closed, if the failures took so long that a check has seen them, too.
    await clock.skip(until(() => relay.breaker(stage) !== 'open'));
    expect(relay.breaker(stage)).not.toBe('open');
    expect(clock.now() - recoveredMs).toBeLessThan(1.5 * CHECK_MS);
    expect((await askAgain(call, next)).texts).toEqual([ANSWER]);
    expect(relay.breaker(stage)).toBe('closed');
    expect(call.inbound.ofType('session.restored')).toMatchObject([{ stage }]);
  });
});

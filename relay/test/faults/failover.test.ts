import { describe, expect, test } from 'vitest';
import { STAGES, type Stage } from '../../src/stages/provider.ts';
import type { Behaviour } from '../../simulators/kit/simulator.ts';
import { toneFor } from '../../simulators/kit/simulator.ts';
import { TestCall } from '../support/test-call.ts';
import { settlesWithin, until } from '../conformance/outcome.ts';
import { ANSWER, FaultyRelay, QUESTION, SHORT_POLICY } from './faulty-relay.ts';
import { askAgain } from './spoken-turn.ts';

/** What a failover may add to the time in which the failure is noticed, twice over. */
const FAILOVER_MS = 2 * 150;
/** So often that a test can wait for it. */
const CHECK_MS = 200;
/** In which it must have been noticed that a provider is back: many checks, on a busy machine. */
const NOTICED_MS = 15 * CHECK_MS;
/** Three failures are enough, but those at which this process was late itself do not count. */
const MOST_FAILURES = 40;

/** A voice that is soon done, so that turns follow one another quickly. */
const QUICK: Behaviour = { speak: (_, rateHz) => toneFor('short', rateHz) };

/** A vendor that tells when it is asked for the work of a stage. */
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
      return { speak: (text, rateHz) => asked(toneFor(text, rateHz)) };
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
    for (const utterance of [2, 3]) {
      asked = {};
      relay.vendor(stage).fail({ kind: 'abrupt-close' }, 'first-use', 1);
      expect((await askAgain(call, utterance)).texts).toEqual([ANSWER]);
      costsMs.push(asked.nextMs! - asked.failedMs!);
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
    await using relay = await FaultyRelay.start({
      hasSecond: true,
      primary: QUICK,
      second: QUICK,
    });
    const vendor = relay.vendor(stage);
    vendor.fail({ kind: 'abrupt-close' }, 'first-use');
    await using call = await TestCall.start(relay.relay.url);
    const next = await exhaust(call, relay, stage);
    // A spare connection may still be on its way: it is there before a whole turn is over.
    expect((await askAgain(call, next)).texts).toEqual([ANSWER]);
    const { requests } = vendor;
    expect((await askAgain(call, next + 1)).texts).toEqual([ANSWER]);
    expect(vendor.requests).toBe(requests);
  });

  test('is back after one check', async ({ annotate }) => {
    const health = { intervalMs: CHECK_MS, deadlineMs: CHECK_MS, jitter: 0 };
    await using relay = await FaultyRelay.start({
      hasSecond: true,
      policy: { ...SHORT_POLICY, health },
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
    const recoveredMs = performance.now();
    const noticed = until(() => relay.breaker(stage) === 'half-open');
    expect(await settlesWithin(noticed, NOTICED_MS)).toBe(true);
    const tookMs = Math.round(performance.now() - recoveredMs);
    await annotate(`${stage}: noticed after ${tookMs} ms, checked every ${CHECK_MS} ms`);
    expect((await askAgain(call, next)).texts).toEqual([ANSWER]);
    expect(relay.breaker(stage)).toBe('closed');
    expect(call.inbound.ofType('session.restored')).toMatchObject([{ stage }]);
  });
});

import { STAGES, type Stage } from '@parley/shared';
import { describe, expect, test } from 'vitest';
import { compatibleVendor } from '../../src/providers/vendors/openai/openai-vendor.ts';
import { toneFor, type Behaviour } from '../../simulators/kit/simulator.ts';
import { subjectOf } from '../conformance/subject.ts';
import { TestCall } from '../support/test-call.ts';
import { ANSWER, FaultyRelay } from './faulty-relay.ts';
import type { Lineup } from './lineup.ts';
import { askAgain, askAloud } from './spoken-turn.ts';

/** A voice that is soon done, so that turns follow one another quickly. */
const QUICK: Behaviour = { speak: (_, rateHz) => toneFor('short', rateHz) };

/** Vendors that are asked by plain requests, so that each of these can be refused as such. */
const PLAIN: Lineup = {
  transcriber: subjectOf(compatibleVendor, 'transcriber', 'compatible'),
  generator: subjectOf(compatibleVendor, 'generator', 'compatible'),
  synthesizer: subjectOf(compatibleVendor, 'synthesizer', 'compatible'),
};

const start = () =>
  FaultyRelay.start({ hasSecond: true, lineup: PLAIN, primary: QUICK, second: QUICK });

const statusOf = (relay: FaultyRelay, stage: Stage) =>
  relay.providers.services().find((each) => each.stage === stage)!;

describe.each(STAGES)('a %s', (stage) => {
  test.each([400, 413, 422])(
    'that refuses one caller’s requests with %i is spared, and the next one is asked',
    async (status) => {
      await using relay = await start();
      await using unlucky = await TestCall.start(relay.relay.url);
      relay.vendor(stage).fail({ kind: 'status', status }, 'first-use');
      for (const utterance of [1, 2, 3, 4]) {
        expect((await askAgain(unlucky, utterance)).texts).toEqual([ANSWER]);
      }
      relay.vendor(stage).recover();
      expect(relay.breaker(stage)).toBe('closed');
      expect(statusOf(relay, stage)).toMatchObject({ health: 'healthy', failures: 0 });
      const { requests } = statusOf(relay, stage);
      expect((await askAloud(relay.relay.url)).texts).toEqual([ANSWER]);
      expect(statusOf(relay, stage).requests).toBeGreaterThan(requests);
    },
  );

  test.each([401, 404])('that refuses with %i counts as failed', async (status) => {
    await using relay = await start();
    await using call = await TestCall.start(relay.relay.url);
    relay.vendor(stage).fail({ kind: 'status', status }, 'first-use');
    for (const utterance of [1, 2, 3]) await askAgain(call, utterance);
    expect(relay.breaker(stage)).toBe('open');
  });

  test('that refuses one caller after the other counts as failed', async () => {
    await using relay = await start();
    relay.vendor(stage).fail({ kind: 'status', status: 400 }, 'first-use');
    for (let caller = 1; caller <= 5; caller++) await askAloud(relay.relay.url);
    expect(relay.breaker(stage)).toBe('open');
  });
});

import { STAGES, type Stage } from '@parley/shared';
import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, type ResiliencePolicy } from '../../src/call/stages/health/policy.ts';
import type { Fault, FaultMoment } from '../../simulators/kit/fault.ts';
import { MovableClock } from '../support/movable-clock.ts';
import { FAULT_MOMENTS } from './every-fault.ts';
import { ANSWER, FaultyRelay, QUESTION } from './faulty-relay.ts';
import { askAloud, type Got } from './spoken-turn.ts';

/** The policy of the product, but no check comes amid a test. */
const POLICY: ResiliencePolicy = {
  ...DEFAULT_POLICY,
  health: { ...DEFAULT_POLICY.health, intervalMs: 86_400_000 },
};
/** Longest that a stage may take, over all its providers. */
const LONGEST_MS: Readonly<Record<Stage, number>> = {
  transcriber: POLICY.deadlines.transcriberMs,
  generator: POLICY.deadlines.generatorMs,
  synthesizer: POLICY.deadlines.synthesizerMs,
};
/** What the stages that work, and a machine that is busy, may take beyond the one that fails. */
const REST_MS = 10_000;

interface Row {
  readonly fault: Fault;
  readonly moment: FaultMoment;
  readonly what: string;
}

/** The adapters' conformance tests each kind of fault; here one represents its class. */
const WITH_ANOTHER: readonly Fault[] = [
  { kind: 'refuse' },
  { kind: 'status', status: 401 },
  { kind: 'slow', delayMs: 300_000 },
  { kind: 'abrupt-close' },
  { kind: 'half-open' },
];
const ALONE: readonly Fault[] = [{ kind: 'status', status: 503 }, { kind: 'stall' }];

const rowsOf = (faults: readonly Fault[]): readonly Row[] =>
  FAULT_MOMENTS.flatMap((moment) =>
    faults.map((fault) => ({
      fault,
      moment,
      what: `${fault.kind}${fault.kind === 'status' ? ` ${fault.status}` : ''} at ${moment}`,
    })),
  );

async function ask(stage: Stage, { fault, moment }: Row, hasSecond: boolean) {
  const clock = new MovableClock();
  await using relay = await FaultyRelay.start({ hasSecond, policy: POLICY, clock });
  relay.vendor(stage).fail(fault, moment);
  const startMs = clock.now();
  const got = await clock.skip(askAloud(relay.relay.url));
  const isInTime = clock.now() - startMs < LONGEST_MS[stage] + REST_MS;
  const { key, failures } = relay.vendor(stage);
  return { got, isInTime, logs: relay.logs, key, failures };
}

/** Secrets and words found in what was logged or sent. */
function leaks({ got, logs, key }: { got: Got; logs: string; key: string }): string[] {
  const infoAndAbove = logs.split('\n').filter((line) => !/"level":(10|20)\b/.test(line));
  return [
    ...(got.raw.includes(key) || logs.includes(key) ? ['the key'] : []),
    ...(infoAndAbove.some((line) => line.includes(QUESTION) || line.includes(ANSWER.slice(0, 20)))
      ? ['what was said']
      : []),
  ];
}

/** What was wrong with the answer that the person got. */
function objections(result: Awaited<ReturnType<typeof ask>>, isWhole: boolean): string[] {
  const {
    got: { texts },
    isInTime,
    failures,
  } = result;
  const words = texts.join(' ');
  const checks = {
    [`said ${JSON.stringify(texts)}`]: isWhole
      ? words.replace(/^Just a moment\. /, '') === ANSWER
      : words.length > 10,
    'nothing failed': failures > 0,
    'too late': isInTime,
  };
  return [
    ...Object.entries(checks).flatMap(([what, isRight]) => (isRight ? [] : [what])),
    ...leaks(result),
  ];
}

describe.each(STAGES)('a %s that fails', (stage) => {
  describe('and another stands in', () => {
    test.each(rowsOf(WITH_ANOTHER))('$what', async (row) => {
      const result = await ask(stage, row, true);
      // Words that were said cannot be taken back, so no generator continues a begun answer.
      const isWhole = stage !== 'generator' || row.moment === 'first-use';
      expect(objections(result, isWhole)).toEqual([]);
      expect(result.got.samples).toBeGreaterThan(0);
    });
  });

  describe('and is alone', () => {
    test.each(rowsOf(ALONE))('$what', async (row) => {
      const result = await ask(stage, row, false);
      // Without a voice the answer is written: no word is lost.
      expect(objections(result, stage === 'synthesizer')).toEqual([]);
      expect(result.got.samples > 0 || stage === 'synthesizer').toBe(true);
    });
  });
});

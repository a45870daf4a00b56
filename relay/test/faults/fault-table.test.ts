import { beforeAll, describe, expect, test } from 'vitest';
import { STAGES, type Stage } from '../../src/stages/provider.ts';
import type { Fault, FaultMoment } from '../../simulators/kit/fault.ts';
import { everyFault, FAULT_MOMENTS } from './every-fault.ts';
import { ANSWER, FaultyRelay, QUESTION, STAGE_MS } from './faulty-relay.ts';
import { askAloud, type Got } from './spoken-turn.ts';

/** What the stages that work, and a machine that is busy, may take beyond the one that fails. */
const REST_MS = 3_000;

interface Row {
  readonly fault: Fault;
  readonly moment: FaultMoment;
  readonly what: string;
}

const ROWS: readonly Row[] = FAULT_MOMENTS.flatMap((moment) =>
  everyFault(30_000).map((fault) => ({
    fault,
    moment,
    what: `${fault.kind}${fault.kind === 'status' ? ` ${fault.status}` : ''} at ${moment}`,
  })),
);

async function ask(stage: Stage, { fault, moment }: Row, hasSecond: boolean) {
  await using relay = await FaultyRelay.start({ hasSecond });
  relay.vendor(stage).fail(fault, moment);
  const got = await askAloud(relay.relay.url);
  const { key, failures } = relay.vendor(stage);
  return { got, logs: relay.logs, key, failures };
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
    got: { texts, tookMs },
    failures,
  } = result;
  const words = texts.join(' ');
  const checks = {
    [`said ${JSON.stringify(texts)}`]: isWhole ? words === ANSWER : words.length > 10,
    'nothing failed': failures > 0,
    [`took ${Math.round(tookMs)} ms`]: tookMs < STAGE_MS + REST_MS,
  };
  return [
    ...Object.entries(checks).flatMap(([what, isRight]) => (isRight ? [] : [what])),
    ...leaks(result),
  ];
}

// The first turn of a process compiles its code, which takes longer than some of the deadlines.
beforeAll(async () => {
  await using relay = await FaultyRelay.start({ hasSecond: true });
  await askAloud(relay.relay.url);
});

describe.each(STAGES)('a %s that fails', (stage) => {
  describe.concurrent('and another stands in', () => {
    test.each(ROWS)('$what', async (row) => {
      const result = await ask(stage, row, true);
      // Words that were said cannot be taken back, so no generator continues a begun answer.
      const isWhole = stage !== 'generator' || row.moment === 'first-use';
      expect(objections(result, isWhole)).toEqual([]);
      expect(result.got.samples).toBeGreaterThan(0);
    });
  });

  describe.concurrent('and is alone', () => {
    test.each(ROWS)('$what', async (row) => {
      const result = await ask(stage, row, false);
      // Without a voice the answer is written: no word is lost.
      expect(objections(result, stage === 'synthesizer')).toEqual([]);
      expect(result.got.samples > 0 || stage === 'synthesizer').toBe(true);
    });
  });
});

import { inspect } from 'node:util';
import type { ErrorCode } from '@parley/shared';
import { beforeAll, describe, expect, test } from 'vitest';
import { until } from '../conformance/outcome.ts';
import { askAgain, type Got } from '../faults/spoken-turn.ts';
import { TestCall } from '../support/test-call.ts';
import { ADDRESSING_VICES, SECRET_HEADER } from './addressing-vices.ts';
import { MODEL_VICES } from './model-vices.ts';
import { STREAM_VICES } from './stream-vices.ts';
import type { ViceRow } from './vice-row.ts';
import { OTHER, STAGE_MS, startViciousServer, VICTIM } from './vicious-server.ts';

/** What the stages that work, and a machine that is busy, may take beyond the one that fails. */
const REST_MS = 3_000;
/** The call that is prepared asks once for each stage, and so do the first checks. */
const CHECKED_ONCE = 6;

const NEVER_LOGGED = [VICTIM.question, 'The victim hears', OTHER.question, SECRET_HEADER];

const ROWS: readonly ViceRow[] = [...ADDRESSING_VICES, ...MODEL_VICES, ...STREAM_VICES];

// The first turn of a process compiles its code, which takes longer than some of the deadlines.
beforeAll(async () => {
  await using good = await startViciousServer(() => ({}));
  await using call = await TestCall.start(good.relay.url);
  await askAgain(call, 1, OTHER.sample);
});

describe.concurrent('a server that', () => {
  test.each(ROWS)('$what', async (row) => {
    let checks = 0;
    await using vicious = await startViciousServer(
      row.settings ?? (() => ({})),
      (request, response) => {
        if (request.method === 'GET') checks += 1;
        return row.vice?.(request, response) ?? false;
      },
    );
    await using victim = await TestCall.start(vicious.relay.url);
    await using other = await TestCall.start(vicious.relay.url);
    const asking = askAgain(victim, 1, VICTIM.sample);
    const answered = answersUntil(other, asking);
    const got = await asking;
    const theirs = await answered;
    if (row.isProbed === true) await until(() => checks >= CHECKED_ONCE);

    const services = vicious.providers.services();
    const [done] = victim.inbound.ofType('response.done');
    const { logs } = vicious;
    expect({ victim: objections(row, got, done?.error?.code, logs.join('')), services }).toEqual({
      victim: [],
      services: services.map((service) => ({ ...service, breaker: 'closed' })),
    });
    for (const { texts, statuses, samples } of theirs) {
      expect({ texts, statuses }).toEqual({ texts: [OTHER.answer], statuses: ['completed'] });
      expect(samples).toBeGreaterThan(0);
    }
    expect(other.inbound.ofType('session.degraded')).toEqual([]);
    const failed = services.filter(({ failures }) => failures > 0);
    expect(failed.length === 0 || row.end !== 'answer', inspect(failed)).toBe(true);
  });
});

/** What was wrong with what the victim got. */
function objections(row: ViceRow, got: Got, code: ErrorCode | undefined, logs: string): string[] {
  const { end, withinMs } = row;
  const words = got.texts.join(' ');
  const checks = {
    [`took ${Math.round(got.tookMs)} ms`]: got.tookMs < (withinMs ?? STAGE_MS + REST_MS),
    [`said ${JSON.stringify(words)}`]:
      end === 'answer' ? words === VICTIM.answer : end.words.test(words),
    [`ended with ${code}`]: code === (end === 'answer' ? undefined : end.code),
    'said nothing aloud': got.samples > 0 || end !== 'answer',
    [`logged ${logs}`]: row.logs?.test(logs) ?? true,
    'logged what was said, or a secret': !NEVER_LOGGED.some((text) => logs.includes(text)),
  };
  return Object.entries(checks).flatMap(([what, isRight]) => (isRight ? [] : [what]));
}

/** Asks again and again until the victim has an answer or words, and once after that. */
async function answersUntil(call: TestCall, done: Promise<unknown>): Promise<readonly Got[]> {
  let isDone = false;
  const settled = done.finally(() => {
    isDone = true;
  });
  settled.catch(() => {});
  const answers: Got[] = [];
  for (let utterance = 1, isLast = false; !isLast; utterance++) {
    isLast = isDone;
    answers.push(await askAgain(call, utterance, OTHER.sample));
  }
  return answers;
}

import { inspect } from 'node:util';
import type { ErrorCode } from '@parley/shared';
import { describe, expect, test, vi } from 'vitest';
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

describe('a server that', () => {
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
    const beganMs = vicious.clock.now();
    const asking = askAgain(victim, 1, VICTIM.sample);
    const beside = await askAgain(other, 1, OTHER.sample);
    const got = await vicious.clock.skip(asking);
    const tookMs = vicious.clock.now() - beganMs;
    const after = await askAgain(other, 2, OTHER.sample);
    if (row.isProbed === true) {
      await vicious.clock.skip(vi.waitUntil(() => checks >= CHECKED_ONCE, { timeout: 10_000 }));
    }

    const services = vicious.providers.services();
    const [done] = victim.inbound.ofType('response.done');
    const { logs } = vicious;
    const wrong = objections(row, { ...got, tookMs }, done?.error?.code, logs.join(''));
    expect({ victim: wrong, services }).toEqual({
      victim: [],
      services: services.map((service) => ({ ...service, breaker: 'closed' })),
    });
    for (const { texts, statuses, samples } of [beside, after]) {
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

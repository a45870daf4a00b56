import { expect, it } from 'vitest';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { Housekeeping } from './open-storage.ts';

const DAY_MS = 86_400_000;

function start(days: number | undefined, removeOld: () => Promise<boolean> = async () => false) {
  const clock = new FakeClock();
  const done: string[] = [];
  const housekeeping = new Housekeeping({
    days,
    async removeOld() {
      done.push('remove');
      return removeOld();
    },
    async tidy() {
      done.push('tidy');
    },
    clock,
    logger: silentLogger,
  });
  housekeeping.begin();
  const later = (ms: number) => clock.advance(ms);
  return { done, later, housekeeping };
}

it('tidies up every day, also if everything is kept for ever', async () => {
  const { done, later, housekeeping } = start(undefined);
  await later(60_000);
  await later(DAY_MS);
  expect(done).toEqual(['tidy', 'tidy']);
  housekeeping[Symbol.dispose]();
  await later(DAY_MS);
  expect(done).toHaveLength(2);
});

it('deletes what is old batch by batch before it tidies up', async () => {
  const more = [true, true, false];
  const { done, later } = start(7, async () => more.shift() ?? false);
  for (const ms of [60_000, 200, 200]) await later(ms);
  expect(done).toEqual(['remove', 'remove', 'remove', 'tidy']);
});

it('tries again in ten minutes if the database is away', async () => {
  const answers = [new Error('away'), false];
  const { done, later } = start(7, async () => {
    const answer = answers.shift() ?? false;
    if (answer instanceof Error) throw answer;
    return answer;
  });
  await later(60_000);
  await later(600_000);
  expect(done).toEqual(['remove', 'remove', 'tidy']);
});

import { expect, it } from 'vitest';
import { FakeClock } from './clock.fake.ts';
import { Problems } from './problems.ts';

it('lists what is present, the oldest first, with how long it has been so', async () => {
  const clock = new FakeClock();
  const problems = new Problems(clock);
  problems.report('data_not_written');
  await clock.advance(4_000);
  problems.report('log_not_written', 'The log is on a full disk.');
  await clock.advance(1_000);
  expect(problems.list()).toEqual([
    {
      code: 'data_not_written',
      message: 'The data folder cannot be written.',
      since_s: 5,
    },
    { code: 'log_not_written', message: 'The log is on a full disk.', since_s: 1 },
  ]);
});

it('keeps the beginning of a problem that is reported again, with its newest sentence', async () => {
  const clock = new FakeClock();
  const problems = new Problems(clock);
  problems.report('log_not_written', 'Three lines are missing.');
  await clock.advance(2_000);
  problems.report('log_not_written', 'Four lines are missing.');
  expect(problems.list()).toMatchObject([{ message: 'Four lines are missing.', since_s: 2 }]);
});

it('forgets a problem that is over', () => {
  const problems = new Problems(new FakeClock());
  problems.report('few_descriptors');
  problems.clear('few_descriptors');
  problems.clear('event_loop_late');
  expect(problems.list()).toEqual([]);
});

import { expect, test } from 'vitest';
import { runLanes, type Job } from './lanes.ts';

function job(name: string): Job {
  return { name, script: 'none', arguments: [] };
}

test('runs the jobs of a lane in order, beside those of another', async () => {
  const begun: string[] = [];
  let release!: () => void;
  const otherLaneHasBegun = new Promise<void>((resolve) => (release = resolve));
  const steps = await runLanes(
    [
      { isBackground: false, jobs: [job('first'), job('second')] },
      { isBackground: true, jobs: [job('beside')] },
    ],
    async ({ name }, isBackground) => {
      begun.push(`${name}${isBackground ? ' in the background' : ''}`);
      if (name === 'beside') release();
      await otherLaneHasBegun;
      return 0;
    },
  );
  expect(begun).toEqual(['first', 'beside in the background', 'second']);
  expect(steps.map(({ name, status }) => [name, status])).toEqual(
    expect.arrayContaining([
      ['first', 0],
      ['second', 0],
      ['beside', 0],
    ]),
  );
});

test('ends all jobs when one fails, and begins no other', async () => {
  const steps = await runLanes(
    [
      { isBackground: false, jobs: [job('endless'), job('never')] },
      { isBackground: true, jobs: [job('failing')] },
    ],
    ({ name }, _, signal) =>
      name === 'failing'
        ? Promise.resolve(3)
        : new Promise((resolve) => signal.addEventListener('abort', () => resolve(143))),
  );
  expect(steps).toEqual([{ name: 'failing', seconds: expect.any(Number), status: 3 }]);
});

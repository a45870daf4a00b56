import { expect, it } from 'vitest';
import { phasesOf } from './phases.ts';

it('counts what was lost, answered twice and late in each phase', () => {
  const turn = { phase: 'calm', isAnswered: true, answers: 1 };
  const killed = { ...turn, phase: 'killed' };
  expect(
    phasesOf([
      turn,
      { ...killed, waitMs: 100 },
      { ...killed, waitMs: 900, answers: 2 },
      { ...killed, isAnswered: false, answers: 0 },
    ]),
  ).toEqual([
    {
      phase: 'calm',
      turns: 1,
      lost: 0,
      answered_twice: 0,
      moved: 0,
      wait_ms: { p50: 0, max: 0 },
    },
    {
      phase: 'killed',
      turns: 3,
      lost: 1,
      answered_twice: 1,
      moved: 2,
      wait_ms: { p50: 100, max: 900 },
    },
  ]);
});

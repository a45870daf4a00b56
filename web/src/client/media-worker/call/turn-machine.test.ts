import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { STEP_NAMES, TurnMachine } from './turn-machine.rig.ts';

/** `TURN_ORDERS=100000` for more. */
const { process } = globalThis as { process?: { env: Record<string, string> } };
const ORDERS = Number(process?.env['TURN_ORDERS'] ?? 2_000);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** What leads into a barge-in comes often: else few orders come that far. */
const LEADS = ['interject', 'interject', 'suspect', 'confirm', 'end', 'commit'] as const;
const steps = fc.array(
  fc.record({
    does: fc.constantFrom(...STEP_NAMES, ...LEADS),
    n: fc.integer({ min: 0, max: 3_000 }),
  }),
  { minLength: 5, maxLength: 60, size: 'max' },
);

test('in any order of events the voice is held for a reason and every state has an end', () => {
  let heldReplies = 0;
  fc.assert(
    fc.property(steps, (order) => {
      vi.clearAllTimers();
      const machine = new TurnMachine();
      for (const step of order) {
        machine.step(step);
        if (machine.fault !== undefined) throw new Error(machine.fault);
      }
      machine.settle();
      const { rig, replies, isSilent } = machine;
      heldReplies += machine.heldReplies;
      const ended = rig.ended.map((notice) => 'responseId' in notice && notice.responseId);
      expect({
        isSilent,
        isUndecided: rig.turns.isUndecided,
        personSpeaks: rig.playback.personSpeaks,
        phase: rig.phases.at(-1),
        ended: new Set(ended),
        count: ended.length,
      }).toEqual({
        isSilent: false,
        isUndecided: false,
        personSpeaks: false,
        phase: 'listening',
        ended: new Set(replies),
        count: replies.length,
      });
    }),
    { numRuns: ORDERS },
  );
  expect(heldReplies).toBeGreaterThan(ORDERS / 2);
}, 600_000);

import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { Endpointing } from './endpointing.ts';

function setUp() {
  const clock = new FakeClock();
  const state = { delayMs: 800 };
  const ends: { atMs: number; speechEndMs: number }[] = [];
  const predicted: number[] = [];
  const endpointing = new Endpointing({
    clock,
    nowMs: () => clock.now(),
    judge: () => ({ probability: 0.5, delayMs: state.delayMs, reasons: [] }),
    onPredicted: ({ delayMs }) => predicted.push(delayMs),
    onEnd: (speechEndMs) => ends.push({ atMs: clock.now(), speechEndMs }),
  });
  return { clock, state, ends, predicted, endpointing };
}

describe('endpointing', () => {
  it('ends the turn when the silence has lasted for the delay, from the true end on', async () => {
    const { clock, ends, endpointing } = setUp();
    await clock.advance(1_000);
    endpointing.paused(790);
    await clock.advance(589);
    expect(ends).toEqual([]);
    await clock.advance(1);
    expect(ends).toEqual([{ atMs: 1_590, speechEndMs: 790 }]);
    expect(endpointing.isPaused).toBe(false);
  });

  it('waits for less if more is known, and ends at once if that is over', async () => {
    const { clock, state, ends, predicted, endpointing } = setUp();
    await clock.advance(1_000);
    endpointing.paused(900);
    await clock.advance(300);
    state.delayMs = 250;
    endpointing.judgeAgain();
    // Not within the event that made it judge again.
    expect(ends).toEqual([]);
    await clock.advance(0);
    expect(ends).toEqual([{ atMs: 1_300, speechEndMs: 900 }]);
    expect(predicted).toEqual([800, 250]);
  });

  it('tells nothing new as long as it knows nothing new', async () => {
    const { endpointing, predicted } = setUp();
    endpointing.paused(0);
    endpointing.judgeAgain();
    expect(predicted).toEqual([800]);
  });

  it('does not end a turn in which the person goes on, or that is over', async () => {
    const { clock, ends, endpointing } = setUp();
    endpointing.paused(0);
    await clock.advance(799);
    endpointing.stop();
    endpointing.judgeAgain();
    await clock.advance(10_000);
    expect(ends).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['lies in the future', 9_000, 10_800, 10_000],
    ['is older than five seconds', 100, 10_000, 5_000],
  ])(
    'does not take a client at its word if the end of speech %s',
    async (_, told, endsAt, used) => {
      const { clock, ends, endpointing } = setUp();
      await clock.advance(10_000);
      endpointing.paused(told === 9_000 ? 99_000 : told);
      await clock.advance(2_000);
      expect(ends).toEqual([{ atMs: endsAt, speechEndMs: used }]);
    },
  );
});

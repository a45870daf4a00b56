import fc from 'fast-check';
import { expect, it } from 'vitest';
import { attachedAs, judge, lostSince, type SessionState } from './session-state.ts';

const limits = {
  session_duration_ms: 3_600_000,
  idle_ms: 300_000,
  utterance_ms: 60_000,
  resume_window_ms: 120_000,
  heartbeat_ms: 15_000,
};
const attached = (heardAtMs: number): SessionState => ({
  kind: 'attached',
  heardAtMs,
});
/** A connection of before was lost at 0. */
const resuming = (sinceMs: number): SessionState => ({ kind: 'resuming', sinceMs, lostAtMs: 0 });

/** The state at `nowMs` of a session that began at 0. */
function verdict(state: SessionState, nowMs: number, activeAtMs: number) {
  const result = judge(state, limits, { nowMs, startedAtMs: 0, activeAtMs });
  return result.kind === 'close' ? result.reason : result.kind;
}

it.each<[string, SessionState, number, number, string]>([
  ['a lively session goes on', attached(50_000), 60_000, 55_000, 'ok'],
  ['two missed heartbeats are not yet', attached(0), 29_999, 0, 'ok'],
  ['a connection without life is cut', attached(0), 30_000, 0, 'dead-connection'],
  ['silence is not yet too long', attached(300_000), 299_999, 0, 'ok'],
  ['silence ends the session', attached(300_000), 300_000, 0, 'idle'],
  ['every call has its end', attached(3_600_000), 3_600_000, 3_600_000, 'durationLimit'],
  ['a lost client may come back', { kind: 'detached', sinceMs: 0 }, 119_999, 0, 'ok'],
  ['but not for ever', { kind: 'detached', sinceMs: 0 }, 120_000, 0, 'sessionGone'],
  ['a connection has a while to resume', resuming(50_000), 59_999, 55_000, 'ok'],
  ['but not for ever, however lively', resuming(50_000), 60_000, 60_000, 'dead-connection'],
  ['what is closed stays so', { kind: 'closed' }, 1e9, 0, 'ok'],
])('%s', (_, state, nowMs, activeAtMs, expected) => {
  expect(verdict(state, nowMs, activeAtMs)).toBe(expected);
});

it('never changes its mind back while nothing happens', () => {
  const state = fc.oneof(
    fc.nat({ max: 1_000_000 }).map(attached),
    fc.nat({ max: 1_000_000 }).map(resuming),
    fc.nat({ max: 1_000_000 }).map((sinceMs): SessionState => ({ kind: 'detached', sinceMs })),
  );
  fc.assert(
    fc.property(
      state,
      fc.nat({ max: 5_000_000 }),
      fc.nat({ max: 5_000_000 }),
      fc.nat({ max: 1_000_000 }),
      (at, nowMs, laterMs, activeAtMs) => {
        fc.pre(verdict(at, nowMs, activeAtMs) !== 'ok');
        expect(verdict(at, nowMs + laterMs, activeAtMs)).not.toBe('ok');
      },
    ),
  );
});

it('no number of connections that resume nothing makes a lost session last longer', () => {
  const waits = fc.array(fc.integer({ min: 1, max: 9_999 }), { minLength: 30, maxLength: 60 });
  fc.assert(
    fc.property(waits, (gapsMs) => {
      let state: SessionState = { kind: 'detached', sinceMs: 0 };
      let nowMs = 0;
      for (const gapMs of gapsMs) {
        state =
          state.kind === 'detached'
            ? attachedAs('resuming', state, nowMs)
            : { kind: 'detached', sinceMs: lostSince(state, nowMs) };
        nowMs += gapMs;
      }
      const over = verdict({ kind: 'detached', sinceMs: lostSince(state, nowMs) }, nowMs, nowMs);
      expect(over).toBe(nowMs >= limits.resume_window_ms ? 'sessionGone' : 'ok');
    }),
  );
});

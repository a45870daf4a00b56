import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ECHO_GUARD_POLICY, SPEECH_POLICY, speechPolicyFor } from './vad-policy.ts';
import {
  afterEndOfTurn,
  type GateEvent,
  type GateState,
  OFFSET_LAG_MS,
  ONSET_LAG_MS,
  QUIET,
  speechEndOf,
  stepGate,
} from './speech-gate.ts';

const FRAME = 32;

/** Runs frames of these probabilities through the gate; one event per entry of the result. */
function run(probabilities: readonly number[], policy = SPEECH_POLICY) {
  let state: GateState = QUIET;
  const events: (GateEvent & { readonly frame: number })[] = [];
  for (const [frame, probability] of probabilities.entries()) {
    const startMs = frame * FRAME;
    const step = stepGate(state, { probability, startMs }, policy);
    state = step.state;
    if (step.event !== undefined) events.push({ ...step.event, frame });
  }
  return { state, events };
}

const times = (count: number, probability: number) => Array<number>(count).fill(probability);

test('speech is suspected at its first frame, confirmed at the third, ended after redemption', () => {
  const { events, state } = run([...times(10, 0.1), ...times(20, 0.9), ...times(20, 0.1)]);
  expect(events).toEqual([
    { type: 'speech-suspected', frame: 10 },
    { type: 'speech-confirmed', onsetMs: 320 - ONSET_LAG_MS, frame: 12 },
    // 480 ms are 15 frames.
    { type: 'speech-ended', endMs: 960 - OFFSET_LAG_MS, frame: 44 },
  ]);
  expect(state).toEqual(QUIET);
});

test('a cough is a misfire after 200 ms, long before redemption', () => {
  const { events } = run([0.9, ...times(10, 0.1)]);
  expect(events.map(({ type, frame }) => [type, frame])).toEqual([
    ['speech-suspected', 0],
    ['speech-misfired', 6],
  ]);
});

test('speech frames need not follow one another closely to be confirmed', () => {
  const { events } = run([0.9, 0.1, 0.1, 0.9, 0.1, 0.9]);
  expect(events.map(({ type }) => type)).toEqual(['speech-suspected', 'speech-confirmed']);
});

test('a pause shorter than the redemption does not end the speech', () => {
  const { events, state } = run([...times(5, 0.9), ...times(14, 0.1), ...times(5, 0.9)]);
  expect(events.map(({ type }) => type)).toEqual(['speech-suspected', 'speech-confirmed']);
  expect(state.kind).toBe('speaking');
});

test('frames between the thresholds neither prolong the speech nor end it', () => {
  const { events } = run([...times(5, 0.9), ...times(40, 0.4), ...times(15, 0.1)]);
  expect(events.at(-1)).toMatchObject({
    type: 'speech-ended',
    endMs: 5 * FRAME - OFFSET_LAG_MS,
    frame: 59,
  });
});

test('while we play, it takes clearer and longer speech', () => {
  expect(run(times(20, 0.6), ECHO_GUARD_POLICY).events).toEqual([]);
  expect(
    run(times(4, 0.9), ECHO_GUARD_POLICY).events.map(({ type, frame }) => [type, frame]),
  ).toEqual([
    ['speech-suspected', 0],
    ['speech-confirmed', 3],
  ]);
});

test('a forced end is put where the speech ended, not where it was forced', () => {
  const { state } = run([...times(10, 0.9), ...times(5, 0.1)]);
  expect(speechEndOf(state, 480)).toBe(320 - OFFSET_LAG_MS);
  expect(speechEndOf(QUIET, 480)).toBe(480);
});

describe('with a relay that decides', () => {
  const FOR_RELAY = speechPolicyFor({ isPlaying: false, relayDecides: true });

  test('a pause is reported after four silent frames, with the true end of speech', () => {
    const { events, state } = run([...times(10, 0.9), ...times(30, 0.1)], FOR_RELAY);
    expect(events.slice(2)).toEqual([
      { type: 'speech-paused', endMs: 320 - OFFSET_LAG_MS, frame: 13 },
    ]);
    expect(state.kind).toBe('paused');
  });

  test.each([
    ['two speech frames end it, from the first of them', [0.9, 0.9], 14],
    ['also with a frame of silence between them', [0.9, 0.1, 0.9], 14],
    ['a click does not', [0.9, ...times(6, 0.1), 0.9], undefined],
    ['frames between the thresholds do not', times(8, 0.45), undefined],
  ])('a pause: %s', (_, after, onsetFrame) => {
    const { events } = run([...times(10, 0.9), ...times(4, 0.1), ...after], FOR_RELAY);
    const onsetMs = onsetFrame === undefined ? undefined : onsetFrame * FRAME - ONSET_LAG_MS;
    expect(events.slice(3).map((event) => 'onsetMs' in event && event.onsetMs)).toEqual(
      onsetMs === undefined ? [] : [onsetMs],
    );
  });

  test('silence of two seconds ends the speech where it ended, clicks or not', () => {
    const silence = [...times(30, 0.1), 0.9, ...times(33, 0.1)];
    const { events, state } = run([...times(10, 0.9), ...silence], FOR_RELAY);
    expect(events.at(-1)).toEqual({
      type: 'speech-ended',
      endMs: 320 - OFFSET_LAG_MS,
      frame: 10 + silence.length - 1,
    });
    expect(state).toEqual(QUIET);
  });

  test('a turn that ends in a click leaves a suspicion, in silence nothing', () => {
    const paused = run([...times(10, 0.9), ...times(4, 0.1)], FOR_RELAY).state;
    expect(afterEndOfTurn(paused)).toEqual(QUIET);
    const click = run([...times(10, 0.9), ...times(4, 0.1), 0.9], FOR_RELAY).state;
    expect(afterEndOfTurn(click)).toEqual({
      kind: 'tentative',
      onsetMs: 14 * FRAME - ONSET_LAG_MS,
      speechFrames: 1,
      framesSinceSpeech: 0,
    });
    const speaking = run(times(10, 0.9), FOR_RELAY).state;
    expect(afterEndOfTurn(speaking)).toBe(speaking);
  });
});

test.each([true, false])(
  'for any probabilities, every suspicion is settled once and ends follow beginnings (a relay decides: %s)',
  (relayDecides) => {
    const policy = speechPolicyFor({ isPlaying: false, relayDecides });
    const legal: Record<string, readonly string[]> = {
      start: ['speech-suspected'],
      'speech-suspected': ['speech-confirmed', 'speech-misfired'],
      'speech-misfired': ['speech-suspected'],
      'speech-confirmed': relayDecides ? ['speech-paused'] : ['speech-ended'],
      'speech-paused': ['speech-resumed', 'speech-ended'],
      'speech-resumed': ['speech-paused'],
      'speech-ended': ['speech-suspected'],
    };
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 300 }),
        (all) => {
          let before = 'start';
          let onsetMs = 0;
          for (const event of run(all, policy).events) {
            expect(legal[before]).toContain(event.type);
            before = event.type;
            if (event.type === 'speech-confirmed') ({ onsetMs } = event);
            const endMs = event.type === 'speech-ended' ? event.endMs : Number.POSITIVE_INFINITY;
            expect(endMs).toBeGreaterThanOrEqual(onsetMs);
          }
        },
      ),
    );
  },
);

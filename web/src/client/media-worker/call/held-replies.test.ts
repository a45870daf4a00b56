import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TurnTakingRig } from './turn-taking.rig.ts';

let rig: TurnTakingRig;

beforeEach(() => {
  vi.useFakeTimers();
  rig = new TurnTakingRig();
  rig.turns.relayDecides = true;
});

afterEach(() => vi.useRealTimers());

/** Speech over a reply that is held at 210 ms. */
function interject(id = 'a'): void {
  rig.speaking(id);
  rig.turns.speechSuspected();
  rig.playback.onPlayback({ type: 'held', item: 1, playedMs: 210 });
  rig.phases.splice(0);
  rig.turns.speechStarted(49_900);
}

test('speech over a reply holds it, and the relay is asked whether it interrupts', () => {
  interject();
  expect(rig.sent).toEqual([
    {
      type: 'input_audio_buffer.speech_started',
      utterance: 1,
      audio_start_ms: 49_900,
      interrupts: { response_id: 'a', audio_end_ms: 210 },
    },
  ]);
  expect(rig.commands).toEqual(['begin', 'hold', 'hold']);
  expect(rig.ended).toEqual([]);
  expect(rig.phases.at(-1)).toBe('hearing');
});

test('a backchannel lets the reply go on from where it was held, and nothing else follows', () => {
  interject();
  rig.committed(1, 50_200);
  expect(rig.endsOfTurn).toEqual([50_200]);
  expect(rig.phases.at(-1)).toBe('hearing');
  rig.decided('a', 1, false);
  expect(rig.commands).toEqual(['begin', 'hold', 'hold', 'resume']);
  expect(rig.phases.at(-1)).toBe('speaking');
  expect(rig.phases).not.toContain('thinking');
  expect(rig.ended).toEqual([]);
  expect(rig.sent).toHaveLength(1);
});

test('an interruption flushes the reply and reports how much of it was heard', () => {
  interject();
  rig.decided('a', 1, true);
  expect(rig.sent.at(-1)).toEqual({
    type: 'conversation.item.truncate',
    response_id: 'a',
    audio_end_ms: 210,
  });
  expect(rig.ended).toMatchObject([{ status: 'cancelled', heardMs: 210 }]);
  expect(rig.commands.slice(-2)).toEqual(['flush', 'resume']);
  // The person still speaks: an answer that crossed that is not begun.
  rig.created('late', 2);
  expect(rig.sent.at(-1)).toMatchObject({ response_id: 'late', audio_end_ms: 0 });
  rig.committed(1, 50_900);
  expect(rig.phases.at(-1)).toBe('thinking');
});

test('a timer that goes off does not end the wait for an answer', () => {
  rig.turns.sendText('typed', 'what is the capital of France');
  rig.created('timer', 1, { trigger: 'timer' });
  rig.done('timer', 'cancelled');
  expect(rig.phases.at(-1)).toBe('thinking');
  expect(rig.phases.slice(rig.phases.indexOf('thinking'))).not.toContain('listening');
});

test('after “stop” no answer is awaited', () => {
  interject();
  rig.decided('a', 1, true, false);
  rig.committed(1, 50_300);
  expect(rig.phases.at(-1)).toBe('listening');
  expect(rig.phases).not.toContain('thinking');
});

test('a decision after the end of the utterance lets the answer be awaited from then on', () => {
  interject();
  rig.committed(1, 50_500);
  rig.decided('a', 1, true);
  expect(rig.phases.at(-1)).toBe('thinking');
});

describe('without a decision in time', () => {
  test('a short utterance was a backchannel', () => {
    interject();
    rig.turns.speechEnded(50_500);
    vi.advanceTimersByTime(2_499);
    expect(rig.commands.at(-1)).toBe('hold');
    vi.advanceTimersByTime(1);
    expect(rig.commands.at(-1)).toBe('resume');
    expect(rig.phases.at(-1)).toBe('speaking');
  });

  test('a long one was an interruption, of which the relay is told', () => {
    interject();
    rig.turns.speechEnded(50_801);
    vi.advanceTimersByTime(2_500);
    expect(rig.ended).toMatchObject([{ status: 'cancelled', heardMs: 210 }]);
    expect(rig.sent.slice(-2)).toEqual([
      { type: 'conversation.item.truncate', response_id: 'a', audio_end_ms: 210 },
      { type: 'response.cancel', response_id: 'a' },
    ]);
    expect(rig.phases.at(-1)).toBe('thinking');
  });

  test('a decision that comes late still interrupts, and no other reply', () => {
    interject();
    rig.turns.speechEnded(50_300);
    vi.advanceTimersByTime(2_500);
    rig.created('b', 2);
    rig.decided('a', 1, true);
    rig.playback.onPlayback({ type: 'flushed', item: 1, playedMs: 260 });
    expect(rig.ended).toMatchObject([{ responseId: 'a', heardMs: 260 }]);
  });
});

test('what comes while a reply is held waits behind it', () => {
  interject();
  rig.done('a', 'completed');
  rig.created('timer', 2, { trigger: 'timer' });
  rig.frame(2, 400, true);
  rig.committed(1, 50_200);
  rig.decided('a', 1, false);
  expect(rig.sent).toHaveLength(1);
  rig.playback.onPlayback({ type: 'ended', item: 1, playedMs: 500 });
  expect(rig.commands.filter((type) => type === 'begin')).toHaveLength(2);
});

test('a reply that the relay cancels while it is held is not waited for', () => {
  interject();
  rig.done('a', 'cancelled');
  expect(rig.turns.isUndecided).toBe(false);
  expect(rig.ended).toMatchObject([{ status: 'cancelled', heardMs: 210 }]);
  expect(rig.commands.at(-1)).toBe('resume');
  expect(rig.phases.at(-1)).toBe('hearing');
});

test('a relay that takes no speech lets the reply go on', () => {
  interject();
  rig.event({
    type: 'conversation.item.input_audio_transcription.failed',
    seq: 1,
    item_id: 'i',
    utterance: 1,
    error: { code: 'transcriber_failed', message: 'For people.', retryable: true },
  });
  expect(rig.commands.at(-1)).toBe('resume');
  expect(rig.ended).toEqual([]);
});

test('a second utterance over the same reply has a decision of its own', () => {
  interject();
  rig.committed(1, 50_200);
  rig.turns.speechSuspected();
  rig.turns.speechStarted(50_600);
  expect(rig.sent.at(-1)).toMatchObject({
    utterance: 2,
    interrupts: { response_id: 'a', audio_end_ms: 210 },
  });
  rig.decided('a', 1, false);
  expect(rig.turns.isUndecided).toBe(true);
  rig.committed(2, 50_900);
  rig.decided('a', 2, false);
  expect(rig.commands.at(-1)).toBe('resume');
});

test('a suspicion that the decision crosses keeps the voice held until it is dismissed', () => {
  interject();
  rig.committed(1, 50_200);
  rig.turns.speechSuspected();
  rig.decided('a', 1, false);
  expect(rig.commands.at(-1)).toBe('hold');
  rig.turns.speechMisfired();
  expect(rig.commands.at(-1)).toBe('resume');
});

test('a suspicion that is never settled is given up', () => {
  rig.speaking();
  rig.turns.speechSuspected();
  vi.advanceTimersByTime(2_000);
  expect(rig.commands.at(-1)).toBe('resume');
});

test.each([
  ['typing', () => rig.turns.sendText('id', 'never mind'), 'hearing'],
  ['“be quiet”', () => rig.turns.cancelResponse(), 'hearing'],
  ['a key to talk', () => rig.turns.speechStarted(50_100, true), 'hearing'],
] as const)('%s interrupts at once what is held', (_, act, phase) => {
  interject();
  act();
  expect(rig.phases.at(-1)).toBe(phase);
  expect(rig.turns.isUndecided).toBe(false);
  expect(rig.ended).toMatchObject([{ status: 'cancelled', heardMs: 210 }]);
  rig.decided('a', 1, false);
  expect(rig.commands.at(-1)).toBe('resume');
});

test('a reply of which nothing was heard yet, or the page’s own voice, is not held', () => {
  rig.created('a', 1);
  rig.turns.speechStarted(49_900);
  expect(rig.sent.at(-1)).not.toHaveProperty('interrupts');
  expect(rig.ended).toMatchObject([{ responseId: 'a', heardMs: 0 }]);
});

describe('the end of a turn', () => {
  test('is predicted in a pause, until the person goes on', () => {
    rig.turns.speechStarted(49_900);
    rig.nowMs = 51_210;
    rig.turns.speechPaused(51_000);
    expect(rig.sent.at(-1)).toEqual({
      type: 'input_audio_buffer.speech_paused',
      utterance: 1,
      audio_end_ms: 51_000,
      sent_ms: 51_210,
    });
    rig.nowMs = 51_250;
    const predicted = () =>
      rig.event({
        type: 'input_audio_buffer.end_of_turn_predicted',
        seq: 1,
        utterance: 1,
        probability: 0.2,
        delay_ms: 1_200,
        reasons: ['phrase_incomplete'],
      });
    predicted();
    const prediction = {
      probability: 0.2,
      delayMs: 1_200,
      elapsedMs: 250,
      reasons: ['phrase_incomplete'],
    };
    expect(rig.notices.at(-1)).toEqual({ type: 'end-of-turn', prediction });
    expect(rig.phases.at(-1)).toBe('hearing');
    rig.turns.speechResumed(51_400);
    expect(rig.sent.at(-1)).toEqual({
      type: 'input_audio_buffer.speech_resumed',
      utterance: 1,
      audio_start_ms: 51_400,
    });
    expect(rig.notices.at(-1)).toEqual({ type: 'end-of-turn', prediction: null });
    predicted();
    expect(rig.notices.at(-1)).toEqual({ type: 'end-of-turn', prediction: null });
  });

  test('is dated by the relay that decided it, and its decision shown with the turn', () => {
    rig.turns.speechStarted(49_900);
    rig.turns.speechPaused(51_000);
    rig.committed(1, 50_990);
    rig.created('a', 1, { utterance: 1 });
    rig.frame(1, 500, true);
    rig.playback.onPlayback({ type: 'started', item: 1, contextTimeS: 51.6 });
    rig.playback.onPlayback({ type: 'ended', item: 1, playedMs: 500 });
    rig.done('a', 'completed', { end_sent: 1_250, end_received: 1_250, asr_final: 1_300 });
    const measured = rig.notices.find((notice) => notice.type === 'turn-measured');
    expect(measured?.turn).toMatchObject({
      voiceToVoiceMs: 610,
      timeline: { endpointing_ms: 260, uplink_ms: 0, asr_final_ms: 50 },
    });
    const { timeline, voiceToVoiceMs } = measured!.turn;
    const sumMs = Object.values(timeline).reduce((sum, ms) => sum + ms, 0);
    expect(sumMs).toBe(voiceToVoiceMs);
    expect(rig.phases).toContain('thinking');
  });

  test('of an earlier utterance changes nothing', () => {
    rig.turns.speechStarted(49_900);
    rig.turns.speechEnded(50_400);
    rig.turns.speechStarted(50_600);
    rig.committed(1, 50_400);
    expect(rig.endsOfTurn).toEqual([]);
    expect(rig.phases.at(-1)).toBe('hearing');
  });
});

import { beforeEach, expect, test } from 'vitest';
import { TurnTakingRig } from './turn-taking.rig.ts';

let rig: TurnTakingRig;

beforeEach(() => {
  rig = new TurnTakingRig();
});

test('the first frame that may be speech holds the voice, a false alarm lets it go on', () => {
  rig.speaking();
  rig.turns.speechSuspected();
  expect(rig.commands).toEqual(['begin', 'hold']);
  rig.playback.onPlayback({ type: 'held', item: 1, playedMs: 210 });
  rig.turns.speechMisfired();
  expect(rig.commands).toEqual(['begin', 'hold', 'resume']);
  expect(rig.sent).toEqual([]);
  expect(rig.phases.at(-1)).toBe('speaking');
});

test('confirmed speech flushes the voice and reports to the relay first what was heard of it', () => {
  rig.speaking();
  rig.turns.speechSuspected();
  rig.playback.onPlayback({ type: 'held', item: 1, playedMs: 210 });
  rig.turns.speechStarted(49_900);
  expect(rig.sent).toEqual([
    { type: 'conversation.item.truncate', response_id: 'a', audio_end_ms: 210 },
    { type: 'input_audio_buffer.speech_started', utterance: 1, audio_start_ms: 49_900 },
  ]);
  expect(rig.ended).toEqual([
    { type: 'response-ended', responseId: 'a', status: 'cancelled', heardMs: 210 },
  ]);
  expect(rig.phases.at(-1)).toBe('hearing');
  // The relay's last frames and its own word on the matter change nothing any more.
  rig.frame(1, 100);
  rig.done('a', 'cancelled');
  expect(rig.commands).toEqual(['begin', 'hold', 'flush', 'resume']);
  expect(rig.ended).toHaveLength(1);
});

test('a reply that crosses the news of speech is not begun', () => {
  rig.turns.speechStarted(49_900);
  rig.created('late', 4);
  rig.frame(4, 400, true);
  expect(rig.commands).not.toContain('begin');
  expect(rig.sent.at(-1)).toEqual({
    type: 'conversation.item.truncate',
    response_id: 'late',
    audio_end_ms: 0,
  });
});

test('the end of speech is sent with its true instant, and an answer is awaited', () => {
  rig.turns.speechStarted(49_900);
  rig.nowMs = 51_500;
  rig.turns.speechEnded(51_000);
  expect(rig.sent.at(-1)).toEqual({
    type: 'input_audio_buffer.speech_stopped',
    utterance: 1,
    audio_end_ms: 51_000,
    sent_ms: 51_500,
  });
  expect(rig.phases.at(-1)).toBe('thinking');
  rig.completed(1, '', false);
  expect(rig.phases.at(-1)).toBe('listening');
  rig.turns.speechStarted(52_000);
  expect(rig.turns.utterance).toBe(2);
});

test('typing interrupts as speaking does', () => {
  rig.speaking();
  rig.turns.sendText('id-1', 'stop');
  rig.playback.onPlayback({ type: 'flushed', item: 1, playedMs: 300 });
  expect(rig.sent.map(({ type }) => type)).toEqual([
    'conversation.item.create',
    'conversation.item.truncate',
  ]);
  expect(rig.phases.at(-1)).toBe('thinking');
});

test('what the relay cuts off is not played to its end', () => {
  rig.speaking();
  rig.done('a', 'cancelled');
  rig.playback.onPlayback({ type: 'flushed', item: 1, playedMs: 120 });
  expect(rig.ended).toMatchObject([{ status: 'cancelled', heardMs: 120 }]);
  expect(rig.phases.at(-1)).toBe('listening');
});

test('a reply that was sent to its end is played to its end', () => {
  rig.speaking();
  rig.frame(1, 0, true);
  rig.done('a', 'completed');
  expect(rig.ended).toEqual([]);
  expect(rig.phases.at(-1)).toBe('speaking');
  rig.playback.onPlayback({ type: 'ended', item: 1, playedMs: 500 });
  expect(rig.ended).toMatchObject([{ status: 'completed', heardMs: 500 }]);
  expect(rig.phases.at(-1)).toBe('listening');
});

test('a lost session lets what arrived be heard and ends it as cut off', () => {
  rig.speaking();
  rig.playback.sessionLost();
  expect(rig.commands).toEqual(['begin', 'complete']);
  rig.playback.onPlayback({ type: 'ended', item: 1, playedMs: 500 });
  expect(rig.ended).toMatchObject([{ status: 'cancelled', heardMs: 500 }]);
});

test('the ring of a timer is not awaited', () => {
  rig.created('a', 1, { trigger: 'timer' });
  expect(rig.phases).not.toContain('thinking');
  rig.frame(1, 400, true);
  rig.playback.onPlayback({ type: 'started', item: 1, contextTimeS: 50 });
  expect(rig.phases.at(-1)).toBe('speaking');
  expect(rig.phases).not.toContain('thinking');
});

/** A whole utterance. @returns its number */
function say(): number {
  rig.turns.speechStarted(rig.nowMs);
  rig.turns.speechEnded(rig.nowMs + 500);
  return rig.turns.utterance;
}

test.each<[string, (utterance: number) => void]>([
  ['it asks for silence, which its last words say', (n) => rig.completed(n, 'Hold on.', false)],
  ['it has no words', (n) => rig.completed(n, '', false)],
  ['it is lost', (n) => rig.failed(n)],
  ['it was a backchannel', (n) => rig.decided('a', n, false)],
  ['it asks for silence, which the relay decides late', (n) => rig.decided('a', n, true, false)],
])('no answer is awaited to an utterance if %s', (_, tell) => {
  const utterance = say();
  expect(rig.phases.at(-1)).toBe('thinking');
  tell(utterance);
  expect(rig.phases.at(-1)).toBe('listening');
  // The relay may say so before the page has noticed that it is over.
  rig.turns.speechStarted(rig.nowMs);
  tell(utterance + 1);
  rig.turns.speechEnded(rig.nowMs + 500);
  expect(rig.phases.at(-1)).toBe('listening');
  expect(say()).toBe(utterance + 2);
  expect(rig.phases.at(-1)).toBe('thinking');
  // Nor does it end the wait for the answer to a later one.
  tell(utterance);
  expect(rig.phases.at(-1)).toBe('thinking');
});

test('no answer is awaited that was over before the utterance was', () => {
  rig.turns.speechStarted(rig.nowMs);
  rig.created('a', 1, { utterance: 1 });
  rig.done('a', 'cancelled');
  rig.turns.speechEnded(rig.nowMs + 500);
  expect(rig.phases.at(-1)).toBe('listening');
});

test('no answer is awaited to what is said while the session is lost', () => {
  rig.turns.speechStarted(rig.nowMs);
  rig.playback.sessionLost();
  rig.turns.sessionLost();
  rig.turns.speechEnded(rig.nowMs + 500);
  expect(rig.phases.at(-1)).toBe('listening');
});

test('no answer is awaited to what was typed if the relay refuses it', () => {
  const error = { code: 'rate_limited', message: 'Not now.', retryable: true } as const;
  rig.turns.sendText('t', 'hello');
  expect(rig.phases.at(-1)).toBe('thinking');
  rig.event({ type: 'error', seq: 1, request_id: 'r', ...error });
  expect(rig.phases.at(-1)).toBe('listening');
  // An error may be about anything: what was said is told by its number.
  say();
  rig.event({ type: 'error', seq: 2, request_id: 'r', ...error });
  expect(rig.phases.at(-1)).toBe('thinking');
});

test('an utterance of which no more can be sent ends there, and the next begins there', () => {
  rig.turns.speechStarted(49_900);
  rig.turns.speechCut(1, 51_000);
  expect(rig.sent.at(-1)).toMatchObject({
    type: 'input_audio_buffer.speech_stopped',
    utterance: 1,
    audio_end_ms: 51_000,
  });
  expect(rig.endsOfTurn).toEqual([51_000]);
  // It has ended since.
  rig.turns.speechCut(1, 51_000);
  expect(rig.endsOfTurn).toEqual([51_000]);
});

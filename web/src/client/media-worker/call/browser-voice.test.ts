import { beforeEach, expect, test } from 'vitest';
import { TurnTakingRig } from './turn-taking.rig.ts';

let rig: TurnTakingRig;

beforeEach(() => {
  rig = new TurnTakingRig();
  rig.playback.browserSpeaks = true;
});

const text = (chunkIndex: number, delta: string, audioStartMs: number | null = null): void =>
  rig.playback.onEvent({
    type: 'response.output_audio_transcript.delta',
    seq: 1,
    response_id: 'a',
    delta,
    chunk_index: chunkIndex,
    is_complete: false,
    timestamp: 0,
    audio_start_ms: audioStartMs,
  });
const report = (clause: number, state: 'started' | 'ended' | 'failed'): void =>
  rig.playback.onPageVoice({ type: 'page-voice', responseId: 'a', clause, state });
const asked = () =>
  rig.requests.map((request) => (request.type === 'speak' ? request.text : request.type));
/** The relay's own voice has nothing to say of it. */
const silentReply = (): void => {
  rig.created('a', 1);
  text(0, 'One.');
  rig.playback.onPlayback({ type: 'ended', item: 1, playedMs: 0 });
};

test('its words follow what the relay’s own voice has said', () => {
  rig.speaking();
  text(0, 'Spoken by the relay.', 0);
  text(1, ' Two.');
  text(2, ' Three.');
  expect(asked()).toEqual([]);
  rig.playback.onPlayback({ type: 'ended', item: 1, playedMs: 500 });
  expect(asked()).toEqual(['Two.', 'Three.']);
  text(3, ' Four.');
  text(4, '');
  expect(asked()).toEqual(['Two.', 'Three.', 'Four.']);
});

test('the reply is spoken until the page has finished, and then over', () => {
  silentReply();
  expect(rig.phases.at(-1)).toBe('thinking');
  report(0, 'started');
  expect(rig.phases.at(-1)).toBe('speaking');
  expect(rig.notices).toContainEqual({ type: 'response-voiced', responseId: 'a', clause: 0 });
  rig.done('a', 'completed');
  expect(rig.ended).toEqual([]);
  report(0, 'ended');
  expect(rig.ended).toMatchObject([{ status: 'completed' }]);
  expect(rig.phases.at(-1)).toBe('listening');
});

test('a reply of which more is to come does not end in between', () => {
  silentReply();
  report(0, 'started');
  report(0, 'ended');
  expect(rig.ended).toEqual([]);
  text(1, ' Two.');
  rig.done('a', 'completed');
  expect(rig.ended).toEqual([]);
  report(1, 'started');
  report(1, 'ended');
  expect(rig.ended).toMatchObject([{ status: 'completed' }]);
});

test.each([
  ['speech', () => rig.turns.speechStarted(49_900)],
  ['typing', () => rig.turns.sendText('id-1', 'stop')],
  ['a cancellation', () => rig.turns.cancelResponse()],
  ['the relay', () => rig.done('a', 'cancelled')],
])('%s hushes it at once, and nothing of the reply is spoken any more', (_, interrupt) => {
  silentReply();
  report(0, 'started');
  interrupt();
  expect(asked()).toEqual(['One.', 'hush']);
  expect(rig.ended).toMatchObject([{ status: 'cancelled' }]);
  text(1, ' Two.');
  report(0, 'ended');
  expect(asked()).toEqual(['One.', 'hush']);
  expect(rig.ended).toHaveLength(1);
  expect(rig.sent.some(({ type }) => type === 'conversation.item.truncate')).toBe(false);
});

test('an interruption between two clauses keeps the rest from being spoken', () => {
  silentReply();
  report(0, 'started');
  report(0, 'ended');
  rig.turns.cancelResponse();
  text(1, ' Two.');
  expect(asked()).toEqual(['One.']);
  expect(rig.ended).toMatchObject([{ status: 'cancelled' }]);
});

test('an interruption while the relay’s voice still plays reports how much of that was heard', () => {
  rig.speaking();
  text(1, ' Two.');
  rig.turns.cancelResponse();
  rig.playback.onPlayback({ type: 'flushed', item: 1, playedMs: 300 });
  expect(asked()).toEqual([]);
  expect(rig.ended).toMatchObject([{ status: 'cancelled', heardMs: 300 }]);
});

test('the relay’s voice waits until the page has finished', () => {
  silentReply();
  report(0, 'started');
  rig.done('a', 'completed');
  rig.created('b', 2);
  for (let n = 0; n < 5; n += 1) rig.frame(2, 100);
  const begun = () => rig.posted.filter(({ type }) => type === 'begin').length;
  expect(begun()).toBe(1);
  report(0, 'ended');
  expect(begun()).toBe(2);
});

test('what it cannot speak may be read, and the reply is over', () => {
  silentReply();
  rig.done('a', 'completed');
  report(0, 'failed');
  expect(rig.notices).toContainEqual({ type: 'response-voiced', responseId: 'a', clause: 0 });
  expect(rig.ended).toMatchObject([{ status: 'completed' }]);
});

test('what comes while it is not the page’s turn is only read', () => {
  rig.playback.browserSpeaks = false;
  silentReply();
  expect(asked()).toEqual([]);
  expect(rig.notices).toContainEqual(
    expect.objectContaining({ type: 'response-text', byPage: false }),
  );
});

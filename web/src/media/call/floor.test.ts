import type { RelayEvent } from '@parley/shared';
import { beforeEach, describe, expect, test } from 'vitest';
import type { SequencedEvent } from '../../transport/outbound.ts';
import type { CallPhase, MediaNotice, PageVoiceRequest } from '../messages.ts';
import type { PlaybackCommand } from '../playback/playback-messages.ts';
import { CallPhases } from './call-phases.ts';
import { Floor } from './floor.ts';

let sent: SequencedEvent[];
let posted: PlaybackCommand[];
let notices: MediaNotice[];
let requests: PageVoiceRequest[];
let phases: CallPhase[];
let floor: Floor;
let nowMs: number;

beforeEach(() => {
  sent = [];
  posted = [];
  notices = [];
  requests = [];
  phases = [];
  nowMs = 50_000;
  const callPhases = new CallPhases((phase) => phases.push(phase));
  callPhases.connection('open');
  floor = new Floor({
    phases: callPhases,
    now: () => nowMs,
    notify: (notice) => notices.push(notice),
    request: (request) => requests.push(request),
    send: (event) => sent.push(event),
    post: (command) => posted.push(command),
    toSessionMs: (localMs) => localMs - 50_000,
    heardAtMs: (contextTimeS) => contextTimeS * 1_000,
    onVoiceLevel: () => {},
    log: () => {},
  });
});

const frame = (item: number, ms: number, last = false) =>
  floor.onAudio({
    kind: 2,
    item,
    last,
    seq: 1,
    timestampMs: 0,
    samples: new Int16Array(ms * 16),
  });

function created(id: string, item: number, change: Partial<RelayEvent> = {}): void {
  floor.onEvent({
    type: 'response.created',
    seq: 1,
    response_id: id,
    item,
    trigger: 'speech',
    utterance: null,
    audio: { sample_rate: 16_000 },
    ...change,
  } as RelayEvent);
}

function done(id: string, status: 'completed' | 'cancelled'): void {
  floor.onEvent({
    type: 'response.done',
    seq: 2,
    response_id: id,
    status,
    usage: { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 },
    timeline: {},
    error: null,
  });
}

/** A reply of which the speaker has played a part. */
function speaking(id = 'a', item = 1): void {
  created(id, item);
  for (let n = 0; n < 5; n += 1) frame(item, 100);
  floor.onPlayback({ type: 'started', item: 1, contextTimeS: 50 });
}

const commands = () => posted.map(({ type }) => type).filter((type) => type !== 'push');
const ended = () => notices.filter((notice) => notice.type === 'response-ended');

test('the first frame that may be speech holds the voice, a false alarm lets it go on', () => {
  speaking();
  floor.speechSuspected();
  expect(commands()).toEqual(['begin', 'hold']);
  floor.onPlayback({ type: 'held', item: 1, playedMs: 210 });
  floor.speechDismissed();
  expect(commands()).toEqual(['begin', 'hold', 'resume']);
  expect(sent).toEqual([]);
  expect(phases.at(-1)).toBe('speaking');
});

test('confirmed speech flushes the voice and tells the relay first what was heard of it', () => {
  speaking();
  floor.speechSuspected();
  floor.onPlayback({ type: 'held', item: 1, playedMs: 210 });
  floor.speechStarted(49_900);
  expect(sent).toEqual([
    { type: 'conversation.item.truncate', response_id: 'a', audio_end_ms: 210 },
    { type: 'input_audio_buffer.speech_started', utterance: 1, audio_start_ms: 49_900 },
  ]);
  expect(ended()).toEqual([
    { type: 'response-ended', responseId: 'a', status: 'cancelled', heardMs: 210 },
  ]);
  expect(phases.at(-1)).toBe('hearing');
  // The relay's last frames and its own word on the matter change nothing any more.
  frame(1, 100);
  done('a', 'cancelled');
  expect(commands()).toEqual(['begin', 'hold', 'flush', 'resume']);
  expect(ended()).toHaveLength(1);
});

test('a reply that crosses the news of speech is not begun', () => {
  floor.speechStarted(49_900);
  created('late', 4);
  frame(4, 400, true);
  expect(commands()).not.toContain('begin');
  expect(sent.at(-1)).toEqual({
    type: 'conversation.item.truncate',
    response_id: 'late',
    audio_end_ms: 0,
  });
});

test('the end of speech is told with its true instant, and an answer is awaited', () => {
  floor.speechStarted(49_900);
  nowMs = 51_500;
  floor.speechEnded(51_000);
  expect(sent.at(-1)).toEqual({
    type: 'input_audio_buffer.speech_stopped',
    utterance: 1,
    audio_end_ms: 51_000,
    sent_ms: 51_500,
  });
  expect(phases.at(-1)).toBe('thinking');
  floor.onEvent({
    type: 'conversation.item.input_audio_transcription.completed',
    seq: 3,
    item_id: 'i',
    utterance: 1,
    transcript: '',
  });
  expect(phases.at(-1)).toBe('listening');
  floor.speechStarted(52_000);
  expect(floor.utterance).toBe(2);
});

test('typing interrupts as speaking does', () => {
  speaking();
  floor.sendText('id-1', 'stop');
  floor.onPlayback({ type: 'flushed', item: 1, playedMs: 300 });
  expect(sent.map(({ type }) => type)).toEqual([
    'conversation.item.create',
    'conversation.item.truncate',
  ]);
  expect(phases.at(-1)).toBe('thinking');
});

test('what the relay cuts off is not played to its end', () => {
  speaking();
  done('a', 'cancelled');
  floor.onPlayback({ type: 'flushed', item: 1, playedMs: 120 });
  expect(ended()).toMatchObject([{ status: 'cancelled', heardMs: 120 }]);
  expect(phases.at(-1)).toBe('listening');
});

test('a reply that was told to its end is played to its end', () => {
  speaking();
  frame(1, 0, true);
  done('a', 'completed');
  expect(ended()).toEqual([]);
  expect(phases.at(-1)).toBe('speaking');
  floor.onPlayback({ type: 'ended', item: 1, playedMs: 500 });
  expect(ended()).toMatchObject([{ status: 'completed', heardMs: 500 }]);
  expect(phases.at(-1)).toBe('listening');
});

test('a lost session lets what arrived be heard and ends it as cut off', () => {
  speaking();
  floor.sessionLost();
  expect(commands()).toEqual(['begin', 'complete']);
  floor.onPlayback({ type: 'ended', item: 1, playedMs: 500 });
  expect(ended()).toMatchObject([{ status: 'cancelled', heardMs: 500 }]);
});

describe('where the page speaks', () => {
  const text = (chunkIndex: number, delta: string, audioStartMs: number | null = null): void =>
    floor.onEvent({
      type: 'response.output_audio_transcript.delta',
      seq: 1,
      response_id: 'a',
      delta,
      chunk_index: chunkIndex,
      is_complete: false,
      timestamp: 0,
      audio_start_ms: audioStartMs,
    });
  const report = (chunkIndex: number, state: 'started' | 'ended' | 'failed'): void =>
    floor.onPageVoice({ type: 'page-voice', responseId: 'a', chunkIndex, state });
  const asked = () =>
    requests.map((request) => (request.type === 'speak' ? request.text : request.type));
  /** The relay's own voice has nothing to say of it. */
  const silentReply = (): void => {
    created('a', 1);
    text(0, 'One.');
    floor.onPlayback({ type: 'ended', item: 1, playedMs: 0 });
  };

  beforeEach(() => floor.setPageSpeaks(true));

  test('its words follow what the relay’s own voice has said', () => {
    speaking();
    text(0, 'Spoken by the relay.', 0);
    text(1, ' Two.');
    text(2, ' Three.');
    expect(asked()).toEqual([]);
    floor.onPlayback({ type: 'ended', item: 1, playedMs: 500 });
    expect(asked()).toEqual(['Two.', 'Three.']);
    text(3, ' Four.');
    text(4, '');
    expect(asked()).toEqual(['Two.', 'Three.', 'Four.']);
  });

  test('the reply is spoken until the page has finished, and then over', () => {
    silentReply();
    expect(phases.at(-1)).toBe('thinking');
    report(0, 'started');
    expect(phases.at(-1)).toBe('speaking');
    expect(notices).toContainEqual({ type: 'response-voiced', responseId: 'a', chunkIndex: 0 });
    done('a', 'completed');
    expect(ended()).toEqual([]);
    report(0, 'ended');
    expect(ended()).toMatchObject([{ status: 'completed' }]);
    expect(phases.at(-1)).toBe('listening');
  });

  test('a reply of which more is to come does not end in between', () => {
    silentReply();
    report(0, 'started');
    report(0, 'ended');
    expect(ended()).toEqual([]);
    text(1, ' Two.');
    done('a', 'completed');
    expect(ended()).toEqual([]);
    report(1, 'started');
    report(1, 'ended');
    expect(ended()).toMatchObject([{ status: 'completed' }]);
  });

  test.each([
    ['speech', () => floor.speechStarted(49_900)],
    ['typing', () => floor.sendText('id-1', 'stop')],
    ['a cancellation', () => floor.cancelResponse()],
    ['the relay', () => done('a', 'cancelled')],
  ])('%s hushes it at once, and nothing of the reply is spoken any more', (_, interrupt) => {
    silentReply();
    report(0, 'started');
    interrupt();
    expect(asked()).toEqual(['One.', 'hush']);
    expect(ended()).toMatchObject([{ status: 'cancelled' }]);
    text(1, ' Two.');
    report(0, 'ended');
    expect(asked()).toEqual(['One.', 'hush']);
    expect(ended()).toHaveLength(1);
    expect(sent.some(({ type }) => type === 'conversation.item.truncate')).toBe(false);
  });

  test('an interruption between two clauses keeps the rest from being spoken', () => {
    silentReply();
    report(0, 'started');
    report(0, 'ended');
    floor.cancelResponse();
    text(1, ' Two.');
    expect(asked()).toEqual(['One.']);
    expect(ended()).toMatchObject([{ status: 'cancelled' }]);
  });

  test('an interruption while the relay’s voice still plays tells how much of that was heard', () => {
    speaking();
    text(1, ' Two.');
    floor.cancelResponse();
    floor.onPlayback({ type: 'flushed', item: 1, playedMs: 300 });
    expect(asked()).toEqual([]);
    expect(ended()).toMatchObject([{ status: 'cancelled', heardMs: 300 }]);
  });

  test('the relay’s voice waits until the page has finished', () => {
    silentReply();
    report(0, 'started');
    done('a', 'completed');
    created('b', 2);
    for (let n = 0; n < 5; n += 1) frame(2, 100);
    const begun = () => posted.filter(({ type }) => type === 'begin').length;
    expect(begun()).toBe(1);
    report(0, 'ended');
    expect(begun()).toBe(2);
  });

  test('what it cannot speak may be read, and the reply is over', () => {
    silentReply();
    done('a', 'completed');
    report(0, 'failed');
    expect(notices).toContainEqual({ type: 'response-voiced', responseId: 'a', chunkIndex: 0 });
    expect(ended()).toMatchObject([{ status: 'completed' }]);
  });

  test('what comes while it is not the page’s turn is only read', () => {
    floor.setPageSpeaks(false);
    silentReply();
    expect(asked()).toEqual([]);
    expect(notices).toContainEqual(
      expect.objectContaining({ type: 'response-text', byPage: false }),
    );
  });
});

test('nobody waits for the ring of a timer', () => {
  created('a', 1, { trigger: 'timer' });
  expect(phases).not.toContain('thinking');
  frame(1, 400, true);
  floor.onPlayback({ type: 'started', item: 1, contextTimeS: 50 });
  expect(phases.at(-1)).toBe('speaking');
  expect(phases).not.toContain('thinking');
});

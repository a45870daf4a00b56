import type { RelayEvent } from '@parley/shared';
import { beforeEach, expect, test } from 'vitest';
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

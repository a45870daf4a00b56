import type { RelayEventOf } from '@parley/shared';
import { beforeEach, expect, test } from 'vitest';
import type { MediaNotice } from '../../messages/media-messages.ts';
import { PlayedReplies } from './replies.ts';

let notices: MediaNotice[];
let replies: PlayedReplies;

beforeEach(() => {
  notices = [];
  // The session began when our clock showed 10,000.
  replies = new PlayedReplies({
    notify: (notice) => notices.push(notice),
    beganMs: 9_000,
    toSessionMs: (localMs) => localMs - 10_000,
  });
});

const created = (change: Partial<RelayEventOf<'response.created'>> = {}) =>
  replies.begin({
    type: 'response.created',
    seq: 1,
    response_id: 'a',
    item: 1,
    trigger: 'speech',
    utterance: 3,
    audio: { sample_rate: 16_000 },
    ...change,
  });

const done = (change: Partial<RelayEventOf<'response.done'>> = {}) =>
  replies.done({
    type: 'response.done',
    seq: 9,
    response_id: 'a',
    status: 'completed',
    usage: { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 },
    timeline: {
      end_received: 1_520,
      asr_final: 1_600,
      llm_first_token: 1_700,
      first_clause: 1_710,
      tts_first_audio: 1_800,
    },
    error: null,
    ...change,
  });

const of = (type: MediaNotice['type']) => notices.filter((notice) => notice.type === type);

test('a turn is measured from the true end of speech to the first sample heard', () => {
  replies.utteranceEnded(3, { speechEndMs: 11_000, sentMs: 11_500 });
  created();
  replies.voiceReceived('a', 11_830);
  replies.voiceHeard('a', 11_950);
  expect(replies.speaking).toBe(true);
  done();
  expect(of('turn-measured')).toEqual([]);
  replies.voiceEnded('a', 'ended', 800);
  expect(of('response-ended')).toEqual([
    { type: 'response-ended', responseId: 'a', status: 'completed', heardMs: 800 },
  ]);
  expect(of('turn-measured')).toEqual([
    {
      type: 'turn-measured',
      heardAtMs: 2_950,
      turn: {
        responseId: 'a',
        utterance: 3,
        voiceToVoiceMs: 950,
        timeline: {
          endpointing_ms: 500,
          uplink_ms: 20,
          asr_final_ms: 80,
          llm_ttft_ms: 100,
          text_aggregation_ms: 10,
          tts_ttfb_ms: 90,
          downlink_ms: 30,
          playout_ms: 120,
        },
      },
    },
  ]);
  expect(replies.awaited).toBe(false);
});

test('an interrupted reply ends at once, and is measured when the relay has sent its part', () => {
  replies.utteranceEnded(3, { speechEndMs: 11_000, sentMs: 11_500 });
  created();
  replies.voiceReceived('a', 11_830);
  replies.voiceHeard('a', 11_950);
  replies.voiceEnded('a', 'interrupted', 420);
  expect(of('response-ended')).toEqual([
    { type: 'response-ended', responseId: 'a', status: 'cancelled', heardMs: 420 },
  ]);
  expect(replies.awaited).toBe(false);
  done({ status: 'completed' });
  expect(of('turn-measured')).toHaveLength(1);
  expect(of('response-ended')).toHaveLength(1);
});

test('a typed turn begins when the text was sent', () => {
  replies.textSent(11_480);
  created({ trigger: 'text', utterance: null });
  replies.voiceReceived('a', 11_830);
  replies.voiceHeard('a', 11_900);
  replies.voiceEnded('a', 'ended', 100);
  done();
  expect(of('turn-measured')).toMatchObject([
    { turn: { voiceToVoiceMs: 420, timeline: { endpointing_ms: 0, uplink_ms: 40 } } },
  ]);
});

test('what was not asked for, or not heard, is not measured', () => {
  created({ trigger: 'timer', utterance: null });
  replies.voiceReceived('a', 11_830);
  replies.voiceHeard('a', 11_900);
  replies.voiceEnded('a', 'ended', 100);
  done();
  replies.utteranceEnded(3, { speechEndMs: 11_000, sentMs: 11_500 });
  created();
  replies.voiceEnded('a', 'interrupted', 0);
  done();
  expect(of('turn-measured')).toEqual([]);
  expect(of('response-ended')).toHaveLength(2);
});

test('a written reply ends when the relay says so', () => {
  created({ audio: null });
  expect(of('response-started')).toMatchObject([{ spoken: false }]);
  expect(replies.awaited).toBe(true);
  done({ status: 'failed' });
  expect(of('response-ended')).toMatchObject([{ status: 'failed', heardMs: 0 }]);
});

test.each([
  ['an answer that was not found', 'generator_timeout', 'is complete as an apology', 'completed'],
  ['a voice that broke off', 'synthesizer_failed', 'has failed', 'failed'],
] as const)('%s (%s) %s', (_, code, _how, status) => {
  created();
  replies.voiceEnded('a', 'ended', 900);
  done({ status: 'failed', error: { code, message: 'For people.', retryable: true } });
  expect(of('response-ended')).toMatchObject([{ status, heardMs: 900 }]);
});

test('a lost session ends what it left open, once its voice has ended', () => {
  created();
  replies.sessionLost();
  expect(of('response-ended')).toEqual([]);
  replies.voiceEnded('a', 'ended', 300);
  expect(of('response-ended')).toMatchObject([{ status: 'cancelled', heardMs: 300 }]);
  expect(of('turn-measured')).toEqual([]);
});

test('events about replies that are not known change nothing', () => {
  replies.voiceHeard('x', 1);
  replies.voiceEnded('x', 'ended', 1);
  done({ response_id: 'x' });
  expect(notices).toEqual([]);
});

test('what counts as heard is the first sample that can be, and a mark that is held is told', () => {
  replies.utteranceEnded(3, { speechEndMs: 11_600, sentMs: 11_500 });
  created();
  replies.voiceReceived('a', 11_830);
  replies.voiceHeard('a', 11_950);
  replies.voiceAudible('a', () => 11_982);
  done();
  replies.voiceEnded('a', 'ended', 800);
  const [measured] = of('turn-measured');
  expect(measured).toMatchObject({
    turn: {
      voiceToVoiceMs: 382,
      timeline: { endpointing_ms: 0, playout_ms: 152 },
      approximate: ['endpointing_ms', 'uplink_ms'],
    },
  });
});

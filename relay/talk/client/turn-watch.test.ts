import type { RelayEvent } from '@parley/shared';
import { beforeEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../src/base/lib/clock.fake.ts';
import { ClientError } from '@parley/shared/link/client-error';
import { Replies } from './replies.ts';
import { TurnWatch } from './turn-watch.ts';

const usage = { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 };

let clock: FakeClock;
let replies: Replies;

beforeEach(() => {
  clock = new FakeClock();
  replies = new Replies();
});

/** A watch, and the relay that it watches. */
function watching(utterance: number | null) {
  const watch = new TurnWatch({ utterance, replies, clock });
  let isOver = false;
  void watch.over.then(() => {
    isOver = true;
  });
  const say = (event: RelayEvent) => {
    replies.event(event, clock.now());
    watch.event(event);
  };
  return {
    watch,
    say,
    isOver: async () => {
      await clock.advance(0);
      return isOver;
    },
    completed: (transcript: string, of = utterance ?? 0, answerFollows = true) =>
      say({
        type: 'conversation.item.input_audio_transcription.completed',
        seq: 1,
        item_id: 'i',
        utterance: of,
        transcript,
        ...(!answerFollows && { answer_follows: false }),
      }),
    created: (id: string, trigger: 'speech' | 'text' | 'timer', of: number | null = null) =>
      say({
        type: 'response.created',
        seq: 1,
        response_id: id,
        item: 1,
        trigger,
        utterance: of,
        audio: null,
      }),
    done: (id: string, error: 'generator_failed' | null = null) =>
      say({
        type: 'response.done',
        seq: 1,
        response_id: id,
        status: error === null ? 'completed' : 'failed',
        usage,
        timeline: {},
        error: error && { code: error, message: 'It failed.', retryable: true },
      }),
    refuse: (code: 'rate_limited' | 'utterance_too_long') =>
      say({ type: 'error', seq: 1, code, message: 'No.', retryable: false, request_id: 'r' }),
  };
}

test('a turn is over without an error if the relay says that no answer follows', async () => {
  const relay = watching(3);
  relay.watch.said();
  relay.completed('stop', 2, false);
  expect(await relay.isOver()).toBe(false);
  relay.completed('stop', 3, false);
  expect(await relay.isOver()).toBe(true);
  expect(relay.watch).toMatchObject({ transcript: 'stop', reply: undefined, error: undefined });
});

test('a turn is over when its own reply is', async () => {
  const relay = watching(3);
  relay.created('timer', 'timer');
  relay.done('timer');
  relay.completed('an earlier one', 2);
  relay.completed('what time is it');
  relay.created('other', 'speech', 2);
  relay.done('other');
  relay.created('mine', 'speech', 3);
  expect(await relay.isOver()).toBe(false);
  relay.done('mine');
  expect(await relay.isOver()).toBe(true);
  expect(relay.watch.transcript).toBe('what time is it');
  expect(relay.watch.reply?.id).toBe('mine');
  expect(relay.watch.error).toBeUndefined();
});

test('a typed turn is answered by a reply to text', async () => {
  const relay = watching(null);
  relay.created('spoken', 'speech', 1);
  relay.created('typed', 'text');
  relay.done('spoken');
  expect(await relay.isOver()).toBe(false);
  relay.done('typed');
  expect(relay.watch.reply?.id).toBe('typed');
});

describe('if no reply is likely', () => {
  test('nothing made out is waited for only a moment', async () => {
    const relay = watching(1);
    relay.completed('');
    await clock.advance(2_999);
    expect(await relay.isOver()).toBe(false);
    await clock.advance(1);
    expect(await relay.isOver()).toBe(true);
    expect(relay.watch.error?.code).toBe('no_reply');
  });

  test('an answer to something that was not understood still counts', async () => {
    const relay = watching(1);
    relay.completed('');
    relay.created('sorry', 'speech', 1);
    await clock.advance(10_000);
    expect(await relay.isOver()).toBe(false);
    relay.done('sorry');
    expect(await relay.isOver()).toBe(true);
    expect(relay.watch.error).toBeUndefined();
  });

  test('a refusal is told by its own code', async () => {
    const relay = watching(1);
    relay.refuse('rate_limited');
    await clock.advance(3_000);
    expect(await relay.isOver()).toBe(true);
    expect(relay.watch.error).toEqual({ code: 'rate_limited', message: 'No.' });
  });
});

test('speech stops once the relay has heard enough', () => {
  const relay = watching(1);
  expect(relay.watch.heard.aborted).toBe(false);
  relay.refuse('utterance_too_long');
  expect(relay.watch.heard.aborted).toBe(true);
});

test('a stage that failed is the error of the turn', async () => {
  const relay = watching(1);
  relay.created('mine', 'speech', 1);
  relay.done('mine', 'generator_failed');
  expect(await relay.isOver()).toBe(true);
  expect(relay.watch.error?.code).toBe('generator_failed');
});

test('a relay that falls silent is given up', async () => {
  const relay = watching(1);
  relay.watch.said();
  await clock.advance(60_000);
  expect(await relay.isOver()).toBe(true);
  expect(relay.watch.error?.code).toBe('timed_out');
});

test('a long reply is not given up while it goes on', async () => {
  const relay = watching(1);
  relay.watch.said();
  relay.created('mine', 'speech', 1);
  for (let minute = 0; minute < 3; minute++) {
    await clock.advance(50_000);
    relay.watch.progress();
  }
  expect(await relay.isOver()).toBe(false);
});

test('a lost connection ends the turn and leaves no timer', async () => {
  const relay = watching(1);
  relay.watch.said();
  relay.watch.fail(new ClientError('connection_lost', 'The connection was lost.'));
  expect(await relay.isOver()).toBe(true);
  expect(relay.watch.error?.code).toBe('connection_lost');
  expect(clock.pendingTimers).toBe(0);
});

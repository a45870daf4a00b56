import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Outbound, SequencedEvent } from './outbound.ts';
import { ClientOutbox } from './outbox.ts';

const audio = (utterance: number, last = false): Outbound => ({
  kind: 'audio',
  utterance,
  audio: new Int16Array(1_600),
  startMs: 0,
  last,
});
const event = (value: SequencedEvent): Outbound => ({ kind: 'event', event: value });
const started = (utterance: number) =>
  event({ type: 'input_audio_buffer.speech_started', utterance, audio_start_ms: 0 });
const stopped = (utterance: number) =>
  event({ type: 'input_audio_buffer.speech_stopped', utterance, audio_end_ms: 0, sent_ms: 0 });
const typed = (text: string) =>
  event({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  });
const numbers = (entries: readonly { readonly seq: number }[] | undefined) =>
  entries?.map(({ seq }) => seq);

test('events and audio are numbered together, from 1', () => {
  const outbox = new ClientOutbox();
  expect([started(1), audio(1), stopped(1)].map((message) => outbox.push(message).seq)).toEqual([
    1, 2, 3,
  ]);
});

test('what came after the last that arrived is sent again', () => {
  const outbox = new ClientOutbox();
  for (let n = 0; n < 5; n += 1) outbox.push(audio(1));
  expect(numbers(outbox.after(3))).toEqual([4, 5]);
  expect(numbers(outbox.after(0))).toEqual([1, 2, 3, 4, 5]);
  expect(numbers(outbox.after(5))).toEqual([]);
});

test('what was acknowledged is gone', () => {
  const outbox = new ClientOutbox();
  for (let n = 0; n < 5; n += 1) outbox.push(audio(1));
  outbox.acknowledge(3);
  expect(outbox.unacknowledgedMs).toBe(200);
  expect(outbox.after(2)).toBeUndefined();
  expect(numbers(outbox.after(3))).toEqual([4, 5]);
  outbox.acknowledge(1);
  expect(numbers(outbox.after(3))).toEqual([4, 5]);
});

test('a relay that claims what was never sent is not believed', () => {
  const outbox = new ClientOutbox();
  outbox.push(audio(1));
  outbox.acknowledge(9);
  expect(outbox.unacknowledgedMs).toBe(100);
  expect(outbox.after(9)).toBeUndefined();
});

test('a full ring drops its oldest, and says that it cannot resume from there', () => {
  const outbox = new ClientOutbox(4);
  for (let n = 0; n < 6; n += 1) outbox.push(audio(1));
  expect(outbox.after(1)).toBeUndefined();
  expect(numbers(outbox.after(2))).toEqual([3, 4, 5, 6]);
  expect(outbox.unacknowledgedMs).toBe(400);
});

test('a new session gets what was typed and the utterances whose beginning is known', () => {
  const outbox = new ClientOutbox();
  const messages = [
    started(1),
    audio(1),
    stopped(1),
    typed('hello'),
    event({ type: 'conversation.item.truncate', response_id: 'r', audio_end_ms: 1 }),
    started(2),
    audio(2),
  ];
  for (const message of messages) outbox.push(message);
  outbox.acknowledge(2);
  const carried = outbox.restart();
  expect(numbers(carried)).toEqual([1, 2, 3]);
  expect(carried.map(({ message }) => message)).toEqual([messages[3], messages[5], messages[6]]);
  expect(outbox.push(audio(2)).seq).toBe(4);
});

test('an utterance that is still spoken begins anew in a new session', () => {
  const outbox = new ClientOutbox();
  const interrupts = { response_id: 'r', audio_end_ms: 1 };
  const start = event({
    type: 'input_audio_buffer.speech_started',
    utterance: 3,
    audio_start_ms: 5,
    interrupts,
  });
  for (const message of [start, audio(3), audio(3)]) outbox.push(message);
  outbox.acknowledge(2);
  const begin = event({
    type: 'input_audio_buffer.speech_started',
    utterance: 3,
    audio_start_ms: 5,
  });
  expect(outbox.restart().map(({ message }) => message)).toEqual([begin, audio(3)]);
  outbox.acknowledge(2);
  // Once more, with nothing of it left.
  expect(outbox.restart().map(({ message }) => message)).toEqual([begin]);
  expect(outbox.push(stopped(3)).seq).toBe(2);
  outbox.acknowledge(2);
  expect(outbox.restart()).toEqual([]);
});

test('for any order of sending, acknowledging and losing, resuming yields exactly the missing numbers', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant('send' as const), fc.double({ min: 0, max: 1, noNaN: true })), {
        maxLength: 200,
      }),
      fc.integer({ min: 1, max: 20 }),
      (steps, capacity) => {
        const outbox = new ClientOutbox(capacity);
        let sent = 0;
        let acknowledged = 0;
        for (const step of steps) {
          if (step === 'send') {
            sent = outbox.push(audio(1)).seq;
          } else {
            acknowledged = Math.max(acknowledged, Math.floor(step * sent));
            outbox.acknowledge(acknowledged);
          }
        }
        const oldest = Math.max(acknowledged + 1, sent - capacity + 1);
        const missing = numbers(outbox.after(acknowledged));
        const expected = Array.from(
          { length: sent - acknowledged },
          (_, n) => acknowledged + 1 + n,
        );
        expect(sent).toBe(steps.filter((step) => step === 'send').length);
        expect(missing).toEqual(oldest > acknowledged + 1 ? undefined : expected);
      },
    ),
  );
});
